"""The request id: everything one click does shares it, in the web, in the tasks it queued, in logs and audit rows.

Kept where structlog keeps a line's context, so that django-structlog carries it into Celery's messages and back.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars, get_contextvars


def request_id() -> str:
    return get_contextvars().get("request_id", "")


def new_request_id(prefix: str = "") -> str:
    return prefix + secrets.token_hex(8)


@contextmanager
def fresh_request_id(prefix: str = "") -> Iterator[str]:
    """Give the block an id of its own. With a prefix, a job's ("job-"): the id of the click that queued it, if one did."""
    value = (request_id() if prefix else "") or new_request_id(prefix)
    with bound_contextvars(request_id=value):
        yield value

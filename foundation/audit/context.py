"""The request id: everything one click or one job run does shares it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    return _request_id.get()


@contextmanager
def fresh_request_id(prefix: str = "") -> Iterator[str]:
    """Give the block an id of its own; jobs use a prefix such as "job-"."""
    value = prefix + secrets.token_hex(8)
    token = _request_id.set(value)
    try:
        yield value
    finally:
        _request_id.reset(token)

"""The one clock (architecture law 1): read once at the edge, handed down as `now=`.

On PostgreSQL it is the database's `clock_timestamp()`, so two web servers whose clocks differ judge a deadline alike;
on SQLite it is the process clock. Tests and `run_due_jobs --now` replace it here and nowhere else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Func

_fixed: ContextVar[datetime | None] = ContextVar("fixed_clock", default=None)


class Reading(Func):
    """The database's clock as a column of a statement that is asked anyway; `now(read)` makes it the present moment."""

    template, output_field = "clock_timestamp()", DateTimeField()

    def as_sqlite(self, *args: Any, **kwargs: Any) -> Any:
        return super().as_sql(*args, **{**kwargs, "template": "NULL"})


def now(read: datetime | None = None) -> datetime:
    """The present moment in UTC. Services never call this: they are given `now`. `read` is what a `Reading` just told."""
    fixed_at = _fixed.get()
    if fixed_at is not None:
        return fixed_at
    if read is not None:
        return read.astimezone(UTC)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            return cursor.fetchone()[0].astimezone(UTC)
    return datetime.now(UTC)


@contextmanager
def fixed(at: datetime) -> Iterator[None]:
    """Hold the clock at `at` (aware) inside the block; raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("The clock takes an aware time, e.g. 2026-11-22T14:00:00+08:00.")
    token = _fixed.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)

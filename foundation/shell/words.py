"""The reader's language, asked once for many rows: Django looks it up anew each time, which adds up in a list."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import get_language

_held: ContextVar[str | None] = ContextVar("held_language", default=None)


def language() -> str | None:
    """The active language."""
    return _held.get() or get_language()


@contextmanager
def one_language() -> Iterator[None]:
    """Hold the active language for `language()` inside the block, where nothing may activate another."""
    token = _held.set(get_language())
    try:
        yield
    finally:
        _held.reset(token)

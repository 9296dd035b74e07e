"""Keyset paging: first, previous, next, last; no OFFSET, so page 40,000 costs what page 1 costs.

The order is (column, id), both in the same direction; the predicate is `a <= x AND (a < x OR (a = x AND id < y))`,
which one index (shop, column, id) answers from both ends.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Field, IntegerField, Q, QuerySet

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BIGGEST = 2**63 - 1
LONGEST = 200


class BadCursor(ValueError):
    """A cursor from the URL that nobody gave out."""


@dataclass(frozen=True)
class Cursor:
    """A place in the order: the row's sort value and id."""

    value: Any
    pk: int

    def encode(self) -> str:
        """Text for the URL: microseconds for a time, digits for a number, base64 for text, then the id."""
        if isinstance(self.value, datetime):
            text = str((self.value - EPOCH) // timedelta(microseconds=1))
        elif isinstance(self.value, int):
            text = str(int(self.value))
        else:
            text = base64.urlsafe_b64encode(str(self.value).encode()).decode().rstrip("=")
        return f"{text}.{self.pk}"

    @classmethod
    def decode(cls, text: str, column: Field) -> "Cursor":
        """Raises BadCursor for anything this column can't have given out."""
        head, dot, tail = text[:LONGEST].rpartition(".")
        if not dot:
            raise BadCursor(text)
        return cls(_value(head, column), _integer(tail))


def _integer(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
        raise BadCursor(text)
    number = int(text)
    if abs(number) > BIGGEST:
        raise BadCursor(text)
    return number


def _value(text: str, column: Field) -> Any:
    try:
        if isinstance(column, DateTimeField):
            return EPOCH + timedelta(microseconds=_integer(text))
        if isinstance(column, IntegerField):
            return _integer(text)
        value = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (OverflowError, binascii.Error, UnicodeError, ValueError) as error:
        raise BadCursor(text) from error
    if "\x00" in value:
        raise BadCursor(text)
    return value


@dataclass
class Slice:
    """Rows of one page and the cursors of its neighbours ("" where there is none)."""

    rows: list[Any] = field(default_factory=list)
    previous: str = ""
    next: str = ""

    @property
    def alone(self) -> bool:
        return not self.previous and not self.next


def beyond(column: str, cursor: Cursor, *, descending: bool) -> Q:
    """Rows after the cursor in the given direction."""
    way = "lt" if descending else "gt"
    strict = Q(**{f"{column}__{way}": cursor.value}) | Q(**{column: cursor.value, f"pk__{way}": cursor.pk})
    return Q(**{f"{column}__{way}e": cursor.value}) & strict


Asked = Callable[[str, int, Cursor | None, bool], list[Any]]  # what `part` gives, asked some other way


def first(rows: QuerySet | Asked, column: str, size: int, *, descending: bool) -> Slice:
    found = _found(rows, column, size, None, descending)
    return _slice(found[:size], column, previous=False, following=len(found) > size)


def last(rows: QuerySet | Asked, column: str, size: int, *, descending: bool) -> Slice:
    found = _found(rows, column, size, None, not descending)
    return _slice(found[:size][::-1], column, previous=len(found) > size, following=False)


def after(rows: QuerySet | Asked, column: str, size: int, cursor: Cursor, *, descending: bool) -> Slice:
    found = _found(rows, column, size, cursor, descending)
    return _slice(found[:size], column, previous=True, following=len(found) > size)


def before(rows: QuerySet | Asked, column: str, size: int, cursor: Cursor, *, descending: bool) -> Slice:
    found = _found(rows, column, size, cursor, not descending)
    return _slice(found[:size][::-1], column, previous=len(found) > size, following=True)


def part(rows: QuerySet, column: str, size: int, cursor: Cursor | None, *, descending: bool) -> QuerySet:
    """A page and one row more in the given direction, beyond the cursor if there is one."""
    sign = "-" if descending else ""
    ahead = rows.filter(beyond(column, cursor, descending=descending)) if cursor else rows
    return ahead.order_by(f"{sign}{column}", f"{sign}pk")[: size + 1]


def _found(rows: QuerySet | Asked, column: str, size: int, cursor: Cursor | None, descending: bool) -> list[Any]:
    if isinstance(rows, QuerySet):
        return list(part(rows, column, size, cursor, descending=descending))
    return rows(column, size, cursor, descending)


def _slice(rows: list[Any], column: str, *, previous: bool, following: bool) -> Slice:
    if not rows:
        return Slice()
    return Slice(
        rows,
        previous=_cursor(rows[0], column) if previous else "",
        next=_cursor(rows[-1], column) if following else "",
    )


def place_of(row: Any, column: str) -> Cursor | None:
    """The row's place in the order; None where it has none (the column is NULL there)."""
    value = row
    for name in [column] if isinstance(row, tuple) else column.split("__"):
        value = getattr(value, name)
    return None if value is None else Cursor(value, row.pk)


def _cursor(row: Any, column: str) -> str:
    place = place_of(row, column)
    return place.encode() if place else ""

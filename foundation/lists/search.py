"""Searching by number: exact or prefix on an index; many pasted numbers are an IN (rules §3)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connections
from django.db.models import Q, QuerySet

LONGEST_TEXT = 12_000
LONGEST_TOKEN = 64
MOST_TOKENS = 200
SEPARATORS = re.compile(r"[\s,;，；、]+")
LAST_CHARACTER = "\U0010ffff"


@dataclass(frozen=True)
class Exact:
    """Equal to the whole column; `upper` for public numbers, which people type in lower case."""

    column: str
    upper: bool = False

    def of(self, shop: Any) -> "Exact":
        """This search among the shop's rows."""
        return self

    def one(self, token: str, using: str) -> Q | None:
        return Q(**{self.column: self._shape(token)})

    def many(self, tokens: Sequence[str]) -> Q:
        return Q(**{f"{self.column}__in": [self._shape(token) for token in tokens]})

    def _shape(self, token: str) -> str:
        return token.upper() if self.upper else token


@dataclass(frozen=True)
class Prefix(Exact):
    """Begins with the token, from `shortest` characters on; exact below that and for pasted lists."""

    shortest: int = 4

    def one(self, token: str, using: str) -> Q | None:
        token = self._shape(token)
        if len(token) < self.shortest:
            return Q(**{self.column: token})
        if connections[using].vendor == "sqlite":  # its LIKE can't use the index, a range can
            return Q(**{f"{self.column}__gte": token, f"{self.column}__lt": token + LAST_CHARACTER})
        return Q(**{f"{self.column}__startswith": token})


@dataclass(frozen=True)
class Tail(Exact):
    """The last digits of a phone, kept in a column of their own; asked only for tokens of exactly `length` digits."""

    length: int = 4

    def one(self, token: str, using: str) -> Q | None:
        if len(token) != self.length or not (token.isascii() and token.isdigit()):
            return None
        return Q(**{self.column: token})

    def many(self, tokens: Sequence[str]) -> Q:
        return Q(**{f"{self.column}__in": [token for token in tokens if len(token) == self.length]})


@dataclass(frozen=True)
class Through(Exact):
    """Equal to a column of the row `via` points to: looked up there first, in a statement of its own, because an OR over
    two tables is answered by no index. `rows(shop)` are that table's rows; there the column has one."""

    via: str = field(kw_only=True)
    rows: Callable[[Any], QuerySet] = field(kw_only=True)

    def of(self, shop: Any) -> Exact:
        return replace(self, rows=lambda _shop: self.rows(shop))

    def one(self, token: str, using: str) -> Q | None:
        return self.many([token])

    def many(self, tokens: Sequence[str]) -> Q:
        found = self.rows(None).filter(**{f"{self.column}__in": [self._shape(token) for token in tokens]})
        return Q(**{f"{self.via}__in": list(found.order_by().values_list("pk", flat=True))})


def tokens_of(text: str) -> list[str]:
    """The numbers in what was typed or pasted: cut at blanks and commas, without doubles, at most 200."""
    cleaned = text.replace("\x00", "")[:LONGEST_TEXT]
    found = dict.fromkeys(token[:LONGEST_TOKEN] for token in SEPARATORS.split(cleaned) if token)
    return list(found)[:MOST_TOKENS]


def condition(columns: Sequence[Exact], tokens: Sequence[str], using: str, shop: Any = None) -> Q:
    """Rows in which some column matches; no tokens matches everything."""
    columns = [column.of(shop) for column in columns]
    found = Q()
    if len(tokens) == 1:
        for column in columns:
            match = column.one(tokens[0], using)
            if match is not None:
                found |= match
        return found
    if tokens:
        for column in columns:
            found |= column.many(tokens)
    return found

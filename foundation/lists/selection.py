"""Which rows of a list somebody means: the ticked ones of a page, or everything that matches. Resolved here, never
in the browser: the list's own query, with its tab, search and filters, says what "all" is (ui complaints: netbox)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from foundation.lifecycle.errors import Invalid

from .query import ListQuery
from .verbs import BatchVerb

if TYPE_CHECKING:
    from .spec import ListSpec

PAGE, ALL = "page", "all"
MOST_ROWS = 50_000
MOST_TICKS = 200
LONGEST_IDENT = 64
LONGEST_QUERY = 16_000


@dataclass(frozen=True)
class Asked:
    """A selection as a form says it."""

    scope: str
    idents: tuple[str, ...]
    list_query: str

    @classmethod
    def of(cls, said: QueryDict) -> "Asked":
        ticks = dict.fromkeys(one for one in said.getlist("id")[: 2 * MOST_TICKS] if 0 < len(one) <= LONGEST_IDENT)
        clean = tuple(one for one in ticks if "\x00" not in one)[:MOST_TICKS]
        list_query = said.get("list_query", "")
        if len(list_query) > LONGEST_QUERY:  # cut short it would mean more rows
            raise BadRequest("The list's query string is longer than any of ours.")
        return cls(ALL if said.get("scope") == ALL else PAGE, clean, list_query)

    def query(self, spec: "ListSpec", shop: Any, now: datetime, user: Any) -> ListQuery:
        return spec.query(shop, QueryDict(self.list_query), now, user)

    def rows(self, query: ListQuery) -> QuerySet:
        """The rows meant, as a queryset of the shop's own; a ticked one that is not among them is simply not there."""
        if self.scope == ALL:
            return query.of_tab
        return query.spec.named(query.all_rows, self.idents)


def chosen(said: QueryDict, spec: "ListSpec", shop: Any, now: datetime, user: Any) -> QuerySet:
    """The rows a list's batch bar sent to a verb's own page (`BatchVerb.page`), in the list's order."""
    asked = Asked.of(said)
    query = asked.query(spec, shop, now, user)
    sign = "-" if query.descending else ""
    return asked.rows(query).order_by(f"{sign}{query.sort.column}", f"{sign}pk")


class Selection:
    """The rows one verb would be done to, at this moment: how many, their sum, and those left out, with reasons."""

    def __init__(self, asked: Asked, verb: BatchVerb, query: ListQuery):
        self.asked, self.verb, self.query = asked, verb, query
        self.spec = query.spec
        self.rows = asked.rows(query)

    @cached_property
    def _found(self) -> list[tuple]:
        """(pk, name, fen) of every row in the list's order. Invalid beyond MOST_ROWS."""
        sign, sort = "-" if self.query.descending else "", self.query.sort.column
        paths = ["pk", self.spec.ident, *([self.spec.sum_of] if self.spec.sum_of else [])]
        found = list(self.rows.order_by(f"{sign}{sort}", f"{sign}pk").values_list(*paths)[: MOST_ROWS + 1])
        if len(found) > MOST_ROWS:
            raise Invalid(
                _("At most %(limit)s rows can be done at once. Narrow the list with a filter or a period first.")
                % {"limit": f"{MOST_ROWS:,}"}
            )
        return found

    @cached_property
    def excluded(self) -> dict[int, str]:
        """pk → why the verb leaves it alone."""
        reasons = self.verb.excluded(self.rows, self.query.now) if self._found else {}
        return {row[0]: str(reasons[row[0]]) for row in self._found if row[0] in reasons}

    @cached_property
    def pks(self) -> list[int]:
        """Rows it will be done to, in the list's order."""
        return [row[0] for row in self._found if row[0] not in self.excluded]

    @cached_property
    def names(self) -> dict[int, str]:
        return {row[0]: str(row[1]) for row in self._found}

    @property
    def sum_minor(self) -> int | None:
        """Fen of the rows it will be done to; None when the list has nothing to add up."""
        if not self.spec.sum_of:
            return None
        return sum(row[2] or 0 for row in self._found if row[0] not in self.excluded)

    @property
    def missing(self) -> int:
        """How many ticked rows are not there (any more)."""
        return len(self.asked.idents) - len(self._found) if self.asked.scope == PAGE else 0

    @property
    def left_out(self) -> list[tuple[str, str]]:
        """(name, reason) of the excluded rows, in the list's order."""
        return [(self.names[pk], reason) for pk, reason in self.excluded.items()]

    @cached_property
    def set_hash(self) -> str:
        """The same for the same rows, done and left out alike: what a confirmation confirms."""
        return set_hash(self.pks, self.excluded)


def set_hash(pks: Sequence[int], excluded: Sequence[int] | dict[int, str]) -> str:
    text = ",".join(map(str, sorted(pks))) + "|" + ",".join(map(str, sorted(excluded)))
    return hashlib.sha256(text.encode()).hexdigest()

"""One asked-for page of a list: rows, tabs with counts, chips, neighbours, and which of the empty states it is in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.shell.counting import CAP, count_beside_waiting

from . import drawing, keyset, steady
from .addresses import PLACE, Addresses
from .arrangements import Arrangements
from .panels import PARTS, Panels
from .query import ListQuery, column_of
from .verbs import BatchVerb

if TYPE_CHECKING:
    from .spec import ListSpec


@dataclass(frozen=True)
class TabLink:
    """A tab as the page draws it; `count` stops at 1000, shown as 999+."""

    label: Any
    url: str
    current: bool
    count: int
    hot: bool


@dataclass(frozen=True)
class Chip:
    """One applied filter in words, and the page without it."""

    label: str
    value: str
    url: str


class ListPage(Addresses, Panels):
    """What the template calls `page`. Everything lazy: a part that is not drawn costs nothing."""

    def __init__(
        self, spec: "ListSpec", request: HttpRequest, rows: QuerySet, now: "datetime | Callable[[], datetime]"
    ):
        self.spec = spec
        self.request = request
        self.all_rows = rows
        self.shop = getattr(request, "shop", None)
        self.arrangements = Arrangements.of(request.user, self.shop, spec.key)
        self.query = ListQuery(
            spec, rows, self._params(), now, shop=self.shop, user=request.user, arrangements=self.arrangements
        )
        self.tab, self.sort, self.descending = self.query.tab, self.query.sort, self.query.descending
        self.params, self.tokens = self.query.params, self.query.tokens
        self.size = self._size()

    def _params(self) -> QueryDict:
        """The URL's; those of the view this person's list begins with where the URL says nothing."""
        asked = self.request.GET
        if not self.arrangements.first or any(name in asked for name in (*self.spec.parameter_names, *PLACE)):
            return asked
        begun = QueryDict(self.arrangements.first.query, mutable=True)
        begun["view"] = str(self.arrangements.first.uuid)
        return begun

    @property
    def now(self) -> datetime:
        return self.query.now

    def _size(self) -> int:
        """The URL's, else this person's, else the list's first."""
        sizes = {str(size): size for size in self.spec.sizes}
        kept = self.arrangements.layout.size if self.arrangements.layout else 0
        return sizes.get(self.query.text("size")) or sizes.get(str(kept)) or self.spec.sizes[0]

    def _place(self, name: str) -> str:
        return self.request.GET.get(name, "").replace("\x00", "")[: keyset.LONGEST]

    # filters --------------------------------------------------------------------------------

    @property
    def search_text(self) -> str:
        return " ".join(self.tokens)

    @property
    def filterset(self) -> Any:
        return self.query.filterset

    @property
    def has_filters(self) -> bool:
        return self.query.has_filters

    @property
    def filterable(self) -> bool:
        return self.spec.filterset is not None

    @cached_property
    def chips(self) -> list[Chip]:
        found = []
        if self.tokens:
            few = " ".join(self.tokens[:3])
            more = len(self.tokens) - 3
            words = few if more <= 0 else _("%(few)s and %(more)d more") % {"few": few, "more": more}
            found.append(Chip(_("Search"), words, self.url(q=None)))
        if self.has_filters:
            found += [Chip(label, value, self.url(**{name: None})) for name, label, value in self.filterset.applied()]
        return found

    @cached_property
    def ignored(self) -> list[str]:
        """Labels of filters in the URL that made no sense and were left out."""
        if not self.has_filters:
            return []
        return [str(self.filterset.filters[name].label) for name in self.filterset.form.errors]

    # rows -----------------------------------------------------------------------------------

    @property
    def matching(self) -> QuerySet:
        return self.query.matching

    @property
    def columns(self) -> list[Any]:
        return self.query.columns

    @cached_property
    def slice(self) -> keyset.Slice:
        rows = partial(steady.found, self.query)
        found = self._asked(rows)
        if not found.rows and any(self._place(name) for name in PLACE):
            return keyset.first(rows, self.sort.column, self.size, descending=self.descending)
        return found

    def _asked(self, rows: keyset.Asked) -> keyset.Slice:
        """The part of `rows` the URL points at; a cursor nobody gave out, or past the start, is the first page."""
        column, size, way = self.sort.column, self.size, {"descending": self.descending}
        try:
            if self._place("after"):
                return keyset.after(rows, column, size, self._cursor("after"), **way)
            if self._place("before"):
                found = keyset.before(rows, column, size, self._cursor("before"), **way)
                return found if found.previous else keyset.first(rows, column, size, **way)
        except keyset.BadCursor:
            return keyset.first(rows, column, size, **way)
        if self._place("last") == "1":
            return keyset.last(rows, column, size, **way)
        return keyset.first(rows, column, size, **way)

    def _cursor(self, name: str) -> keyset.Cursor:
        return keyset.Cursor.decode(self._place(name), column_of(self.all_rows.model, self.sort.column))

    @cached_property
    def rows(self) -> list[Any]:
        rows = self.slice.rows
        if rows:
            self.query.read = getattr(rows[0], "read_at", None)
        return rows

    @cached_property
    def head(self) -> SafeString:
        return drawing.head(self)

    @cached_property
    def body(self) -> SafeString:
        return drawing.body(self)

    @property
    def tab_line(self) -> SafeString:
        return drawing.tabs(self)

    # batch ----------------------------------------------------------------------------------

    @cached_property
    def verbs(self) -> list[BatchVerb]:
        """What this member may do to many rows."""
        return [verb for verb in self.spec.verbs if self.request.membership.can(verb.perm)]  # type: ignore[attr-defined]

    @cached_property
    def exportable(self) -> bool:
        fields = any(column.fields for column in self.spec.columns)
        return bool(self.spec.key and fields and self.request.membership.can("lists.export"))  # type: ignore[attr-defined]

    @cached_property
    def selectable(self) -> bool:
        """Whether rows carry a box to tick: only where something can be done with them."""
        return bool(self.spec.key) and (bool(self.verbs) or self.exportable)

    # counts ---------------------------------------------------------------------------------

    @cached_property
    def counts(self) -> list[int]:
        """Of each tab, capped. A whole tab's is the sum of the others'."""
        parts = [tab.where for tab in self.spec.tabs if not tab.whole]
        counted = count_beside_waiting(self.request, self.matching, parts, steady=self.query.is_plain)
        whole, each = min(sum(counted), CAP), iter(counted)
        return [whole if tab.whole else next(each) for tab in self.spec.tabs]

    @cached_property
    def tabs(self) -> list[TabLink]:
        return [
            TabLink(
                tab.label, self.url(tab=tab.key, sort=None), tab.key == self.tab.key, count, tab.hot and count > 0,
            )
            for tab, count in zip(self.spec.tabs, self.counts, strict=True)
        ]  # fmt: skip

    @cached_property
    def total(self) -> int:
        """Rows of this tab, capped."""
        return self.counts[[tab.key for tab in self.spec.tabs].index(self.tab.key)]

    @property
    def total_text(self) -> str:
        if self.total >= CAP:
            return _("more than 999")
        return ngettext("%(count)d in all", "%(count)d in all", self.total) % {"count": self.total}

    @property
    def empty(self) -> str:
        """Which empty state: "" (there are rows), "no-match", "tab", or "none-yet"."""
        if self.rows:
            return ""
        if self.tokens or self.has_filters:
            return "no-match"
        return "tab" if any(self.counts) else "none-yet"

    # answer ---------------------------------------------------------------------------------

    def render(self, template: str = "lists/list.html", context: dict[str, Any] | None = None) -> HttpResponse:
        """The whole page; only the part htmx asks for, if it asks for one. Tabs are counted with the menu's numbers."""
        part = PARTS.get(self.request.headers.get("HX-Target", ""))
        if part and part.is_open(self):
            template = part.template
        else:
            self.counts  # noqa: B018 - before the menu counts its own
        return render(self.request, template, {**(context or {}), "page": self})

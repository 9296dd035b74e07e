"""One asked-for page of a list: rows, tabs with counts, chips, neighbours, and which of the empty states it is in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.shell.counting import CAP, capped_counts

from . import keyset
from .links import with_next
from .search import condition, tokens_of

if TYPE_CHECKING:
    from .spec import ListSpec, Sort, Tab

PLACE = ("after", "before", "last")
FILTER_BAR = "list-filters"
LONGEST_PARAMETER = 200


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


@dataclass(frozen=True)
class SortLink:
    label: Any
    url: str
    aria: str


class ListPage:
    """What the template calls `page`. Everything lazy: a part that is not drawn costs nothing."""

    def __init__(self, spec: "ListSpec", request: HttpRequest, rows: QuerySet, now: "datetime | Callable[[], datetime]"):
        self.spec = spec
        self.request = request
        self._now = now
        self.all_rows = rows
        self.params = request.GET
        self.tab: Tab = spec.tab(self._text("tab"))
        self.sort: Sort
        self.sort, self.descending = spec.sort(self._text("sort"), self.tab)
        self.size = self._size()
        self.tokens = tokens_of(self.params.get("q", "")) if spec.search else []

    @cached_property
    def now(self) -> datetime:
        return self._now() if callable(self._now) else self._now

    # what was asked -------------------------------------------------------------------------

    def _text(self, name: str) -> str:
        return self.params.get(name, "").replace("\x00", "")[:LONGEST_PARAMETER]

    def _size(self) -> int:
        text = self._text("size")
        sizes = {str(size): size for size in self.spec.sizes}
        return sizes.get(text, self.spec.sizes[0])

    @property
    def query(self) -> str:
        return " ".join(self.tokens)

    @cached_property
    def filterset(self) -> Any:
        """The bound filterset, or None when the list has none."""
        if self.spec.filterset is None:
            return None
        shop = getattr(self.request, "shop", None)
        return self.spec.filterset(self.params, queryset=self.all_rows, request=self.request, now=lambda: self.now, shop=shop)

    @cached_property
    def has_filters(self) -> bool:
        """Whether the URL carries any filter: without one, no form is built at all."""
        names = self.spec.filterset.names() if self.spec.filterset else []
        return any(self.params.get(name) for name in names)

    @property
    def filterable(self) -> bool:
        return self.spec.filterset is not None

    @cached_property
    def filter_bar_open(self) -> bool:
        if self.spec.filterset is None:
            return False
        return self._text("filters") == "1" or (self.has_filters and bool(self.filterset.form.errors))

    @cached_property
    def filter_form(self) -> Any:
        """The opened bar's form, option lists included."""
        self.filterset.prepare(self.all_rows)
        return self.filterset.form

    # rows -----------------------------------------------------------------------------------

    @cached_property
    def matching(self) -> QuerySet:
        """The shop's rows under search and filters, all tabs."""
        rows = self.all_rows
        if self.tokens:
            rows = rows.filter(condition(self.spec.search, self.tokens, rows.db))
        return self.filterset.apply(rows) if self.has_filters else rows

    @cached_property
    def slice(self) -> keyset.Slice:
        rows = self.matching.filter(self.tab.where)
        if self.spec.related:
            rows = rows.select_related(*self.spec.related)
        if self.spec.only:
            rows = rows.only("pk", self.sort.column, *self.spec.only)
        found = self._asked(rows)
        if not found.rows and any(self.params.get(name) for name in PLACE):
            return keyset.first(rows, self.sort.column, self.size, descending=self.descending)
        return found

    def _asked(self, rows: QuerySet) -> keyset.Slice:
        """The part of `rows` the URL points at; a cursor nobody gave out, or past the start, is the first page."""
        column, size, way = self.sort.column, self.size, {"descending": self.descending}
        try:
            if self._text("after"):
                return keyset.after(rows, column, size, self._cursor("after"), **way)
            if self._text("before"):
                found = keyset.before(rows, column, size, self._cursor("before"), **way)
                return found if found.previous else keyset.first(rows, column, size, **way)
        except keyset.BadCursor:
            return keyset.first(rows, column, size, **way)
        if self._text("last") == "1":
            return keyset.last(rows, column, size, **way)
        return keyset.first(rows, column, size, **way)

    def _cursor(self, name: str) -> keyset.Cursor:
        return keyset.Cursor.decode(self._text(name), column_of(self.all_rows.model, self.sort.column))

    @cached_property
    def rows(self) -> list[Any]:
        return self.slice.rows

    # around them ----------------------------------------------------------------------------

    @cached_property
    def counts(self) -> list[int]:
        return capped_counts([self.matching.filter(tab.where) for tab in self.spec.tabs])

    @cached_property
    def tabs(self) -> list[TabLink]:
        return [
            TabLink(
                tab.label, self.url(tab=tab.key, sort=None, **self.nowhere), tab.key == self.tab.key, count,
                tab.hot and count > 0,
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

    @cached_property
    def chips(self) -> list[Chip]:
        found = []
        if self.tokens:
            few = " ".join(self.tokens[:3])
            more = len(self.tokens) - 3
            words = few if more <= 0 else _("%(few)s and %(more)d more") % {"few": few, "more": more}
            found.append(Chip(_("Search"), words, self.url(q=None, **self.nowhere)))
        if self.has_filters:
            found += [
                Chip(label, value, self.url(**{name: None}, **self.nowhere))
                for name, label, value in self.filterset.applied()
            ]
        return found

    @cached_property
    def ignored(self) -> list[str]:
        """Labels of filters in the URL that made no sense and were left out."""
        if not self.has_filters:
            return []
        return [str(self.filterset.filters[name].label) for name in self.filterset.form.errors]

    @property
    def empty(self) -> str:
        """Which empty state: "" (there are rows), "no-match", "tab", or "none-yet"."""
        if self.rows:
            return ""
        if self.tokens or self.has_filters:
            return "no-match"
        return "tab" if any(self.counts) else "none-yet"

    # addresses ------------------------------------------------------------------------------

    nowhere = dict.fromkeys(PLACE)

    def url(self, **changes: Any) -> str:
        """This page's query string with `changes`; None takes a parameter away. Only parameters the list knows stay."""
        params = QueryDict(mutable=True)
        known = {"tab", "q", "sort", "size", *PLACE, *(self.spec.filterset.names() if self.spec.filterset else [])}
        for name, values in self.params.lists():
            if name in known and name not in changes:
                params.setlist(name, [value.replace("\x00", "") for value in values if value])
        for name, value in changes.items():
            if value not in (None, ""):
                params[name] = str(value)
        return f"?{params.urlencode()}"

    @cached_property
    def come_back(self) -> str:
        """`?next=…` leading back to this page, to be put behind a row's address: worked out once for all rows."""
        return with_next(self.request, "")

    @property
    def first_url(self) -> str:
        return self.url(**self.nowhere) if self.slice.previous else ""

    @property
    def previous_url(self) -> str:
        return self.url(**{**self.nowhere, "before": self.slice.previous}) if self.slice.previous else ""

    @property
    def next_url(self) -> str:
        return self.url(**{**self.nowhere, "after": self.slice.next}) if self.slice.next else ""

    @property
    def last_url(self) -> str:
        return self.url(**{**self.nowhere, "last": 1}) if self.slice.next else ""

    @property
    def clear_url(self) -> str:
        """The tab without search and filters."""
        names = self.spec.filterset.names() if self.spec.filterset else []
        return self.url(**dict.fromkeys(["q", *names]), **self.nowhere)

    @property
    def everything_url(self) -> str:
        return self.url(tab="all", **self.nowhere)

    @property
    def filters_url(self) -> str:
        return self.url(filters=1)

    @property
    def close_filters_url(self) -> str:
        return self.url()

    @property
    def size_links(self) -> list[tuple[int, str, bool]]:
        return [(size, self.url(size=size, **self.nowhere), size == self.size) for size in self.spec.sizes]

    def sort_link(self, key: str) -> SortLink:
        """A header's link: the other direction of the sort in force, descending first for any other."""
        sort = next(one for one in self.spec.sorts if one.key == key)
        if not sort.offered_in(self.tab.key):
            return SortLink(sort.label, "", "")
        current = sort.key == self.sort.key
        wanted = key if current and self.descending else f"-{key}"
        aria = ("descending" if self.descending else "ascending") if current else ""
        return SortLink(sort.label, self.url(sort=wanted, **self.nowhere), aria)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Hidden fields of the search form: tab, order, size and filters stay."""
        return self._hidden({"q"})

    @property
    def kept_by_filters(self) -> list[tuple[str, str]]:
        names = self.spec.filterset.names() if self.spec.filterset else []
        return self._hidden(set(names))

    def _hidden(self, without: set[str]) -> list[tuple[str, str]]:
        params = QueryDict(self.url(**self.nowhere)[1:])
        return [(name, value) for name, values in params.lists() if name not in without for value in values]

    # answer ---------------------------------------------------------------------------------

    def render(self, template: str, context: dict[str, Any] | None = None) -> HttpResponse:
        """The whole page; only the filter bar when htmx asks for just that."""
        if self.filter_bar_open and self.request.headers.get("HX-Target") == FILTER_BAR:
            template = "lists/_filters.html"
        return render(self.request, template, {**(context or {}), "page": self})


def column_of(model: type[Model], path: str) -> Field:
    """The field at the end of "order__number"."""
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model  # type: ignore[assignment]
    return model._meta.get_field(name)  # type: ignore[return-value]

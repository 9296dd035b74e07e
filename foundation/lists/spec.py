"""What a list page is, described once: tabs, sorts, search, filters. See the package's docstring for how to use it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from .filters import ListFilterSet
from .page import ListPage
from .search import Exact

SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Tab:
    """A named part of the list. `sort` is its own default order; `hot` counts are drawn in the brand's red."""

    key: str
    label: Any
    where: Q = field(default_factory=Q)
    sort: str = ""
    hot: bool = False


@dataclass(frozen=True)
class Sort:
    """A whitelisted order. The column is NOT NULL (in the tabs it is offered in) and indexed as (shop, column, id)."""

    key: str
    column: str
    label: Any
    tabs: Sequence[str] = ()

    def offered_in(self, tab: str) -> bool:
        return not self.tabs or tab in self.tabs


@dataclass(frozen=True)
class ListSpec:
    """One list page. `page()` never raises for what a URL says: bad values fall back to the defaults."""

    tabs: Sequence[Tab]
    sorts: Sequence[Sort]
    default_sort: str
    search: Sequence[Exact] = ()
    search_label: Any = ""
    filterset: type[ListFilterSet] | None = None
    only: Sequence[str] = ()
    related: Sequence[str] = ()
    sizes: Sequence[int] = SIZES

    def page(self, request: HttpRequest, rows: QuerySet, *, now: datetime | Callable[[], datetime]) -> ListPage:
        """The page `request` asks for of `rows`, which are the shop's own.

        `now` may be the clock itself: it is then read once, and only by a page that needs the time.
        """
        return ListPage(self, request, rows, now)

    def tab(self, key: str) -> Tab:
        return next((tab for tab in self.tabs if tab.key == key), self.tabs[0])

    def sort(self, text: str, tab: Tab) -> tuple[Sort, bool]:
        """The order asked for, and whether it descends; the tab's or the list's default for anything unknown."""
        for wanted in (text, tab.sort, self.default_sort):
            key, descending = wanted.removeprefix("-"), wanted.startswith("-")
            for sort in self.sorts:
                if sort.key == key and sort.offered_in(tab.key):
                    return sort, descending
        raise LookupError(f"The tab {tab.key} has no order of its own and the default is not offered in it.")

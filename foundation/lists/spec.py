"""What a list page is, described once: tabs, sorts, search, filters. See the package's docstring for how to use it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from foundation.shell.urls_for import shop_url

from .columns import Column, Total
from .filters import ListFilterSet
from .page import ListPage
from .query import ListQuery
from .search import Exact
from .verbs import BatchVerb

SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Tab:
    """A named part of the list. `sort` is its own default order; `hot` counts are drawn in the brand's red.

    `whole`: each row is in exactly one of the other tabs, so that this one's count is their sum and asks nothing.
    """

    key: str
    label: Any
    where: Q = field(default_factory=Q)
    sort: str = ""
    hot: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Sort:
    """A whitelisted order. The column is NOT NULL (in the tabs it is offered in) and indexed as (shop, column, id)."""

    key: str
    column: str
    label: Any
    tabs: Sequence[str] = ()

    def offered_in(self, tab: str) -> bool:
        return not self.tabs or tab in self.tabs


def _as_it_is(rows: QuerySet) -> QuerySet:
    return rows


@dataclass(frozen=True)
class ListSpec:
    """One list page. Nothing here raises for what a URL says: bad values fall back to the defaults.

    With a `key` the list has saved views, columns to choose, batch verbs and files; without one it is a plain list
    whose rows its template draws. `ident` is the attribute that names a row in addresses and forms, unique per shop.
    `flat` rows are named tuples instead of models, a third of their price: the columns' `needs` and no more, each under
    its ORM path (`row.order__number`). `steady` says that `rows` are told by the shop's pk alone and nobody hands `page`
    others: plain pages keep their SQL.
    `dress` adds what only drawing needs (annotations), after filtering, so that counts stay cheap. `sum_of` is the
    column of fen that previews add up.
    """

    tabs: Sequence[Tab]
    sorts: Sequence[Sort]
    default_sort: str
    search: Sequence[Exact] = ()
    search_label: Any = ""
    filterset: type[ListFilterSet] | None = None
    only: Sequence[str] = ()
    related: Sequence[str] = ()
    sizes: Sequence[int] = SIZES
    key: str = ""
    title: Any = ""
    perm: str = ""
    page_name: str = ""  # URL name of the list page itself
    rows: Callable[[Any, datetime], QuerySet] | None = None
    page_of: Callable[[Any, Any], str] | None = None
    ident: str = "number"
    columns: Sequence[Column] = ()
    verbs: Sequence[BatchVerb] = ()
    totals: Sequence[Total] = ()
    sum_of: str = ""
    empty: Any = ""
    flat: bool = False
    steady: bool = False
    dress: Callable[[QuerySet], QuerySet] = _as_it_is
    table: Callable[[ListQuery], Any] | None = None  # an `export.Table`, for a list whose columns don't say it all

    def page(
        self, request: HttpRequest, rows: QuerySet | None = None, *, now: datetime | Callable[[], datetime]
    ) -> ListPage:
        """The page `request` asks for of `rows`, which are the shop's own; by default the spec's.

        `now` may be the clock itself: it is then read once, and only by a page that needs the time. Rows with a
        `read_at` (clock.Reading) tell it.
        """
        return ListPage(self, request, self._rows(request.shop, now) if rows is None else rows, now)  # type: ignore[attr-defined]

    def query(
        self, shop: Any, params: QueryDict, now: datetime | Callable[[], datetime], user: Any = None
    ) -> ListQuery:
        """The rows a query string of this list means, for `user` (whose columns, whose "mine")."""
        return ListQuery(self, self._rows(shop, now), params, now, shop=shop, user=user)

    def _rows(self, shop: Any, now: Any) -> QuerySet:
        if self.rows is None:
            raise LookupError(f"The list {self.key!r} does not say which rows it is of.")
        return self.rows(shop, now)

    def named(self, rows: QuerySet, idents: Sequence[str]) -> QuerySet:
        """Those of `rows` that these names stand for; a name no row can have ("abc" for a number) names nothing."""
        try:
            return rows.filter(**{f"{self.ident}__in": idents})
        except ValueError:
            return rows.none()

    def url(self, shop: Any) -> str:
        """Address of the list page."""
        return shop_url(shop, self.page_name)

    @cached_property
    def statements(self) -> dict[Any, Any]:
        """Prepared statements of plain pages by their shape (steady.py)."""
        return {}

    @cached_property
    def filter_names(self) -> list[str]:
        return self.filterset.names() if self.filterset else []

    @cached_property
    def parameter_names(self) -> frozenset[str]:
        """What a query string of this list may carry, its place in the pages aside."""
        return frozenset({"tab", "q", "sort", "size", "view", *self.filter_names})

    @cached_property
    def columns_by_key(self) -> dict[str, Column]:
        return {column.key: column for column in self.columns}

    def arranged(self, keys: Sequence[str]) -> list[Column]:
        """The fixed columns, then those named, in their order; the list's own for nothing known among them."""
        fixed = [column for column in self.columns if column.fixed]
        wanted = list(dict.fromkeys(key for key in keys if isinstance(key, str) and key in self.columns_by_key))
        chosen = [self.columns_by_key[key] for key in wanted if not self.columns_by_key[key].fixed]
        return fixed + (chosen or [column for column in self.columns if column.shown and not column.fixed])

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

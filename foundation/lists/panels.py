"""The parts of a list page that open on demand, alone for htmx or with the page: filters, columns, views, totals."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from foundation.shell.urls_for import shop_url

from .arranging import may_change
from .columns import MONEY, Column
from .models import Kind, SavedView

if TYPE_CHECKING:
    from .arrangements import Arrangements
    from .query import ListQuery
    from .spec import ListSpec


@dataclass(frozen=True)
class Part:
    """One such part: its template, and whether the URL opens it."""

    template: str
    is_open: Callable[[Any], bool]


@dataclass(frozen=True)
class TotalLine:
    label: Any
    value: int
    money: bool


@dataclass(frozen=True)
class ColumnChoice:
    """A line of the chooser."""

    column: Column
    shown: bool


@dataclass(frozen=True)
class ViewLink:
    """A saved view the list offers with one click."""

    name: str
    url: str
    current: bool


@dataclass(frozen=True)
class ViewLine:
    """The same in the panel, with what may be done to it. `stale`: the page shows other rows than it keeps."""

    name: str
    url: str
    current: bool
    change_url: str
    kind: str
    owner: str
    pinned: bool
    shared: bool
    begins: bool
    changeable: bool
    stale: bool


class Panels:
    """Part of ListPage."""

    spec: "ListSpec"
    request: Any
    query: "ListQuery"
    arrangements: "Arrangements"
    all_rows: QuerySet
    shop: Any
    plain_query: str
    panel_url: Callable[..., str]

    def _opens(self, name: str) -> bool:
        return self.request.GET.get(name) == "1"

    @cached_property
    def filter_bar_open(self) -> bool:
        if self.spec.filterset is None:
            return False
        return self._opens("filters") or (self.query.has_filters and bool(self.query.filterset.form.errors))

    @cached_property
    def filter_form(self) -> Any:
        """The opened bar's form, option lists included."""
        self.query.filterset.prepare(self.all_rows)
        return self.query.filterset.form

    @property
    def columns_open(self) -> bool:
        return bool(self.spec.columns) and self._opens("columns")

    @cached_property
    def column_choices(self) -> list[ColumnChoice]:
        """The shown columns in their order, then the others."""
        shown = {column.key for column in self.query.columns}
        others = [column for column in self.spec.columns if column.key not in shown]
        return [ColumnChoice(column, column.key in shown) for column in [*self.query.columns, *others]]

    @property
    def columns_url(self) -> str:
        return self.panel_url(columns=1)

    @property
    def close_url(self) -> str:
        return self.panel_url()

    @property
    def roomy(self) -> bool:
        return bool(self.arrangements.layout and self.arrangements.layout.roomy)

    @property
    def wide(self) -> bool:
        """More columns than the list's own: the table then scrolls in a box of its own."""
        return len(self.query.columns) > sum(column.shown or column.fixed for column in self.spec.columns)

    # saved views ----------------------------------------------------------------------------

    @property
    def views_open(self) -> bool:
        return bool(self.spec.key) and self._opens("views")

    @property
    def views_url(self) -> str:
        return self.panel_url(views=1)

    @property
    def view(self) -> SavedView | None:
        """The saved view the page was opened with."""
        return self.query.view

    @property
    def may_share(self) -> bool:
        return self.request.membership.can("lists.share")

    def _view_url(self, view: SavedView) -> str:
        return f"?view={view.uuid}{'&' if view.query else ''}{view.query}"

    @cached_property
    def pinned_views(self) -> list[ViewLink]:
        return [
            ViewLink(one.name, self._view_url(one), one is self.view) for one in self.arrangements.views if one.pinned
        ]

    @cached_property
    def view_lines(self) -> list[ViewLine]:
        """All of them; whose the others' are costs a statement, so only in the open panel."""
        views = self.arrangements.views
        others = {one.owner_id for one in views} - {self.request.user.pk}
        owners = get_user_model()._default_manager.in_bulk(others) if others else {}
        return [self._view_line(one, str(owners.get(one.owner_id, ""))) for one in views]

    def _view_line(self, view: SavedView, owner: str) -> ViewLine:
        return ViewLine(
            name=view.name, url=self._view_url(view), current=view is self.view,
            change_url=shop_url(self.shop, "lists:change-view", list=self.spec.key, uuid=view.uuid),
            kind=view.get_kind_display(), owner=owner, pinned=view.pinned, shared=view.kind == Kind.SHARED,
            begins=view is self.arrangements.first, changeable=may_change(view, self.request.membership),
            stale=view.query != self.plain_query,
        )  # fmt: skip

    # totals ---------------------------------------------------------------------------------

    @cached_property
    def totals_url(self) -> str:
        return self.panel_url(totals=1)

    @property
    def totals_open(self) -> bool:
        return bool(self.spec.totals) and self._opens("totals")

    @cached_property
    def totals(self) -> list[TotalLine]:
        """Exact count and sums of the tab under search and filters; reads all of it, so only when asked."""
        sums = {f"sum_{number}": Coalesce(Sum(one.source), 0) for number, one in enumerate(self.spec.totals)}
        found = self.query.of_tab.order_by().aggregate(rows=Count("pk"), **sums)
        self.exact_count = found["rows"]
        return [
            TotalLine(one.label, found[f"sum_{number}"], one.kind == MONEY)
            for number, one in enumerate(self.spec.totals)
        ]


PARTS = {
    "list-filters": Part("lists/_filters.html", lambda page: page.filter_bar_open),
    "list-columns": Part("lists/_columns.html", lambda page: page.columns_open),
    "list-views": Part("lists/_views.html", lambda page: page.views_open),
    "list-totals": Part("lists/_totals.html", lambda page: page.totals_open),
}

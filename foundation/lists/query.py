"""Which rows of a list somebody asks for: the one answer the page, a selection, an export and a step share."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Field, Model, QuerySet
from django.http import QueryDict

from .arrangements import Arrangements
from .columns import Column
from .search import condition, tokens_of

if TYPE_CHECKING:
    from .spec import ListSpec, Sort, Tab

LONGEST_PARAMETER = 200
LONGEST_SEARCH = 12_000


class ListQuery:
    """A list's query string, understood: no request, so a background job reads it as the page does.

    `matching` are the shop's rows under search and filters, all tabs; `chosen` those of the tab, in the order asked
    for; `drawable` those a page draws. Whatever is wrong among `params` falls back to the default.
    """

    def __init__(
        self, spec: "ListSpec", rows: QuerySet, params: QueryDict, now: "datetime | Callable[[], datetime]",
        *, shop: Any = None, user: Any = None, arrangements: Arrangements | None = None,
    ):  # fmt: skip
        self.spec = spec
        self.all_rows = rows
        self.shop = shop
        self.user = user
        self._now = now
        self.read: datetime | None = None  # what the rows' own statement said of the time
        self._arrangements = arrangements
        self.params = self._cleaned(params)
        self.tab: Tab = spec.tab(self.text("tab"))
        self.sort: Sort
        self.sort, self.descending = spec.sort(self.text("sort"), self.tab)
        self.tokens = tokens_of(self.params.get("q", "")) if spec.search else []

    def _cleaned(self, params: QueryDict) -> QueryDict:
        """Only names the list knows, without empty values and without NUL, which no column holds."""
        known = self.spec.parameter_names
        cleaned = QueryDict(mutable=True)
        for name, values in params.lists():
            if name in known:
                kept = [value.replace("\x00", "")[:LONGEST_SEARCH] for value in values[:200]]
                cleaned.setlist(name, [value for value in kept if value])
        return cleaned

    def text(self, name: str) -> str:
        return self.params.get(name, "")[:LONGEST_PARAMETER]

    @cached_property
    def now(self) -> datetime:
        if not callable(self._now):
            return self._now
        return self._now(self.read) if self.read else self._now()  # type: ignore[call-arg]

    # filters ------------------------------------------------------------------------------------

    @cached_property
    def filterset(self) -> Any:
        """The bound filterset, or None when the list has none."""
        if self.spec.filterset is None:
            return None
        return self.spec.filterset(
            self.params, queryset=self.all_rows, now=lambda: self.now, shop=self.shop, user=self.user
        )

    @cached_property
    def has_filters(self) -> bool:
        """Whether any filter is asked for: without one, no form is built at all."""
        return any(self.params.get(name) for name in self.spec.filter_names)

    @cached_property
    def is_plain(self) -> bool:
        """Whether nothing is searched or filtered in a list whose statements are then always the same."""
        return self.spec.steady and not self.tokens and not self.has_filters

    # rows ---------------------------------------------------------------------------------------

    @cached_property
    def matching(self) -> QuerySet:
        """The shop's rows under search and filters, all tabs."""
        rows = self.all_rows
        if self.tokens:
            rows = rows.filter(condition(self.spec.search, self.tokens, rows.db, self.shop))
        return self.filterset.apply(rows) if self.has_filters else rows

    @cached_property
    def of_tab(self) -> QuerySet:
        """The tab's rows: for counting and summing."""
        return self.matching.filter(self.tab.where)

    @cached_property
    def chosen(self) -> QuerySet:
        """The tab's rows in the order asked for, for files."""
        sign = "-" if self.descending else ""
        return self.spec.dress(self.of_tab).order_by(f"{sign}{self.sort.column}", f"{sign}pk")

    @property
    def drawable(self) -> QuerySet:
        """The tab's rows with what drawing them needs, and no more; a flat list's as named tuples."""
        rows = self.spec.dress(self.of_tab)
        needs = [*self.spec.only, *(name for column in self.columns for name in column.needs)]
        if self.spec.flat:
            return rows.values_list(*dict.fromkeys(["pk", self.spec.ident, self.sort.column, *needs]), named=True)
        related = {*self.spec.related, *(name for column in self.columns for name in column.related)}
        if related:
            rows = rows.select_related(*sorted(related))
        return rows.only("pk", self.sort.column, *sorted(set(needs))) if needs else rows

    # columns ------------------------------------------------------------------------------------

    @cached_property
    def arrangements(self) -> Arrangements:
        return self._arrangements or Arrangements.of(self.user, self.shop, self.spec.key)

    @cached_property
    def view(self) -> Any:
        """The saved view these parameters came from, or None."""
        return self.arrangements.view(self.text("view"))

    @cached_property
    def columns(self) -> list[Column]:
        """The fixed ones, then those of the saved view, else of this person's arrangement, else the list's own."""
        wanted = (self.view.columns if self.view else []) or self.arrangements.columns
        return self.spec.arranged(wanted)


def column_of(model: type[Model], path: str) -> Field:
    """The field at the end of "order__number"."""
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model  # type: ignore[assignment]
    return model._meta.get_field(name)  # type: ignore[return-value]

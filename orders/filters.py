"""Filters of the order list, all in the URL."""

from datetime import date

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle.deadlines import day_range
from foundation.lists.counting import distinct_values
from foundation.lists.filters import (
    DayFilter,
    DayFromFilter,
    DayToFilter,
    ListFilterSet,
    MoneyFilter,
    OneOfFilter,
    PeriodFilter,
)

from .models import Order, Refund
from .states import AfterSaleState, Flag, OrderState

NO_FLAG, NO_AFTER_SALE = "none", "none"


class OrderFilter(ListFilterSet):
    """Time placed, state, after-sale state, carrier, flag, amount paid, and what still misses its number."""

    placed = PeriodFilter("placed_at", label=_("Placed"))
    placed_from = DayFromFilter("placed_at", label=_("Placed from"))
    placed_to = DayToFilter("placed_at", label=_("Placed to"))
    state = OneOfFilter("status", choices=OrderState.choices, label=_("Order state"))
    after_sale = django_filters.ChoiceFilter(
        "after_sale_state", label=_("After-sale state"), empty_label=_("Any"), method="by_after_sale",
        choices=[(NO_AFTER_SALE, _("None")), *[pair for pair in AfterSaleState.choices if pair[0]]],
    )
    carrier = django_filters.CharFilter("carrier", label=_("Carrier"), lookup_expr="exact", max_length=40)
    flag = django_filters.ChoiceFilter(
        "flag", label=_("Flag"), empty_label=_("Any"), method="by_flag",
        choices=[(NO_FLAG, _("No flag")), *[pair for pair in Flag.choices if pair[0]]],
    )
    paid_min = MoneyFilter("paid_minor", lookup_expr="gte", label=_("Paid at least"))
    paid_max = MoneyFilter("paid_minor", lookup_expr="lte", label=_("Paid at most"))
    number_missing = django_filters.ChoiceFilter(
        label=_("Tracking number"), empty_label=_("Any"), method="by_number_missing",
        choices=[("1", _("Shipped, number missing"))],
    )
    late = django_filters.ChoiceFilter(
        label=_("Promised shipping time"), empty_label=_("Any"), method="by_late", choices=[("1", _("Late to ship"))],
    )
    refunded_on = DayFilter("refunds__at", label=_("Refunded on"), method="by_day_refunded")

    class Meta:
        model = Order
        fields: list[str] = []

    def by_after_sale(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.filter(after_sale_state="" if value == NO_AFTER_SALE else value)

    def by_flag(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.filter(flag="" if value == NO_FLAG else value)

    def by_number_missing(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.number_missing()  # type: ignore[attr-defined]

    def by_late(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.late_to_ship(self.now())  # type: ignore[attr-defined]

    def by_day_refunded(self, rows: QuerySet, _name: str, value: date) -> QuerySet:
        return rows.filter(pk__in=Refund.objects.given_back(self.shop, *day_range(value)).values("order_id"))

    def prepare(self, rows: QuerySet) -> None:
        """The carriers this shop really uses; asked only when the filter bar is opened."""
        choices = [("", _("Any")), *[(name, name) for name in distinct_values(rows, "carrier")]]
        asked = self.data.get("carrier", "")
        if asked and asked not in dict(choices):
            choices.append((asked[:40], asked[:40]))
        self.form.fields["carrier"].widget = forms.Select(choices=choices)

"""Filters of the package centre (rules §4): when, whose carrier, where to, what is wrong, what the buyer wants."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from foundation.lists.counting import distinct_values
from foundation.lists.filters import DayFromFilter, DayToFilter, ListFilterSet, OneOfFilter, PeriodFilter
from orders.models import Order
from orders.states import AfterSaleState

from .models import Carrier, Parcel
from .states import Anomaly, ParcelKind, ParcelState, Status

NO_AFTER_SALE, ANY = "none", "any"


class ParcelFilter(ListFilterSet):
    """Time made (最近3个月 …), state, after-sale state of the order, carrier, anomaly, kind, interception, province."""

    made = PeriodFilter("created_at", label=_("Made"))
    made_from = DayFromFilter("created_at", label=_("Made from"))
    made_to = DayToFilter("created_at", label=_("Made until"))
    state = OneOfFilter("status", choices=ParcelState.choices, label=_("Parcel state"))
    after_sale = django_filters.ChoiceFilter(
        label=_("After-sale state"),
        empty_label=_("Any"),
        method="by_after_sale",
        choices=[(NO_AFTER_SALE, _("None")), *[pair for pair in AfterSaleState.choices if pair[0]]],
    )
    carrier = django_filters.ChoiceFilter(choices=[], label=_("Carrier"), empty_label=_("Any"), method="by_carrier")
    anomaly = django_filters.ChoiceFilter(
        label=_("Anomaly"),
        empty_label=_("All parcels"),
        method="by_anomaly",
        choices=[(ANY, _("Any anomaly")), *[pair for pair in Anomaly.choices if pair[0]]],
    )
    kind = django_filters.ChoiceFilter(
        choices=ParcelKind.choices, label=_("Kind"), empty_label=_("Any"), method="by_kind"
    )
    interception = django_filters.ChoiceFilter(
        choices=Status.choices, label=_("Interception"), empty_label=_("Any"), method="by_interception"
    )
    province = django_filters.CharFilter("province", label=_("Province"), lookup_expr="exact", max_length=40)

    class Meta:
        model = Parcel
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._pks: dict[str, int] = {}
        if self.data.get("carrier"):  # asked for their names only where one is chosen, or the bar opens
            self.filters["carrier"].extra["choices"] = self._carriers()

    def _carriers(self) -> list[tuple[str, str]]:
        """(code, name) of every carrier; their pks are kept, so that the parcels' own index answers."""
        found = list(Carrier.objects.all())
        self._pks = {one.code: one.pk for one in found}
        return [(one.code, one.name) for one in found]

    def by_carrier(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.filter(carrier_id=self._pks[value])

    def by_after_sale(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        """The order's. Few orders have a state: they are found on their own index first, and kept or left out."""
        orders = Order.objects.for_shop(self.shop)
        if value == NO_AFTER_SALE:
            return rows.exclude(order__in=orders.filter(after_sale_state__gt="").values("pk"))
        return rows.filter(order__in=orders.filter(after_sale_state=value).values("pk"))

    def by_kind(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        others = rows if value == ParcelKind.FIRST else rows.exclude(kind=ParcelKind.FIRST)
        return others.filter(kind=value)

    def by_interception(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.exclude(interception_status="").filter(interception_status=value)

    def by_anomaly(self, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.exclude(anomaly="") if value == ANY else rows.exclude(anomaly="").filter(anomaly=value)

    def prepare(self, rows: QuerySet) -> None:
        """The provinces this shop really sends to, and the carriers; asked only when the filter bar is opened."""
        field: Any = self.form.fields["carrier"]
        if not self.data.get("carrier"):
            field.choices = [("", _("Any")), *self._carriers()]
        choices: list[tuple[Any, Any]] = [("", _("Any")), *[(name, name) for name in distinct_values(rows, "province")]]
        asked = self.data.get("province", "")
        if asked and asked not in dict(choices):
            choices.append((asked[:40], asked[:40]))
        self.form.fields["province"].widget = forms.Select(choices=choices)

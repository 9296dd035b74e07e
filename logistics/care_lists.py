"""Lost parcels, the most urgent first, and recalls (rules §4)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.lists import registry
from foundation.lists.columns import MOMENT, MONEY, Column, Field, label_of
from foundation.lists.filters import DayFromFilter, DayToFilter, ListFilterSet, PeriodFilter
from foundation.lists.search import Exact, Through
from foundation.lists.spec import ListSpec, Sort, Tab
from foundation.shell.urls_for import shop_url
from orders.models import Order

from . import care_cells as cells
from .models import Parcel, Recall
from .services.anomalies import NOTHING_OWED
from .states import Anomaly, Payer, RecallState, WayOut

LOST = ~Q(anomaly="") & Q(anomaly=Anomaly.LOST, last_scan_at__isnull=False)
WAITS = Q(anomaly_seen_at=None, loss=None) & ~Q(order__status__in=NOTHING_OWED)


def waiting(shop: Any) -> "QuerySet[Parcel]":
    """Lost parcels nobody chose a way out for."""
    return Parcel.objects.for_shop(shop).filter(LOST, WAITS)


def open_recalls(shop: int) -> "QuerySet[Recall]":
    """Recalls somebody is still to close."""
    return Recall.objects.filter(shop_id=shop, status=RecallState.TO_RECALL)


class LossFilter(ListFilterSet):
    """When the carrier said something last."""

    quiet = PeriodFilter("last_scan_at", label=_("Last scan"))
    quiet_from = DayFromFilter("last_scan_at", label=_("Last scan from"))
    quiet_to = DayToFilter("last_scan_at", label=_("Last scan until"))

    class Meta:
        model = Parcel
        fields: list[str] = []


class RecallFilter(ListFilterSet):
    opened = PeriodFilter("opened_at", label=pgettext_lazy("recall", "Opened"))
    opened_from = DayFromFilter("opened_at", label=_("Opened from"))
    opened_to = DayToFilter("opened_at", label=_("Opened until"))

    class Meta:
        model = Recall
        fields: list[str] = []


LOSSES = registry.register(
    ListSpec(
        key="losses",
        title=_("Lost parcels"),
        perm="logistics.view",
        page_name="logistics:losses",
        rows=lambda shop, now: Parcel.objects.for_shop(shop.pk).filter(LOST),
        steady=True,
        page_of=lambda shop, row: shop_url(shop, "logistics:loss", number=row.number),
        tabs=[
            Tab("waiting", _("To settle"), WAITS, hot=True),
            Tab("settled", pgettext_lazy("lost parcel", "Settled"), Q(loss__isnull=False), sort="-quiet"),
            Tab("all", _("All"), sort="-quiet"),
        ],
        sorts=[  # few rows are lost: their orders are looked up, no index is needed
            Sort("quiet", "last_scan_at", _("Last scan")), Sort("value", "order__paid_minor", _("Order paid")),
        ],
        default_sort="quiet",
        search=[
            Exact("tracking_number", upper=True),
            Exact("number", upper=True),
            Through("number", via="order", rows=Order.objects.for_shop),
        ],
        search_label=_("Tracking number or order number"),
        filterset=LossFilter,
        only=("number", "shop_id"),
        columns=[
            Column(
                "number", _("Parcel"), cells.lost, ["tracking_number", "kind", "carrier__name_zh", "carrier__name_en"],
                ["carrier"], css="nowrap", fixed=True,
                fields=[
                    Field(["number"]), Field(["tracking_number"], label=_("Tracking number")),
                    Field(["carrier__name_zh"], label=_("Carrier")),
                ],
            ),
            Column(
                "order", _("Order number"), cells.order, ["order__number", "order__item_title"], ["order"], css="wide",
                fields=[Field(["order__number"]), Field(["order__item_title"], label=_("Goods"))],
            ),
            Column("value", _("Order paid"), cells.value, ["order__paid_minor"], ["order"], css="num amount end-card",
                   sort="value", fields=[Field(["order__paid_minor"], MONEY)]),
            Column("scan", _("Last scan"), cells.last_scan, ["last_scan_at", "last_scan_text"], css="wide", sort="quiet",
                   fields=[Field(["last_scan_at"], MOMENT), Field(["last_scan_text"], label=_("The carrier says"))]),
            Column("province", _("Province"), cells.province, ["province"], css="named", fields=[Field(["province"])]),
            Column(
                "settled", _("Way out"), cells.settled, ["loss__way", "loss__amount_minor", "loss__payer"], ["loss"],
                css="named",
                fields=[
                    Field(["loss__way"], value=label_of(WayOut)),
                    Field(["loss__amount_minor"], MONEY, label=_("Amount")),
                    Field(["loss__payer"], value=label_of(Payer), label=_("Paid by")),
                ],
            ),
        ],
        empty=_("No parcel counts as lost. One that does not move for two days stands here."),
    )
)  # fmt: skip

RECALLS = registry.register(
    ListSpec(
        key="recalls",
        title=_("Recalls"),
        perm="logistics.view",
        page_name="logistics:recalls",
        rows=lambda shop, now: Recall.objects.filter(shop_id=shop.pk),
        steady=True,
        page_of=lambda shop, row: shop_url(shop, "logistics:recall", number=row.number),
        tabs=[
            Tab("open", _("To recall"), Q(status=RecallState.TO_RECALL), hot=True),
            Tab("recalled", _("Recalled"), Q(status=RecallState.RECALLED)),
            Tab("lost", RecallState.LOST.label, Q(status=RecallState.LOST)),
            Tab("all", _("All"), whole=True),
        ],
        sorts=[Sort("opened", "opened_at", pgettext_lazy("recall", "Opened"))],
        default_sort="-opened",
        search=[
            Exact("number", upper=True),
            Through("number", via="order", rows=Order.objects.for_shop),
        ],
        search_label=_("Recall or order number"),
        filterset=RecallFilter,
        only=("number", "shop_id", "status"),
        columns=[
            Column("number", _("Recall"), cells.recall, ["number"], fixed=True, fields=[Field(["number"])]),
            Column("state", _("State"), cells.recall_state, ["status"], css="end-card",
                   fields=[Field(["status"], value=label_of(RecallState))]),
            Column(
                "parcel", _("Parcel"), cells.recall_parcel,
                ["parcel__number", "carrier__name_zh", "carrier__name_en"], ["parcel", "carrier"], css="wide",
                fields=[Field(["parcel__number"]), Field(["carrier__name_zh"], label=_("Carrier"))],
            ),
            Column(
                "order", _("Order number"), cells.order, ["order__number", "order__item_title"], ["order"], css="wide",
                fields=[Field(["order__number"]), Field(["order__item_title"], label=_("Goods"))],
            ),
            Column("owner", _("In charge"), cells.owner, ["owner__username", "owner__display_name"], ["owner"],
                   css="named", fields=[Field(["owner__username"])]),
            Column("opened", pgettext_lazy("recall", "Opened"), cells.opened, ["opened_at"], css="end", sort="opened",
                   fields=[Field(["opened_at"], MOMENT)]),
            Column("closed", pgettext_lazy("recall", "Closed"), cells.closed, ["closed_at"], css="named", shown=False,
                   fields=[Field(["closed_at"], MOMENT)]),
            Column("cost", _("Cost"), cells.cost, ["cost_minor", "payer", "closed_at"], css="num amount",
                   fields=[Field(["cost_minor"], MONEY), Field(["payer"], value=label_of(Payer), label=_("Paid by"))]),
        ],
        empty=_("Nothing is to be recalled. A parcel that left without a number can be, from its page."),
    )
)  # fmt: skip

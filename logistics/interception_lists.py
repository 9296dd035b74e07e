"""The list of interceptions 物流拦截 (rules §4 "Records")."""

from typing import Any

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.lists import registry
from foundation.lists.columns import MOMENT, MONEY, Column, Field, Total, label_of
from foundation.lists.filters import DayFromFilter, DayToFilter, ListFilterSet, OneOfFilter, PeriodFilter
from foundation.lists.search import Exact, Through
from foundation.lists.spec import ListSpec, Sort, Tab
from foundation.shell.urls_for import shop_url
from orders.models import Order
from orders.states import AfterSaleState

from . import interception_cells as cells
from .interception_batches import INTERCEPTION_VERBS
from .models import Carrier, Interception, Parcel
from .states import ENDED, Origin, Status, WhyCancel, WhyIntercept

S = Status
RUNNING = (S.ACCEPTED, S.INTERCEPTING)
COMING = (S.SUCCEEDED, S.RETURNING)


def carriers() -> list[tuple[int, str]]:
    """Every carrier by name, switched-off ones too: old interceptions are still found under theirs."""
    return [(one.pk, one.name) for one in Carrier.objects.all()]


class InterceptionFilter(ListFilterSet):
    asked = PeriodFilter("requested_at", label=_("Asked for"))
    asked_from = DayFromFilter("requested_at", label=_("Asked for from"))
    asked_to = DayToFilter("requested_at", label=_("Asked for until"))
    after_sale = django_filters.ChoiceFilter(
        "order__after_sale_state",
        label=_("After-sale state"),
        empty_label=_("Any"),
        choices=[(one.value, one.label) for one in AfterSaleState if one.value],
    )
    carrier = django_filters.ChoiceFilter("carrier_id", choices=carriers, label=_("Carriers"), empty_label=_("Any"))
    reason = django_filters.ChoiceFilter(
        "reason", choices=WhyIntercept, label=pgettext_lazy("interception", "Reason"), empty_label=_("Any")
    )
    origin = django_filters.ChoiceFilter("origin", choices=Origin, label=_("Started"), empty_label=_("Any"))
    cancel_reason = django_filters.ChoiceFilter(
        "cancel_reason", choices=WhyCancel, label=_("Cancelled because"), empty_label=_("Any")
    )
    province = django_filters.CharFilter("province", label=_("Province"), max_length=40)
    progress = OneOfFilter("status", choices=Status, label=_("Progress"))

    class Meta:
        model = Interception
        fields: list[str] = []


def _carrier_name(name_zh: str, name_en: str) -> str:
    return Carrier(name_zh=name_zh, name_en=name_en).name


COLUMNS = [
    Column("number", _("Interception"), cells.number, ["number"], fixed=True, fields=[Field(["number"])]),
    Column(
        "progress", _("Progress"), cells.progress, ["status", "said"], css="end-card",
        fields=[Field(["status"], value=label_of(Status)), Field(["said"], label=_("The carrier says"))],
    ),
    Column(
        "parcel", _("Parcel"), cells.parcel, ["parcel__tracking_number", "carrier__name_zh", "carrier__name_en"],
        ["parcel", "carrier"], css="wide",
        fields=[
            Field(["carrier__name_zh", "carrier__name_en"], value=_carrier_name, label=_("Carriers")),
            Field(["parcel__tracking_number"], label=_("Tracking number")),
        ],
    ),
    Column(
        "order", _("Order number"), cells.order,
        ["order__number", "order__item_title", "order__after_sale_state"], ["order"], css="wide",
        fields=[Field(["order__number"]), Field(["order__item_title"], label=_("Goods"))],
    ),
    Column(
        "reason", pgettext_lazy("interception", "Reason"), cells.reason, ["reason", "cancel_reason", "origin", "status"],
        fields=[
            Field(["reason"], value=label_of(WhyIntercept)),
            Field(["origin"], value=label_of(Origin), label=_("Started")),
            Field(["cancel_reason"], value=label_of(WhyCancel), label=_("Cancelled because")),
        ],
    ),
    Column(
        "after_sale", _("After-sale state"), cells.after_sale, ["order__after_sale_state"], ["order"], css="named", shown=False,
        fields=[Field(["order__after_sale_state"], value=label_of(AfterSaleState))],
    ),
    Column(
        "cost", _("Interception fee"), cells.cost, ["fee_minor", "fee_at", "payer", "status"], css="num amount",
        fields=[Field(["fee_minor"], MONEY), Field(["fee_at"], MOMENT, label=_("Charged"))],
    ),
    Column("asked", _("Asked for"), cells.asked, ["requested_at"], css="end", sort="asked",
           fields=[Field(["requested_at"], MOMENT)]),
    Column("ended", _("Ended"), cells.ended, ["ended_at"], css="named", shown=False,
           fields=[Field(["ended_at"], MOMENT)]),
    Column("province", _("Province"), cells.province, ["province"], css="named", shown=False,
           fields=[Field(["province"])]),
    Column("person", _("Asked for by"), cells.person, ["requested_by__username", "requested_by__display_name"],
           ["requested_by"], css="named", shown=False, fields=[Field(["requested_by__username"])]),
]  # fmt: skip


def _page_of(shop: Any, row: Any) -> str:
    return shop_url(shop, "logistics:interception", number=row.number)


INTERCEPTIONS = registry.register(
    ListSpec(
        key="interceptions",
        title=_("Interception"),
        perm="logistics.view",
        page_name="logistics:interceptions",
        rows=lambda shop, now: Interception.objects.for_shop(shop),
        steady=True,
        page_of=_page_of,
        tabs=[
            Tab("all", _("All")),
            Tab("pending", _("Pending"), Q(status=S.REQUESTED)),
            Tab("unknown", _("No answer"), Q(status=S.UNKNOWN), hot=True),
            Tab("running", _("Running"), Q(status__in=RUNNING)),
            Tab("coming", _("Coming back"), Q(status__in=COMING)),
            Tab("ended", _("Ended"), Q(status__in=ENDED)),
        ],
        sorts=[Sort("asked", "requested_at", _("Asked for"))],
        default_sort="-asked",
        search=[
            Exact("number", upper=True),
            Through("number", via="order", rows=Order.objects.for_shop),
            Through("tracking_number", via="parcel", rows=Parcel.objects.for_shop, upper=True),
        ],
        search_label=_("Interception, order or tracking number"),
        filterset=InterceptionFilter,
        only=("number", "shop_id", "status"),
        columns=COLUMNS,
        verbs=INTERCEPTION_VERBS,
        totals=[Total(_("Interception fee"), "fee_minor")],
        empty=_("Nothing was intercepted yet. Ask for it on a parcel's page, or let a rule do it."),
    )
)

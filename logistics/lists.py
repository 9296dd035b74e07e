"""The package centre 包裹中心: the shop's parcels (rules §4)."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.lists import registry
from foundation.lists.columns import MOMENT, Column, Field, label_of
from foundation.lists.search import Exact, Through
from foundation.lists.spec import ListSpec, Sort, Tab
from foundation.shell.urls_for import shop_url
from orders.models import Order
from orders.states import AfterSaleState

from . import batches, cells
from . import care_lists as _care_lists  # noqa: F401 - registers its own
from . import interception_lists as _interception_lists  # noqa: F401 - registers its own
from .filters import ParcelFilter
from .interception_batches import PARCEL_VERBS
from .models import Parcel
from .states import Anomaly, ParcelKind, ParcelState, Status

NUMBER_MISSING = Q(tracking_number="", status=ParcelState.LABEL)
TO_LOOK_AT = ~Q(anomaly="") & Q(anomaly_seen_at=None)

COLUMNS = [
    Column(
        "number", _("Parcel"), cells.number,
        ["number", "tracking_number", "kind", "status", "carrier__name_zh", "carrier__name_en", "order__carrier"],
        css="nowrap", fixed=True,
        fields=[
            Field(["number"]),
            Field(["tracking_number"], label=_("Tracking number")),
            Field(["carrier__name_zh"], label=_("Carrier")),
            Field(["kind"], value=label_of(ParcelKind), label=_("Kind")),
        ],
    ),
    Column(
        "order", _("Order number"), cells.order, ["order__number", "order__item_title"], css="wide",
        fields=[Field(["order__number"], label=_("Order number")), Field(["order__item_title"], label=_("Goods"))],
    ),
    Column(
        "state", _("Parcel state"), cells.status,
        ["status", "anomaly", "interception_status", "order__after_sale_state"], css="end-card",
        fields=[
            Field(["status"], value=label_of(ParcelState)),
            Field(["anomaly"], value=label_of(Anomaly), label=_("Anomaly")),
            Field(["interception_status"], value=label_of(Status), label=_("Interception")),
            Field(["order__after_sale_state"], value=label_of(AfterSaleState), label=_("After-sale state")),
        ],
    ),
    Column(
        "scan", _("Last scan"), cells.scan, ["last_scan_at", "last_scan_text"], css="wide",
        fields=[Field(["last_scan_text"]), Field(["last_scan_at"], MOMENT, label=_("Time of the last scan"))],
    ),
    Column("province", _("Province"), cells.province, ["province"], css="named nowrap", fields=[Field(["province"])]),
    Column("made", _("Made"), cells.made, ["created_at"], css="end", sort="made", fields=[Field(["created_at"], MOMENT)]),
    Column("shipped", _("Handed over"), cells.shipped, ["shipped_at"], css="named", shown=False,
           fields=[Field(["shipped_at"], MOMENT)]),
    Column("numbered", _("Tracking number entered"), cells.numbered, ["numbered_at"], css="named", shown=False,
           fields=[Field(["numbered_at"], MOMENT)]),
    Column("signed", _("Signed"), cells.signed, ["signed_at"], css="named", shown=False,
           fields=[Field(["signed_at"], MOMENT)]),
]  # fmt: skip

PARCELS = registry.register(
    ListSpec(
        key="parcels",
        title=_("Package centre"),
        perm="logistics.view",
        page_name="logistics:parcels",
        rows=lambda shop, now: Parcel.objects.for_shop(shop.pk),
        flat=True,
        steady=True,
        page_of=lambda shop, parcel: shop_url(shop, "logistics:parcel", number=parcel.number),
        tabs=[
            Tab("all", _("All")),
            Tab("number_missing", _("Number missing"), NUMBER_MISSING, hot=True),
            Tab("anomalies", _("Anomalies"), TO_LOOK_AT, hot=True),
            *[Tab(state.value, state.label, Q(status=state.value)) for state in ParcelState],
        ],
        sorts=[Sort("made", "created_at", _("Made"))],
        default_sort="-made",
        search=[
            Exact("tracking_number", upper=True),
            Exact("number", upper=True),
            Through("number", via="order", rows=Order.objects.for_shop),
        ],
        search_label=_("Tracking number or order number"),
        filterset=ParcelFilter,
        columns=COLUMNS,
        verbs=[*PARCEL_VERBS, *batches.VERBS],
        empty=_("Parcels stand here as soon as an order is shipped, or arrives shipped by import."),
    )
)

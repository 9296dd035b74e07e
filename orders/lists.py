"""The list of orders (rules §3)."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.lists import registry
from foundation.lists.columns import FLAG, MOMENT, MONEY, NUMBER, Column, Field, Total, label_of
from foundation.lists.search import Exact, Prefix, Tail
from foundation.lists.spec import ListSpec, Sort, Tab
from foundation.shell.templatetags.houtai import mask_name, mask_phone
from foundation.shell.urls_for import shop_url

from . import batches, cells
from .filters import OrderFilter
from .models import Order
from .states import AfterSaleState, Flag, OrderState

# mask_name and mask_phone, said in PostgreSQL's words for a file of a million rows
NAME_MASKED = "CASE WHEN {0} = '' THEN '' ELSE left({0}, 1) || repeat('*', greatest(length({0}) - 1, 1)) END"
PHONE_MASKED = (
    "CASE WHEN length({0}) >= 8 THEN left({0}, 3) || '****' || right({0}, 4) WHEN {0} = '' THEN '' ELSE '****' END"
)

COLUMNS = [
    Column(
        "number", _("Order number"), cells.number, ["number"], css="wide nowrap", fixed=True, fields=[Field(["number"])]
    ),
    Column(
        "goods", _("Goods"), cells.goods, ["item_title", "item_count"],
        fields=[Field(["item_title"]), Field(["item_count"], NUMBER, lambda count: count or None, _("Pieces"), "nullif({0}, 0)")],
    ),
    Column(
        "paid", _("Paid"), cells.paid, ["paid_minor", "refunded_minor"], css="amount", sort="paid",
        fields=[Field(["paid_minor"], MONEY), Field(["refunded_minor"], MONEY, label=_("Refunded"))],
    ),
    Column(
        "buyer", _("Buyer"), cells.buyer, ["buyer_name", "buyer_phone"],
        fields=[
            Field(["buyer_name"], value=mask_name, sql=NAME_MASKED),
            Field(["buyer_phone"], value=mask_phone, label=_("Phone"), sql=PHONE_MASKED),
        ],
    ),
    Column(
        "state", _("Order state"), cells.status,
        ["status", "open_work_orders", "dispute_flag", "after_sale_state"], css="end-card",
        fields=[
            Field(["status"], value=label_of(OrderState)),
            Field(["after_sale_state"], value=label_of(AfterSaleState), label=_("After-sale state")),
            Field(["open_work_orders"], NUMBER, label=_("Open work orders")),
            Field(["dispute_flag"], FLAG, label=_("Dispute refund")),
        ],
    ),
    Column(
        "logistics", _("Logistics"), cells.logistics,
        ["carrier", "tracking_number", "physically_shipped_at", "tracking_uploaded_at"],
        fields=[Field(["carrier"], label=_("Carrier")), Field(["tracking_number"], label=_("Tracking number"))],
    ),
    Column(
        "placed", _("Placed"), cells.placed, ["placed_at"], css="end", sort="placed",
        fields=[Field(["placed_at"], MOMENT)],
    ),
    Column(
        "note", _("Note"), cells.note, ["flag", "staff_note", "buyer_remark"], css="wide",
        fields=[
            Field(["flag"], value=label_of(Flag), label=_("Flag")),
            Field(["staff_note"], label=_("Staff note")),
            Field(["buyer_remark"], label=_("Buyer remark")),
        ],
    ),
    Column("province", _("Province"), cells.province, ["province"], css="named", shown=False,
           fields=[Field(["province"])]),
    Column("discount", _("Discount"), cells.discount, ["discount_minor"], css="amount named", shown=False,
           fields=[Field(["discount_minor"], MONEY)]),
    Column("postage", _("Postage"), cells.postage, ["postage_minor"], css="amount named", shown=False,
           fields=[Field(["postage_minor"], MONEY)]),
    Column("promised", _("Promised shipping time"), cells.promised, ["promised_ship_at"], css="named", shown=False,
           fields=[Field(["promised_ship_at"], MOMENT)]),
    Column("shipped", _("Handed over"), cells.shipped, ["physically_shipped_at"], css="named", shown=False,
           fields=[Field(["physically_shipped_at"], MOMENT)]),
    Column("signed", _("Signed"), cells.signed, ["signed_at"], css="named", shown=False,
           fields=[Field(["signed_at"], MOMENT)]),
]  # fmt: skip

ORDERS = registry.register(
    ListSpec(
        key="orders",
        title=_("Orders"),
        perm="orders.view",
        page_name="orders:orders",
        rows=lambda shop, now: Order.objects.for_shop(shop),
        flat=True,
        steady=True,
        page_of=lambda shop, order: shop_url(shop, "orders:order", number=order.number),
        tabs=[
            Tab("all", _("All"), whole=True),
            *[Tab(state.value, state.label, Q(status=state.value)) for state in OrderState],
        ],
        sorts=[Sort("placed", "placed_at", _("Placed")), Sort("paid", "paid_minor", _("Paid"))],
        default_sort="-placed",
        search=[Prefix("number"), Exact("tracking_number"), Tail("phone_tail")],
        search_label=_("Order number, tracking number or phone tail"),
        filterset=OrderFilter,
        columns=COLUMNS,
        verbs=batches.VERBS,
        totals=[Total(_("Paid"), "paid_minor"), Total(_("Refunded"), "refunded_minor")],
        sum_of="paid_minor",
        empty=_("Orders arrive by import: a CSV or XLSX file of your shop, checked before anything is saved."),
    )
)

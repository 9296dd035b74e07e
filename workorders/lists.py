"""The list of work orders, least time left first (rules §6)."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.lists import registry
from foundation.lists.columns import MOMENT, MONEY, Column, Field, Total, label_of
from foundation.lists.search import Exact, Through
from foundation.lists.spec import ListSpec, Sort, Tab
from foundation.shell.urls_for import shop_url
from orders.models import Order

from . import batches, cells
from .costs import at_stake_column, with_cost
from .filters import WorkOrderFilter
from .models import WorkOrder
from .money import at_stake
from .states import CLOSED, Status


def _at_stake(status: str, paid_minor: int, refunded_minor: int, share_bp: int) -> int | None:
    """Fen lost if it is forfeited now; nothing is at stake any more once it is closed."""
    return None if status in CLOSED else at_stake(paid_minor, refunded_minor, share_bp)


COLUMNS = [
    Column(
        "number", _("Work order"), cells.number,
        ["number", "policy__name_zh", "policy__name_en", "stage", "later_stages"], fixed=True,
        fields=[Field(["number"]), Field(["policy__name_zh", "policy__name_en"], value=cells.in_language, label=_("Type"))],
    ),
    Column(
        "clock", _("Time left"), cells.clock,
        [
            "status", "due_at", "review_due_at", "closed_at", "refund_share_bp", "compensation_bp", "delists",
            "order__paid_minor", "order__refunded_minor", "read_at",
        ],
        css="clock named", sort="due", fields=[Field(["due_at"], MOMENT, label=_("Deadline"))],
    ),
    Column(
        "order", _("Order"), cells.order, ["order__number", "order__item_title"], css="wide",
        fields=[Field(["order__number"], label=_("Order number")), Field(["order__item_title"], label=_("Goods"))],
    ),
    Column(
        "amount", _("At stake or cost"), cells.amount,
        ["status", "refund_share_bp", "order__paid_minor", "order__refunded_minor", "cost_minor"], css="num amount",
        fields=[
            Field(
                ["status", "order__paid_minor", "order__refunded_minor", "refund_share_bp"], MONEY, _at_stake,
                label=_("At stake"),
            ),
            Field(["cost_minor"], MONEY, label=_("What it cost")),
        ],
    ),
    Column(
        "state", _("State"), cells.status,
        ["status", "parked_at", "assigned_to__username", "assigned_to__display_name"],
        fields=[
            Field(["status"], value=label_of(Status)),
            Field(
                ["assigned_to__display_name", "assigned_to__username"], value=lambda name, login: name or login,
                label=_("In charge"),
            ),
        ],
    ),
    Column("asked", _("Asked"), cells.asked, ["created_at"], css="gone", sort="asked",
           fields=[Field(["created_at"], MOMENT)]),
    Column("closed", _("Closed at"), cells.closed, ["closed_at"], css="named", shown=False,
           fields=[Field(["closed_at"], MOMENT)]),
]  # fmt: skip

WORK_ORDERS = registry.register(
    ListSpec(
        key="workorders",
        title=_("Work orders"),
        perm="workorders.view",
        page_name="workorders:work-orders",
        rows=lambda shop, now: WorkOrder.objects.for_shop(shop.pk),
        flat=True,
        steady=True,
        dress=with_cost,
        page_of=lambda shop, case: shop_url(shop, "workorders:work-order", number=case.number),
        tabs=[
            Tab("to_answer", _("To answer"), Q(status=Status.OPEN), sort="due", hot=True),
            Tab("with_platform", _("With the platform"), Q(status=Status.ANSWERED)),
            Tab("queued", _("Queued"), Q(status=Status.QUEUED)),
            Tab("closed", _("Closed"), Q(status__in=CLOSED)),
            Tab("all", _("All"), whole=True),
        ],
        sorts=[
            Sort("due", "due_at", _("Time left"), tabs=("to_answer",)),
            Sort("asked", "created_at", _("Asked")),
        ],
        default_sort="-asked",
        search=[Exact("number", upper=True), Through("number", via="order", rows=Order.objects.for_shop)],
        search_label=_("Work order or order number"),
        filterset=WorkOrderFilter,
        columns=COLUMNS,
        verbs=batches.VERBS,
        totals=[Total(_("Paid"), "order__paid_minor"), Total(_("At stake"), at_stake_column())],
        sum_of="order__paid_minor",
        empty=_(
            "The platform has asked this shop nothing. A question comes with a notice in the bell and a text message."
        ),
    )
)

"""The list, least time left first, and the board of what is next to forfeit."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from foundation.accounts.access import requires
from foundation.lifecycle import clock
from foundation.lists.search import Exact
from foundation.lists.spec import ListSpec, Sort, Tab

from .. import services
from ..costs import with_cost
from ..filters import WorkOrderFilter
from ..models import WorkOrder
from ..states import CLOSED, Status

WORK_ORDERS = ListSpec(
    tabs=[
        Tab("to_answer", _("To answer"), Q(status=Status.OPEN), sort="due", hot=True),
        Tab("with_platform", _("With the platform"), Q(status=Status.ANSWERED)),
        Tab("queued", _("Queued"), Q(status=Status.QUEUED)),
        Tab("closed", _("Closed"), Q(status__in=CLOSED)),
        Tab("all", _("All")),
    ],
    sorts=[
        Sort("due", "due_at", _("Time left"), tabs=("to_answer",)),
        Sort("asked", "created_at", _("Asked")),
    ],
    default_sort="-asked",
    search=[Exact("number", upper=True), Exact("order__number")],
    search_label=_("Work order or order number"),
    filterset=WorkOrderFilter,
    only=(
        "number", "shop_id", "type", "status", "due_at", "review_due_at", "created_at", "closed_at", "refund_share_bp",
        "compensation_bp", "delists", "delist_days", "counts_dispute", "parked_at", "last_branch",
        "order__number", "order__paid_minor", "order__refunded_minor", "order__item_title",
        "assigned_to__username", "assigned_to__display_name",
    ),
    related=("order", "assigned_to"),
)

HOURS = (2, 8, 24, 48)


@requires("workorders.view")
def work_orders(request: HttpRequest) -> HttpResponse:
    page = WORK_ORDERS.page(request, with_cost(WorkOrder.objects.for_shop(request.shop.pk)), now=clock.now())
    return page.render("workorders/workorder_list.html")


@requires("workorders.view")
def board(request: HttpRequest) -> HttpResponse:
    """What the forfeit job will take in the next hours if nobody answers, and what each will cost."""
    now = clock.now()
    asked = request.GET.get("hours", "")
    hours = int(asked) if asked in {str(choice) for choice in HOURS} else HOURS[2]
    context = {
        "now": now, "hours": hours, "choices": HOURS,
        "forecast": services.forecast(request.shop, now=now, hours=hours),
        "parked": WorkOrder.objects.for_shop(request.shop.pk).parked().select_related("order")[:50],
    }
    return render(request, "workorders/workorder_board.html", context)

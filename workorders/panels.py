"""Work orders on the order page."""

from datetime import datetime

from django.db.models import F
from django.http import HttpRequest
from django.template.loader import render_to_string

from foundation.lifecycle.prepared import Prepared
from orders import panels
from orders.models import Order

from .models import WorkOrder

ASKED = Prepared(
    lambda order, shop: WorkOrder.objects.select_related("policy")
    .filter(order_id=order, shop_id=shop)
    .order_by(F("closed_at").desc(nulls_first=True), "-pk")[:20],
    int, int,
)  # fmt: skip


def work_orders_of(request: HttpRequest, order: Order, now: datetime) -> str | None:
    """The order's questions, the running one first, with its clock and what happens at the end; its evidence library."""
    if not request.membership.can("workorders.view"):  # type: ignore[attr-defined]
        return None
    cases = ASKED.rows(order.pk, order.shop_id)
    for case in cases:
        case.order = order
    shown = {"cases": cases, "order": order, "now": now}
    return render_to_string("workorders/_order_panel.html", shown, request=request)


panels.register(work_orders_of, order=10)

"""Work orders on the order page."""

from django.db.models import F
from django.http import HttpRequest
from django.template.loader import render_to_string

from foundation.lifecycle import clock
from orders import panels
from orders.models import Order

from .models import WorkOrder


def work_orders_of(request: HttpRequest, order: Order) -> str | None:
    """The order's questions, the running one first, with its clock and what happens at the end."""
    if not request.membership.can("workorders.view"):  # type: ignore[attr-defined]
        return None
    cases = list(WorkOrder.objects.filter(order_id=order.pk, shop_id=order.shop_id).order_by(F("closed_at").desc(nulls_first=True), "-pk")[:20])
    if not cases:
        return None
    for case in cases:
        case.order = order
    return render_to_string("workorders/_order_panel.html", {"cases": cases, "now": clock.now()}, request=request)


panels.register(work_orders_of, order=10)

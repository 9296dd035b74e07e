"""The list, least time left first, and the board of what is next to forfeit."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from foundation.accounts.access import requires
from foundation.lifecycle import clock

from .. import services
from ..lists import WORK_ORDERS
from ..models import WorkOrder

HOURS = (2, 8, 24, 48)


@requires("workorders.view")
def work_orders(request: HttpRequest) -> HttpResponse:
    return WORK_ORDERS.page(request, now=clock.now).render("workorders/workorder_list.html")


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

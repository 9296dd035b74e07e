"""Looking at a buyer's unmasked data."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from foundation.accounts.access import get_for_shop, requires
from foundation.lifecycle import clock

from .. import services
from ..models import Order
from . import detail


@require_POST
@never_cache
@requires("orders.reveal")
def reveal_buyer(request: HttpRequest, number: str) -> HttpResponse:
    """The answer shows the data once and is never cached; there is nowhere to redirect to without keeping it."""
    order = get_for_shop(Order, request.shop, number=detail.clean(number))
    now = clock.now()
    buyer = services.reveal_buyer(order.pk, by=request.user, now=now)
    if request.htmx:
        return render(request, "orders/_buyer.html", {"order": order, "buyer": buyer})
    order.refresh_from_db()
    return render(request, detail.TEMPLATE, detail.context(request, order, now, buyer=buyer))

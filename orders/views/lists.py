"""The shop's orders."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from foundation.accounts.access import requires
from foundation.lifecycle import clock

from ..lists import ORDERS


@require_safe
@requires("orders.view")
def orders(request: HttpRequest) -> HttpResponse:
    """Tabs with capped counts, filters in the URL, search by number, keyset pages (rules §3)."""
    return ORDERS.page(request, now=clock.now).render("orders/order_list.html")

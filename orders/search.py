"""Orders in the search box: whole order or tracking number, or the tail of a phone."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.shell.search import Hit, register

from .models import Order
from .subjects import order_url

MOST = 20


def find(membership: Any, text: str) -> list[Hit]:
    """The shop's orders of that number; four digits also find phone tails. One query, on indexes."""
    if not membership.can("orders.view"):
        return []
    wanted = Q(number=text) | Q(tracking_number=text)
    if len(text) == 4 and text.isascii() and text.isdigit():
        wanted |= Q(phone_tail=text)
    rows = Order.objects.for_shop(membership.shop).filter(wanted).order_by("-placed_at", "-pk")
    found = rows.only("pk", "shop_id", "number", "tracking_number", "item_title")[:MOST]
    return [_hit(order, membership.shop, text) for order in found]


def _hit(order: Order, shop: Any, text: str) -> Hit:
    order.shop = shop
    exact = text in (order.number, order.tracking_number)
    return Hit(_("Order"), f"{order.number} {order.item_title}".strip(), order_url(order) or "", exact)


register(find)

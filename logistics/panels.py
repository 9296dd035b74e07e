"""Parcels on the order page."""

from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string

from foundation.lifecycle.prepared import Prepared
from orders import panels
from orders.models import Order
from orders.states import OrderState

from . import care_panel as _care_panel  # noqa: F401 - registers its own
from . import interception_panel as _interception_panel  # noqa: F401 - registers its own
from .models import Parcel

OF_ORDER = Prepared(
    lambda order, shop: Parcel.objects.select_related("carrier").filter(order_id=order, shop_id=shop).order_by("pk")[:20],
    int, int,
)  # fmt: skip


def parcels_of(request: HttpRequest, order: Order, now: datetime) -> str | None:
    """Where the order's parcels are; the way to ship it while it is to be shipped. One query."""
    if not request.membership.can("logistics.view"):  # type: ignore[attr-defined]
        return None
    rows = OF_ORDER.rows(order.pk, order.shop_id)
    order.parcels_shown = rows  # type: ignore[attr-defined]  # the panels below need not ask again
    to_ship = order.status == OrderState.TO_SHIP
    if not rows and not to_ship:
        return None
    return render_to_string(
        "logistics/_order_panel.html", {"parcels": rows, "order": order, "to_ship": to_ship}, request=request
    )


panels.register(parcels_of, order=20)

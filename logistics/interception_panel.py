"""Interception on the order page: 拦截 / 取消拦截, and "the buyer asks for a refund" (rules §4)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from foundation.lifecycle.prepared import Prepared
from orders import panels
from orders.models import Order
from orders.states import OrderState

from . import parcel_parts
from .models import Interception, Parcel, RefundRequest
from .services import intercepting
from .states import CANCELLABLE

MOST = 10
PARCELS = Prepared(
    lambda order, shop: Parcel.objects.select_related("carrier").filter(order_id=order, shop_id=shop).order_by("pk")[:MOST],
    int, int,
)  # fmt: skip
RUNS = Prepared(
    lambda order, shop: Interception.objects.select_related("carrier")
    .filter(order_id=order, shop_id=shop)
    .order_by("-requested_at", "-pk")[:MOST],
    int, int,
)  # fmt: skip
ASKED = Prepared(
    lambda order, shop: RefundRequest.objects.select_related("rule", "interception")
    .filter(order_id=order, shop_id=shop)
    .order_by("-at")[:MOST],
    int, int,
)  # fmt: skip


OF_PARCEL = Prepared(
    lambda parcel: Interception.objects.filter(parcel_id=parcel).order_by("-requested_at", "-pk")[:MOST], int
)


def interception_of(request: HttpRequest, order: Order, now: datetime) -> str | None:
    """The order's parcels with what may be done to them, what was intercepted, what the buyer asked for.

    No query for an order without any of it, where the panel above has read its parcels; two for one that has all.
    """
    if not request.membership.can("logistics.view"):  # type: ignore[attr-defined]
        return None
    known = getattr(order, "parcels_shown", None)
    parcels = PARCELS.rows(order.pk, order.shop_id) if known is None else known
    for parcel in parcels:
        parcel.order = order
    runs = RUNS.rows(order.pk, order.shop_id) if any(one.interception_status for one in parcels) else []
    asked = ASKED.rows(order.pk, order.shop_id) if order.after_sale_state else []
    if not parcels and not asked and order.status not in (OrderState.TO_SHIP, OrderState.SHIPPED, OrderState.SIGNED):
        return None
    return _drawn(request, order, [_line(one, runs) for one in parcels], asked)


def interception_of_parcel(request: HttpRequest, parcel: Parcel, now: datetime) -> str | None:
    """The same of one parcel, on its own page; one query if it was ever intercepted."""
    runs = OF_PARCEL.rows(parcel.pk) if parcel.interception_status else []
    return _drawn(request, parcel.order, [_line(parcel, runs)], [], alone=True)


def _drawn(
    request: HttpRequest, order: Order, lines: list[dict[str, Any]], asked: list[Any], alone: bool = False
) -> str:
    member = request.membership  # type: ignore[attr-defined]
    shown = {
        "order": order, "asked": asked, "lines": lines, "alone": alone, "may_intercept": member.can("logistics.intercept"),
        "may_cancel": member.can("logistics.cancel_interception"),
        "may_ask": member.can("logistics.ask_refund") and order.left_minor > 0,
    }  # fmt: skip
    return render_to_string("logistics/_interception_panel.html", shown, request=request)


def _line(parcel: Parcel, runs: list[Interception]) -> dict[str, Any]:
    """A parcel, its newest interception, and why none may be asked for now."""
    own = [one for one in runs if one.parcel_id == parcel.pk]
    newest = own[0] if own else None
    return {
        "parcel": parcel,
        "newest": newest,
        "cancellable": newest is not None and newest.status in CANCELLABLE,
        "why_not": intercepting.can_request(parcel, [one.status for one in own]),
    }


panels.register(interception_of, order=30)
parcel_parts.register(interception_of_parcel, order=10)

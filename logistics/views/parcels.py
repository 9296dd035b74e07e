"""The package centre, and one parcel: where it is, whom to call, what was done about it (rules §4)."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.access import requires
from foundation.lifecycle import clock
from foundation.lifecycle.prepared import Prepared
from foundation.shell.urls_for import shop_url
from orders.services import reveal_buyer
from orders.views.detail import contacts_of

from .. import parcel_parts
from ..contact_card import card_of
from ..forms import NumberForm
from ..lists import PARCELS
from ..models import Attachment, Parcel, Scan
from ..services.shipping import carriers_offered

TEMPLATE = "logistics/parcel_detail.html"
MOST_SCANS, MOST_OTHERS = 200, 20
SIBLINGS = Prepared(lambda shop, number: _family(shop, number), int, str)
SCANS = Prepared(lambda parcel: Scan.objects.filter(parcel=parcel).order_by("number", "-at", "-pk")[:MOST_SCANS], int)
ATTACHMENTS = Prepared(
    lambda parcel: Attachment.objects.select_related("file", "by").filter(parcel=parcel).order_by("-at", "-pk"), int
)


def _family(shop: int, number: str) -> "QuerySet[Parcel]":
    """The parcel of that number and the others of its order, in one statement."""
    order = Parcel.objects.filter(shop_id=shop, number=number).values("order_id")
    return Parcel.objects.select_related("order", "carrier").filter(order_id=order[:1], shop_id=shop).order_by("pk")


@require_safe
@requires("logistics.view")
def parcels(request: HttpRequest) -> HttpResponse:
    """Tabs by state, filters in the URL, search by number, keyset pages."""
    return PARCELS.page(request, now=clock.now).render("logistics/parcel_list.html")


@require_safe
@never_cache
@requires("logistics.view")
def parcel(request: HttpRequest, number: str) -> HttpResponse:
    row, others = found(request, number)
    return render(request, TEMPLATE, context(request, row, clock.now(), others=others))


@require_POST
@never_cache
@requires("orders.reveal")
def contact_card(request: HttpRequest, number: str) -> HttpResponse:
    """The card with the buyer's address, for one answer; who looked is recorded by orders."""
    row, others = found(request, number)
    now = clock.now()
    card = card_of(row.order, now, parcel=row, buyer=reveal_buyer(row.order_id, by=request.user, now=now))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "logistics/_contact_card.html", {"card": card, "parcel": row})
    return render(request, TEMPLATE, context(request, row, now, others=others, card=card))


def found(request: HttpRequest, number: str) -> tuple[Parcel, list[Parcel]]:
    """The shop's parcel of that number with order and carrier, and the others of its order. One query; 404 for none."""
    shop = request.shop  # type: ignore[attr-defined]
    family = SIBLINGS.rows(shop.pk, number.replace("\x00", "")[:20])
    row = next((one for one in family if one.number == number), None)
    if row is None:
        raise Http404
    for one in family:
        one.shop = one.order.shop = shop
    return row, [one for one in family if one is not row][:MOST_OTHERS]


def context(
    request: HttpRequest, row: Parcel, now: datetime, *, others: list[Parcel] | None = None, **more: Any
) -> dict[str, Any]:
    """What the page shows; `more` replaces a part, such as a form that was refused."""
    if others is None:
        row, others = found(request, row.number)
    asks_number = row.number_missing or "number" in request.GET
    may_ship = request.membership.can("logistics.ship")  # type: ignore[attr-defined]
    shown = {
        "parcel": row,
        "order": row.order,
        "now": now,
        "others": others,
        "scans": SCANS.rows(row.pk),
        "attachments": ATTACHMENTS.rows(row.pk),
        "contacts": contacts_of(row.order),
        "contact_next": shop_url(request.shop, "logistics:parcel", number=row.number) + "#contacts",  # type: ignore[attr-defined]
        "contact_form": None,
        "kept_files": [],
        "parts": parcel_parts.drawn(request, row, now),
        "card": more["card"] if "card" in more else card_of(row.order, now, parcel=row),
        "may_ship": may_ship,
        "number_form": number_form(row) if may_ship and asks_number and "number_form" not in more else None,
        "attach_form": None,  # the refused one; an empty one draws itself
        "warnings": [],
    }
    return shown | more


def number_form(row: Parcel, data: Any = None) -> NumberForm:
    """The form of the parcel's number; a corrected one asks whether the old was wrong."""
    carriers = carriers_offered([row.carrier_id] if row.carrier_id else [])
    initial = {
        "carrier": row.carrier.code if row.carrier else "", "number": row.tracking_number, "version": row.version,
    }  # fmt: skip
    return NumberForm(data, carriers=carriers, correctable=row.last_scan_at is not None, initial=initial)

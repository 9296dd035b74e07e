"""Handing over, entering a number, attaching pictures."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.access import get_for_shop, requires
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.lists.links import back_url
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url
from orders.models import Order
from orders.views.detail import clean

from .. import numbers, services
from ..forms import AttachForm, ShipForm
from ..models import Carrier, Parcel
from ..services.attachments import attach
from ..services.shipping import carriers_offered, warnings
from . import parcels as page

SHIP = "logistics/ship_order.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("logistics.ship")
def ship_order(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the form. POST: shipped, or the form again with what is wrong or what looks strange about the number."""
    order = get_for_shop(Order, request.shop, number=clean(number))  # type: ignore[attr-defined]
    form = ShipForm(request.POST if request.method == "POST" else None, carriers=carriers_offered())
    shown = {
        "order": order,
        "form": form,
        "warnings": [],
        "button": order.LIFECYCLE.buttons(order.status, lambda _p: True),
    }
    shown |= {
        "why_not": "" if order.LIFECYCLE.can("ship", order.status) else order.LIFECYCLE.why_not("ship", order.status)
    }
    if request.method != "POST":
        return render(request, SHIP, shown)
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was saved: look at the marked fields."))
        said = form.cleaned_data
        if strange := unseen(request, form, said["carrier"], said["number"]):
            return render(request, SHIP, shown | {"warnings": strange}, status=422)
        parcel = services.ship_order(
            order.pk, carrier=said["carrier"], tracking_number=said["number"], at=said["at"], by=request.user,
            now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return refused(request, error, SHIP, shown)
    messages.success(
        request, _("Shipped.") if parcel.tracking_number else _("Shipped; the tracking number is still missing.")
    )
    return redirect(back_url(request, shop_url(request.shop, "logistics:parcel", number=parcel.number)))  # type: ignore[attr-defined]


@require_POST
@requires("logistics.ship")
def enter_number(request: HttpRequest, number: str) -> HttpResponse:
    """Saved, or the parcel's page again with what is wrong or what looks strange about the number."""
    row, others = page.found(request, number)
    form = page.number_form(row, request.POST)
    now = clock.now()
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was saved: look at the marked fields."))
        said = form.cleaned_data
        if strange := unseen(request, form, said["carrier"], said["number"], row):
            shown = page.context(request, row, now, others=others, number_form=form, warnings=strange)
            return render(request, page.TEMPLATE, shown, status=422)
        services.upload_tracking(
            row.pk, carrier=said["carrier"], number=said["number"], correct=said.get("correct", False),
            version=said["version"], by=request.user, now=now,
        )  # fmt: skip
    except DomainError as error:
        shown = page.context(request, row, now, others=others, number_form=form, form=form)
        return refused(request, error, page.TEMPLATE, shown)
    messages.success(request, _("Tracking number saved."))
    return redirect(_parcel_url(request, row))


@require_POST
@requires("logistics.attach")
def attach_file(request: HttpRequest, number: str) -> HttpResponse:
    row, others = page.found(request, number)
    form, now = AttachForm(request.POST, request.FILES), clock.now()
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was attached: look at the marked fields."))
        attach(row.pk, form.cleaned_data["files"], caption=form.cleaned_data["caption"], by=request.user, now=now)
    except DomainError as error:
        shown = page.context(request, row, now, others=others, attach_form=form, form=form)
        return refused(request, error, page.TEMPLATE, shown)
    messages.success(request, _("Attached."))
    return redirect(_parcel_url(request, row) + "#attachments")


@require_safe
@requires("logistics.ship")
def suggest_carrier(request: HttpRequest) -> HttpResponse:
    """`?number=`: the carriers whose numbers look like this one; a piece of the forms."""
    number = "".join(request.GET.get("number", "").replace("\x00", "")[:64].split()).upper()
    meant = numbers.suggest(number) if numbers.USABLE.fullmatch(number) else []
    return render(request, "logistics/_suggested.html", {"meant": meant})


def unseen(
    request: HttpRequest, form: Any, carrier: Carrier | None, number: str, parcel: Parcel | None = None
) -> list[str]:
    """Warnings the reader has not seen yet; the form remembers for which carrier and number they were shown."""
    if not carrier or not number.strip():
        return []
    cleaned = numbers.clean(number)
    mark = f"{carrier.code}:{cleaned}"
    if form.cleaned_data["warned"] == mark:
        return []
    form.data = form.data.copy()
    form.data["warned"] = mark
    return warnings(request.shop, carrier, cleaned, parcel=parcel)  # type: ignore[attr-defined]


def _parcel_url(request: HttpRequest, row: Parcel) -> str:
    return back_url(request, shop_url(request.shop, "logistics:parcel", number=row.number))  # type: ignore[attr-defined]

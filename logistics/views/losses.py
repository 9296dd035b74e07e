"""Lost parcels and their three ways out; "signed, buyer says no"; what was looked at and set aside (rules §4)."""

import uuid
from collections.abc import Callable
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

from .. import services
from ..care_forms import CareForm, LossForm
from ..care_lists import LOSSES
from ..models import LogisticsPolicy, Loss, Parcel
from ..services import losses as ways
from ..services.shipping import carriers_offered, warnings
from ..states import Payer, WayOut
from . import parcels as page

DETAIL = "logistics/loss_detail.html"


@require_safe
@requires("logistics.view")
def losses(request: HttpRequest) -> HttpResponse:
    """The queue: what does not move longest stands first."""
    return LOSSES.page(request, now=clock.now).render("logistics/loss_list.html")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("logistics.solve_loss")
def loss(request: HttpRequest, number: str) -> HttpResponse:
    """GET: where it got lost, who is fastest, what is owed. POST: one way out, once per parcel."""
    parcel = _get(request, number)
    if request.method != "POST":
        return render(request, DETAIL, _context(request, parcel))
    form = LossForm(request.POST, carriers=carriers_offered())
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was done yet: look at the marked fields."))
        said = dict(form.cleaned_data)
        amount, key = said.pop("amount"), said.pop("request_key")
        done = ways.solve(
            parcel.pk, **said, amount_minor=amount or 0, key=f"loss:{parcel.pk}:{key}", by=request.user, now=clock.now()
        )
    except DomainError as error:
        return refused(request, error, DETAIL, _context(request, _get(request, number), form))
    messages.success(request, _what_was_done(done))
    if done.reship and done.reship.tracking_number:
        for strange in warnings(request.shop, done.reship.carrier, done.reship.tracking_number, parcel=done.reship):  # type: ignore[attr-defined]
            messages.warning(request, strange)
    return redirect(_page(parcel))


@require_POST
@requires("logistics.solve_loss")
def dispute(request: HttpRequest, number: str) -> HttpResponse:
    """Signed, buyer says no."""
    return _care(request, number, services.dispute, _("Marked: the buyer says it was not received."))


@require_POST
@requires("logistics.solve_loss")
def set_aside(request: HttpRequest, number: str) -> HttpResponse:
    """Looked at, nothing more to be done."""
    return _care(request, number, services.set_aside, _("Set aside until something worse is found."))


def _care(request: HttpRequest, number: str, verb: Callable[..., Parcel], sentence: str) -> HttpResponse:
    """Say a word about a parcel's trouble; refused, its page again."""
    row, others = page.found(request, number)
    form, now = CareForm(request.POST), clock.now()
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was saved: look at the marked fields."))
        verb(row.pk, **form.cleaned_data, by=request.user, now=now)
    except DomainError as error:
        return refused(request, error, page.TEMPLATE, page.context(request, row, now, others=others))
    messages.success(request, sentence)
    return redirect(back_url(request, _page(row)))


def _get(request: HttpRequest, number: str) -> Parcel:
    row = get_for_shop(Parcel.objects.select_related("order", "carrier"), request.shop, number=number)  # type: ignore[attr-defined]
    row.shop = row.order.shop = request.shop  # type: ignore[attr-defined]
    return row


def _page(parcel: Parcel) -> str:
    return shop_url(parcel.shop, "logistics:parcel", number=parcel.number)


def _context(request: HttpRequest, parcel: Parcel, form: LossForm | None = None) -> dict[str, Any]:
    """What the page shows. The form keeps what was typed, for the version that is shown."""
    now = clock.now()
    done = Loss.objects.select_related("reship", "by").filter(parcel=parcel).first()
    speeds = ways.fastest_carriers(parcel.shop_id, parcel.province, now=now)
    if form is None:
        fastest = speeds[0].carrier.code if speeds else ""
        asked = {"version": parcel.version, "request_key": uuid.uuid4(), "carrier": fastest, "way": WayOut.RESHIP}
        form = LossForm(initial=asked, carriers=carriers_offered())
    else:
        form.data = form.data.copy()
        form.data["version"] = parcel.version
    rule: LogisticsPolicy = LogisticsPolicy.objects.in_force(now)
    return {
        "parcel": parcel,
        "order": parcel.order,
        "form": form,
        "loss": done,
        "why_not": ways.why_not(parcel, done),
        "speeds": speeds[:8],
        "most_minor": ways.most_minor(parcel.order),
        "payer": Payer(rule.lost_payer).label,
        "freight_minor": rule.reship_cost_minor,
        "now": now,
        "back": back_url(request, shop_url(parcel.shop, "logistics:losses")),
    }


def _what_was_done(loss: Loss) -> str:
    if loss.reship is None:
        return _("The buyer got the compensation.")
    if loss.reship.tracking_number:
        return _("Sent again as %(number)s.") % {"number": loss.reship.number}
    return _("The parcel %(number)s is to be sent; its tracking number is still missing.") % {
        "number": loss.reship.number
    }

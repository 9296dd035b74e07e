"""物流拦截: the list, one interception, asking for one, calling one off for good (rules §4)."""

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from foundation.accounts.access import get_for_shop, requires
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.lists.links import back_url
from foundation.policies.models import NoPolicy
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from .. import stepper
from ..contact_card import card_of
from ..interception_forms import CancelForm, RequestForm
from ..interception_lists import INTERCEPTIONS
from ..models import CarrierEvent, Interception, Parcel
from ..models.carriers import fee_in_force
from ..services import calls, fees, intercepting
from ..states import CANCELLABLE, ParcelState, Payer, Status, WhyCancel

LIST, DETAIL = "logistics/interception_list.html", "logistics/interception_detail.html"
CANCEL, REQUEST = "logistics/interception_cancel.html", "logistics/interception_request.html"
TO_ASK = (Status.REQUESTED, Status.UNKNOWN, Status.ACCEPTED, Status.INTERCEPTING)


@require_safe
@requires("logistics.view")
def interceptions(request: HttpRequest) -> HttpResponse:
    """Tabs by progress, pending first; filters by time, after-sale state, reason, carrier; batch cancel; files."""
    return INTERCEPTIONS.page(request, now=clock.now).render(LIST)


def _rows() -> "QuerySet[Interception]":
    return Interception.objects.select_related("order", "parcel", "carrier", "rule", "requested_by", "cancelled_by")


def _get(request: HttpRequest, number: str) -> Interception:
    row = get_for_shop(_rows(), request.shop, number=number)  # type: ignore[attr-defined]
    row.shop = row.order.shop = row.parcel.shop = request.shop  # type: ignore[attr-defined]
    row.parcel.order, row.parcel.carrier = row.order, row.carrier
    return row


@require_safe
@never_cache
@requires("logistics.view")
def interception(request: HttpRequest, number: str) -> HttpResponse:
    """Progress with times, what is expected next, when a refund is safe, what it costs, every word of the carrier."""
    return render(request, DETAIL, detail_context(request, _get(request, number), clock.now()))


def detail_context(request: HttpRequest, row: Interception, now: datetime) -> dict[str, Any]:
    """What the page of an interception shows."""
    events = list(CarrierEvent.objects.filter(interception=row).order_by("at", "pk"))
    member = request.membership  # type: ignore[attr-defined]
    return {
        "row": row,
        "order": row.order,
        "parcel": row.parcel,
        "carrier": row.carrier,
        "now": now,
        "events": events,
        "steps": stepper.steps(row, events),
        "next_step": stepper.next_step(row),
        "safe": intercepting.earliest_refund(row),
        "cost": fees.cost_so_far(row, now),
        "card": card_of(row.order, now, parcel=row.parcel),
        "buttons": {one.verb: one for one in row.LIFECYCLE.buttons(row.status, member.can)},
        "may_ask": member.can("logistics.intercept") and row.status in TO_ASK,
        "requests": list(row.requests.order_by("-at")),
        "back": back_url(request, shop_url(row.shop, "logistics:interceptions")),
    }


@require_POST
@requires("logistics.intercept")
def ask_carrier(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the carrier how it stands; nothing is asked for again."""
    row = _get(request, number)
    try:
        calls.reconcile(row.pk, by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, DETAIL, detail_context(request, _get(request, number), clock.now()))
    messages.success(request, _("The carrier is being asked how it stands. Its answer will stand here."))
    return redirect(_page(row))


def _page(row: Interception) -> str:
    return shop_url(row.shop, "logistics:interception", number=row.number)


# Asking for one --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("logistics.intercept")
def request_interception(request: HttpRequest, number: str) -> HttpResponse:
    """GET: what it costs, who pays, whether the carrier takes it. POST: ask for it, once per form."""
    parcel = get_for_shop(Parcel.objects.select_related("order", "carrier"), request.shop, number=number)  # type: ignore[attr-defined]
    parcel.shop = parcel.order.shop = request.shop  # type: ignore[attr-defined]
    posted = request.method == "POST"
    form = RequestForm(request.POST if posted else None, initial={"request_key": uuid.uuid4()})
    if not posted:
        return render(request, REQUEST, _request_context(request, parcel, form))
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was asked for yet: look at the marked fields."))
        said = form.cleaned_data
        made = intercepting.request_interception(
            parcel.pk, reason=said["reason"], note=said["note"], by=request.user, now=clock.now(),
            key=f"parcel:{parcel.pk}:form:{said['request_key']}",
        )  # fmt: skip
    except DomainError as error:
        return refused(request, error, REQUEST, _request_context(request, parcel, form))
    messages.success(request, _("The carrier is being asked to intercept the parcel."))
    return redirect(shop_url(request.shop, "logistics:interception", number=made.number))  # type: ignore[attr-defined]


def _request_context(request: HttpRequest, parcel: Parcel, form: RequestForm) -> dict[str, Any]:
    return {
        "parcel": parcel,
        "order": parcel.order,
        "carrier": parcel.carrier,
        "form": form,
        "fee": _fee(parcel),
        "accepts_in": [ParcelState(one).label for one in parcel.carrier.accepts_in] if parcel.carrier else [],
        "why_not": intercepting.can_request(parcel),
        "running": parcel.interceptions.filter(status__in=CANCELLABLE).first(),
        "back": back_url(request, shop_url(parcel.shop, "orders:order", number=parcel.order.number)),
    }


def _fee(parcel: Parcel) -> Any:
    try:
        return fee_in_force(parcel.carrier, clock.now()) if parcel.carrier else None
    except NoPolicy:
        return None


# Calling one off, for good ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("logistics.cancel_interception")
def cancel_interception(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the sheet of consequences. POST: the one door, with the tail typed; a second POST finds it closed."""
    row = _get(request, number)
    if request.method != "POST":
        return render(request, CANCEL, _cancel_context(request, row))
    if row.status == Status.CANCELLED:  # a double click, the back button, a replayed POST
        messages.info(request, _("%(number)s is cancelled already; nothing was done twice.") % {"number": row.number})
        return redirect(_page(row))
    form = CancelForm(request.POST, interception=row)
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was cancelled yet: look at the marked fields."))
        said = form.cleaned_data
        intercepting.cancel_interception(row.pk, **said, by=request.user, now=clock.now())
    except DomainError as error:
        return _cancel_refused(request, row, form, error)
    messages.success(request, _("%(number)s is cancelled for good.") % {"number": row.number})
    return redirect(_after_cancel(row, said["reason"]))


def _cancel_refused(request: HttpRequest, row: Interception, form: CancelForm, error: DomainError) -> HttpResponse:
    """The sheet as things stand now; what was typed stays, for the version that is shown."""
    now_is = _get(request, row.number)
    form.data = form.data.copy()
    form.data["version"] = now_is.version
    return refused(request, error, CANCEL, _cancel_context(request, now_is, form))


def _cancel_context(request: HttpRequest, row: Interception, form: CancelForm | None = None) -> dict[str, Any]:
    now = clock.now()
    return {
        "row": row,
        "order": row.order,
        "parcel": row.parcel,
        "carrier": row.carrier,
        "form": form or CancelForm(interception=row, initial={"version": row.version}),
        "sheet": intercepting.consequences(row, now),
        "parcel_state": ParcelState(row.parcel.status).label,
        "payers": Payer,
        "why_not": _too_late(row),
        "word": CarrierEvent.objects.filter(interception=row, moved=True).order_by("at", "pk").last(),
        "now": now,
        "back": back_url(request, _page(row)),
    }


def _too_late(row: Interception) -> str:
    try:
        intercepting.must_be_cancellable(row)
    except DomainError as error:
        return str(error)
    return ""


def _after_cancel(row: Interception, reason: str) -> str:
    """Wrong number or address: the correction opens."""
    if reason == WhyCancel.WRONG_SHIPPING:
        return shop_url(row.shop, "logistics:parcel", number=row.parcel.number) + "?number=1#number"
    return _page(row)

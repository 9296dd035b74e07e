"""The buyer asks for a refund, and takes it back: told by staff on the order until tickets exist (rules §4)."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from foundation.accounts.access import get_for_shop, requires
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.lists.links import back_url
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url
from orders.models import Order
from orders.views.detail import clean

from .. import rule_words
from ..interception_forms import FULL, AskRefundForm
from ..models import RefundRequest
from ..services import refund_requests, rules

TEMPLATE = "logistics/refund_request.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("logistics.ask_refund")
def ask_refund(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the form, what was asked for before, which rules are on. POST: keep it; the first fitting rule acts."""
    order = get_for_shop(Order, request.shop, number=clean(number))  # type: ignore[attr-defined]
    order.shop = request.shop  # type: ignore[attr-defined]
    posted = request.method == "POST"
    form = AskRefundForm(request.POST if posted else None, initial={"request_key": uuid.uuid4()})
    if not posted:
        return render(request, TEMPLATE, _context(request, order, form))
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was recorded yet: look at the marked fields."))
        row = _keep(request, order, form)
    except DomainError as error:
        return refused(request, error, TEMPLATE, _context(request, order, form))
    messages.success(request, _said(row))
    return redirect(back_url(request, shop_url(order.shop, "orders:order", number=order.number) + "#interception"))


def _keep(request: HttpRequest, order: Order, form: AskRefundForm) -> RefundRequest:
    said = form.cleaned_data
    return refund_requests.refund_requested(
        order, kind=said["kind"], amount_minor=None if said["how_much"] == FULL else said["amount"], at=clock.now(),
        by=request.user, key=f"order:{order.pk}:asked:{said['request_key']}",
    )  # fmt: skip


def _said(row: RefundRequest) -> str:
    if row.interception is not None and row.rule is not None:
        return _("Recorded. The rule “%(name)s” asks the carrier to intercept the parcel.") % {"name": row.rule.name}
    if row.rule is not None:
        return _("Recorded. The rule “%(name)s” fits but could not act: %(why)s") % {
            "name": row.rule.name,
            "why": row.why_not,
        }
    return _("Recorded. No rule intercepts this parcel.")


def _context(request: HttpRequest, order: Order, form: AskRefundForm) -> dict[str, Any]:
    return {
        "order": order,
        "form": form,
        "asked": list(
            RefundRequest.objects.filter(order=order).select_related("rule", "interception", "by").order_by("-at")
        ),
        "lines": [line for line in rule_words.lines(rules.rules_of(order.shop_id)) if line.rule.enabled],
        "back": back_url(request, shop_url(order.shop, "orders:order", number=order.number)),
    }


@require_POST
@requires("logistics.ask_refund")
def withdraw_request(request: HttpRequest, number: str) -> HttpResponse:
    """The buyer keeps the goods. A running interception is a matter of its own: the page of the order offers its cancel."""
    order = get_for_shop(Order, request.shop, number=clean(number))  # type: ignore[attr-defined]
    order.shop = request.shop  # type: ignore[attr-defined]
    try:
        refund_requests.withdraw_request(_named(request, order).pk, by=request.user, now=clock.now())
    except DomainError as error:
        empty = AskRefundForm(initial={"request_key": uuid.uuid4()})
        return refused(request, error, TEMPLATE, _context(request, order, empty))
    messages.success(request, _("Recorded: the buyer took the request back."))
    return redirect(back_url(request, shop_url(order.shop, "orders:order", number=order.number) + "#interception"))


def _named(request: HttpRequest, order: Order) -> RefundRequest:
    """The request of this order the button stands beside."""
    text = request.POST.get("request", "")
    asked = RefundRequest.objects.filter(order=order, pk=int(text)) if text.isdecimal() and len(text) < 19 else None
    row = asked.first() if asked is not None else None
    if row is None:
        raise Invalid(_("This order has no such request."))
    return row

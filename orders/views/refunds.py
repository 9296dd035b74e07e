"""Refunding an order: say how much and why, see what it will do, type the amount once more."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from deposits.services import quota
from foundation.accounts.access import get_for_shop, requires
from foundation.audit.history import yuan
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.lists.links import back_url
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from .. import consequences, services
from ..forms import ConfirmForm, RefundForm
from ..models import Order, Refund
from . import detail

TEMPLATE = "orders/order_refund.html"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("orders.refund")
def refund_order(request: HttpRequest, number: str) -> HttpResponse:
    """GET: the form. POST `step=check`: the same with the consequences. POST `step=confirm`: the refund."""
    order = get_for_shop(Order, request.shop, number=detail.clean(number))
    lines = detail.lines_of(order)
    if request.method != "POST":
        amount = order.left_minor if "all" in request.GET else None
        form = RefundForm(lines=lines, initial={"request_key": uuid.uuid4(), "amount": amount})
        return render(request, TEMPLATE, _context(request, order, form))
    form = RefundForm(request.POST, lines=lines)
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was refunded: look at the marked fields."))
        if request.POST.get("step") == "confirm":
            return _confirm(request, order, form)
        _check(order, lines, form)
    except DomainError as error:
        return refused(request, error, TEMPLATE, _context(request, order, form))
    return render(request, TEMPLATE, _context(request, order, form, checked=True))


def _confirm(request: HttpRequest, order: Order, form: RefundForm) -> HttpResponse:
    """The typed amount must be the amount; then the one service call."""
    asked = form.cleaned_data
    typed = ConfirmForm(request.POST)
    if not typed.is_valid() or typed.cleaned_data["typed"] != asked["amount"]:
        sentence = _("Type %(amount)s to confirm: nothing was refunded yet.") % {"amount": yuan(asked["amount"])}
        page = _context(request, order, form, checked=True, confirm_form=typed)
        return refused(request, Invalid(sentence, field="typed"), TEMPLATE, page)
    done = services.refund(
        order.pk, amount_minor=asked["amount"], cause=asked["cause"], reason=asked["reason"],
        key=f"order:{order.pk}:form:{asked['request_key']}", lines={asked["line"]: asked["amount"]} if asked["line"] else None,
        by=request.user, now=clock.now(), self_service=True,
    )  # fmt: skip
    messages.success(request, _said(done))
    return redirect(back_url(request, shop_url(request.shop, "orders:order", number=order.number)))


def _said(done: Refund) -> str:
    return _("Refunded %(amount)s to the buyer (%(number)s).") % {
        "amount": yuan(done.amount_minor), "number": done.number,
    }


def _check(order: Order, lines: list[Any], form: RefundForm) -> None:
    """The limits, before the consequences are drawn; the service checks again under the lock."""
    amount, line_pk = form.cleaned_data["amount"], form.cleaned_data["line"]
    order.LIFECYCLE.target("refund", order.status)
    left = order.left_minor
    if line_pk:
        left = min(left, next(line.left_minor for line in lines if line.pk == line_pk))
    if not 0 < amount <= left:
        raise Invalid(_("At most %(left)s can be refunded here.") % {"left": yuan(left)}, field="amount")


def _context(
    request: HttpRequest, order: Order, form: RefundForm, *, checked: bool = False, confirm_form: Any = None
) -> dict[str, Any]:
    order.shop = request.shop
    asked = form.cleaned_data if checked else {}
    return {
        "order": order,
        "form": form,
        "asked": asked,
        "cause_label": dict(form.fields["cause"].choices).get(asked.get("cause", "")),  # type: ignore[attr-defined]
        "confirm_form": confirm_form or ConfirmForm(),
        "consequences": consequences.of_refund(order, asked["amount"], asked["cause"], request.shop, clock.now()) if checked else None,
        "button": next((one for one in order.LIFECYCLE.buttons(order.status, lambda _p: True)), None),
        "quota": quota.state(request.shop.pk, clock.now()),
        "may_see_quota": request.membership.can("deposits.view"),
        "back": back_url(request, shop_url(request.shop, "orders:order", number=order.number)),
    }

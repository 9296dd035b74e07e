"""Today's refund quota, how long it lasts, and the temporary deposit that raises it (rules §7.7)."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts.access import requires
from foundation.audit.history import yuan
from foundation.ledger.services import balances
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from ..forecast import chart, forecast
from ..forms import FreezeForm
from ..models import QuotaUse, TemporaryMove
from ..services import quota

TEMPLATE = "deposits/quota.html"
SHOWN = 20  # movements and uses on the page; the statement has all


@require_safe
@requires("deposits.view")
def quota_page(request: HttpRequest) -> HttpResponse:
    """Used, left, the forecast with its hours, today's refunds, freezing and unfreezing."""
    return render(request, TEMPLATE, _context(request))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("deposits.freeze")
def freeze(request: HttpRequest) -> HttpResponse:
    """GET: the page with the form open. POST: freeze settlement money; today's quota rises with it."""
    return _move(request, "freeze")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("deposits.freeze")
def unfreeze(request: HttpRequest) -> HttpResponse:
    """GET: the page with the form open. POST: give back what today's refunds do not stand on."""
    return _move(request, "unfreeze")


def _move(request: HttpRequest, verb: str) -> HttpResponse:
    shop = request.shop  # type: ignore[attr-defined]
    if request.method != "POST":
        return render(request, TEMPLATE, _context(request))
    form = FreezeForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was moved: look at the marked field."))
        said = form.cleaned_data
        move = getattr(quota, verb)(
            shop.pk, amount_minor=said["amount"], key=f"{shop.pk}:{verb}:{said['request_key']}", by=request.user,
            now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        return refused(request, error, TEMPLATE, {**_context(request, **{f"{verb}_form": form}), "form": form})
    after = quota.state(shop.pk, clock.now())
    sentence = (
        _("Froze %(amount)s: today's quota is %(allowed)s now, %(left)s left.")
        if verb == "freeze"
        else _("Unfroze %(amount)s: today's quota is %(allowed)s now, %(left)s left.")
    )
    messages.success(
        request,
        sentence
        % {"amount": yuan(abs(move.amount_minor)), "allowed": yuan(after.allowed_minor), "left": yuan(after.left_minor)},
    )
    return redirect(shop_url(shop, "deposits:quota"))


def _context(request: HttpRequest, **forms: FreezeForm) -> dict[str, Any]:
    shop, now = request.shop, clock.now()  # type: ignore[attr-defined]
    found = quota.state(shop.pk, now)
    outlook = forecast(shop.pk, found, now)
    wanted = outlook.freeze_minor or None
    return {
        "quota": found,
        "outlook": outlook,
        "chart": chart(outlook, found),
        "settlement_minor": balances(shop)["settlement"],
        "uses": QuotaUse.objects.filter(shop=shop, day=found.day).select_related("by").order_by("-at", "-pk")[:SHOWN],
        "moves": TemporaryMove.objects.filter(shop=shop).select_related("by").order_by("-at", "-pk")[:SHOWN],
        "may_freeze": request.membership.can("deposits.freeze"),  # type: ignore[attr-defined]
        "freeze_form": FreezeForm(initial={"request_key": uuid.uuid4(), "amount": wanted}),
        "unfreeze_form": FreezeForm(initial={"request_key": uuid.uuid4()}),
        **forms,
    }

"""Applying for a deposit refund: how much and why, what it will do, the amount typed once more (rules §7.5)."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.accounts.access import requires
from foundation.audit.history import yuan
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Blocked, DomainError, Invalid
from foundation.lists.links import back_url
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from ..applying import check_amount, consequences, most_minor, open_application, why_not
from ..eligibility import Eligibility, look
from ..forms import ApplyForm, TypedAmountForm
from ..services import applications

TEMPLATE = "deposits/refund_apply.html"
CASES = 5  # named per reserve


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("deposits.apply")
def apply_refund(request: HttpRequest) -> HttpResponse:
    """GET: the form, or why there is none. POST `step=check`: the same with the consequences. POST `step=confirm`: it."""
    found = look(request.shop, clock.now(), lines=CASES)  # type: ignore[attr-defined]
    if request.method != "POST":
        form = ApplyForm(initial={"request_key": uuid.uuid4(), "amount": most_minor(found) or None})
        return render(request, TEMPLATE, _context(request, found, form))
    form = ApplyForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was applied for: look at the marked fields."))
        if request.POST.get("step") == "confirm":
            return _confirm(request, found, form)
        _check(request, found, form)
    except DomainError as error:
        return refused(request, error, TEMPLATE, _context(request, found, form))
    return render(request, TEMPLATE, _context(request, found, form, checked=True))


def _check(request: HttpRequest, found: Eligibility, form: ApplyForm) -> None:
    """What stands in the way, before the consequences are drawn; the service checks again under the lock."""
    running = open_application(request.shop)  # type: ignore[attr-defined]
    if running is not None:
        raise Blocked(_("An application is open already: %(number)s.") % {"number": running.number}, code="open")
    if not found.met:
        raise Blocked(why_not(found))
    check_amount(found, form.cleaned_data["amount"])


def _confirm(request: HttpRequest, found: Eligibility, form: ApplyForm) -> HttpResponse:
    """The typed amount must be the amount; then the one service call."""
    shop, said = request.shop, form.cleaned_data  # type: ignore[attr-defined]
    typed = TypedAmountForm(request.POST)
    if not typed.is_valid() or typed.cleaned_data["typed"] != said["amount"]:
        sentence = _("Type %(amount)s to confirm: nothing was applied for yet.") % {"amount": yuan(said["amount"])}
        page = _context(request, found, form, checked=True, typed_form=typed) | {"form": typed, "apply_form": form}
        return refused(request, Invalid(sentence, field="typed"), TEMPLATE, page)
    made = applications.apply(
        shop.pk, amount_minor=said["amount"], reason=said["reason"], key=f"refund:{shop.pk}:{said['request_key']}",
        by=request.user, now=clock.now(),
    )  # fmt: skip
    messages.success(
        request,
        _("Applied: %(amount)s are held from now on (%(number)s).") % {"amount": yuan(made.amount_minor), "number": made.number},
    )
    return redirect(shop_url(shop, "deposits:refund", number=made.number))


def _context(
    request: HttpRequest, found: Eligibility, form: ApplyForm, *, checked: bool = False, typed_form: Any = None
) -> dict[str, Any]:
    shop = request.shop  # type: ignore[attr-defined]
    said = form.cleaned_data if checked else {}
    return {
        "eligibility": found,
        "most_minor": most_minor(found),
        "form": form,
        "apply_form": form,
        "typed_form": typed_form or TypedAmountForm(),
        "said": said,
        "will": consequences(shop, found, said["amount"], clock.now()) if checked else None,
        "running": open_application(shop),
        "why_not": why_not(found),
        "back": back_url(request, shop_url(shop, "deposits:account")),
    }

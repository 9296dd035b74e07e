"""The deposit account: what is there, what must be, what holds the shop back, and paying in (rules §7.1)."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from foundation.accounts.access import requires
from foundation.accounts.models import Restriction, RestrictionReason
from foundation.accounts.services import restrictions_of
from foundation.audit.history import yuan
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from .. import eta
from ..applying import most_minor, open_application, why_not
from ..balance import SPANS, balance_days, chart
from ..eligibility import look
from ..forms import PayInForm
from ..models import Category, DepositAccount, Level, Violation
from ..refund_steps import said
from ..services import accounts
from ..states import ViolationStatus

TEMPLATE = "deposits/account_detail.html"
RECENT = 5  # violations on the page; the list has all
CASES = 5  # named per reserve

HELD_BACK = gettext_lazy("Deposit refunds and small payments are held back. Answering cases never is.")
WHY = {
    RestrictionReason.DEBT: (
        gettext_lazy("Small payments are held back, and a deposit refund is less by the debt. Answering cases is never held back."),
        gettext_lazy("It ends by itself when the debt is paid: by new income or a top-up.")
    ),
    RestrictionReason.SHORT_DEPOSIT: (
        gettext_lazy("Small payments are held back. Applying for a deposit refund is not, and answering cases never is."),
        gettext_lazy("It ends at once when what is missing is paid in."),
    ),
    RestrictionReason.REVIEWER: (HELD_BACK, gettext_lazy("The platform lifts it; the note says why it was set.")),
    RestrictionReason.PHONE_CHANGE: (HELD_BACK, gettext_lazy("It ends by itself at the time given.")),
    RestrictionReason.RECOVERY: (HELD_BACK, gettext_lazy("It ends by itself at the time given.")),
}  # fmt: skip


@require_safe
@requires("deposits.view")
def account(request: HttpRequest) -> HttpResponse:
    """Balance, required, restrictions, the conditions of a refund, violations, and the balance over time."""
    return render(request, TEMPLATE, _context(request))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("deposits.pay_in")
def pay_in(request: HttpRequest) -> HttpResponse:
    """GET: the page with its form. POST: settlement money into the deposit, once per form."""
    shop = request.shop  # type: ignore[attr-defined]
    if request.method != "POST":
        return render(request, TEMPLATE, _context(request))
    form = PayInForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was paid in: look at the marked fields."))
        said = form.cleaned_data
        accounts.pay_in(
            shop.pk, amount_minor=said["amount"], key=f"{shop.pk}:{said['request_key']}", by=request.user, now=clock.now()
        )
    except DomainError as error:
        return refused(request, error, TEMPLATE, {**_context(request, pay_in_form=form), "form": form})
    after = accounts.summary(shop)
    words = {"amount": yuan(said["amount"]), "balance": yuan(after.balance_minor), "short": yuan(after.short_minor)}
    sentence = (
        _("Paid in %(amount)s: the deposit is %(balance)s now, %(short)s are still missing.")
        if after.short_minor
        else _("Paid in %(amount)s: the deposit is %(balance)s now.")
    )
    messages.success(request, sentence % words)
    return redirect(shop_url(shop, "deposits:account"))


def _context(request: HttpRequest, **forms: PayInForm) -> dict[str, Any]:
    shop, now = request.shop, clock.now()  # type: ignore[attr-defined]
    deposit = accounts.summary(shop)
    span = SPANS.get(request.GET.get("balance", ""), SPANS["days"])
    days = balance_days(shop, now, span)
    row = DepositAccount.objects.filter(shop=shop).first() or DepositAccount(shop=shop)
    standing = Violation.objects.filter(shop=shop)
    found, application = look(shop, now, lines=CASES), open_application(shop)
    progress = eta.progress(application, now, found) if application else None
    return {
        "deposit": deposit,
        "category": Category(row.category).label,
        "level": Level(row.level).label,
        "restrictions": [_explained(one) for one in restrictions_of(shop.pk, now)],
        "now": now,
        "eligibility": found,
        "application": application,
        "progress": progress,
        "sentences": said(application, progress) if application and progress else [],
        "why_not": why_not(found),
        "most_minor": most_minor(found),
        "may_apply": request.membership.can("deposits.apply"),  # type: ignore[attr-defined]
        "span": span,
        "spans": list(SPANS.values()),
        "chart": chart(days, span),
        "days": days[::-1],
        "violations": standing.select_related("policy").order_by("-at", "-pk")[:RECENT],
        "in_force": standing.filter(status=ViolationStatus.STANDING).count(),
        "may_pay_in": request.membership.can("deposits.pay_in"),  # type: ignore[attr-defined]
        "may_see_statement": request.membership.can("ledger.view"),  # type: ignore[attr-defined]
        "pay_in_form": PayInForm(
            initial={
                "request_key": uuid.uuid4(), "amount": min(deposit.short_minor, deposit.settlement_minor) or None,
            }
        ),
        **forms,
    }  # fmt: skip


def _explained(restriction: Restriction) -> tuple[Restriction, Any, Any]:
    """The restriction, what it holds back, and what lifts it."""
    return (restriction, *WHY[RestrictionReason(restriction.reason)])

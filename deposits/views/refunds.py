"""Deposit refunds: the list, each application's page, answering the platform, withdrawing (rules §7.5)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.access import get_for_shop, requires
from foundation.audit.history import yuan
from foundation.files.services import limits
from foundation.ledger.services import story_of
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import is_overdue
from foundation.lifecycle.errors import DomainError, Invalid
from foundation.lists.links import back_url
from foundation.shell.responses import refused
from foundation.shell.urls_for import shop_url

from .. import eta
from ..forms import AnswerForm, WithdrawForm
from ..lists import REFUNDS
from ..models import RefundApplication
from ..refund_steps import said, steps
from ..services import applications
from ..states import Status

TEMPLATE = "deposits/refund_detail.html"


@require_safe
@requires("deposits.view")
def refunds(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    may_apply = request.membership.can("deposits.apply")  # type: ignore[attr-defined]
    return REFUNDS.page(request, now=clock.now).render("deposits/refund_list.html", {"may_apply": may_apply})


@require_safe
@never_cache
@requires("deposits.view")
def refund(request: HttpRequest, number: str) -> HttpResponse:
    """How far it is and how long it takes, what both sides said, what the shop can do, and its money."""
    return render(request, TEMPLATE, _context(request, _get(request, number)))


@require_POST
@requires("deposits.apply")
def answer_refund(request: HttpRequest, number: str) -> HttpResponse:
    """The shop's answer with pictures; of a form that was refused the text is kept, its pictures are not."""
    row, now = _get(request, number), clock.now()
    form = AnswerForm(request.POST, request.FILES, most=limits(now).files_per_upload)
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was sent: look at the marked fields."))
        typed = form.cleaned_data
        applications.answer(
            row.pk, text=typed["text"], files=typed["files"], version=typed["version"], by=request.user, now=now
        )
    except DomainError as error:
        return refused(request, error, TEMPLATE, _context(request, _get(request, number), form=form))
    messages.success(request, _("The answer went out. The review goes on."))
    return redirect(_page(request, row))


@require_POST
@requires("deposits.apply")
def withdraw_refund(request: HttpRequest, number: str) -> HttpResponse:
    """The application ends and the held amount is deposit again."""
    row = _get(request, number)
    form = WithdrawForm(request.POST)
    try:
        if not form.is_valid():
            raise Invalid(_("Nothing was withdrawn: send the form of the page."))
        applications.withdraw(row.pk, version=form.cleaned_data["version"], by=request.user, now=clock.now())
    except DomainError as error:
        return refused(request, error, TEMPLATE, _context(request, _get(request, number)))
    messages.success(request, _("Withdrawn: %(amount)s are deposit again.") % {"amount": yuan(row.amount_minor)})
    return redirect(_page(request, row))


def _get(request: HttpRequest, number: str) -> RefundApplication:
    rows = RefundApplication.objects.select_related("policy", "applied_by", "stopped_by__policy")
    row = get_for_shop(rows, request.shop, number=number)  # type: ignore[attr-defined]
    row.shop = request.shop  # type: ignore[attr-defined]
    return row


def _context(request: HttpRequest, row: RefundApplication, form: AnswerForm | None = None) -> dict[str, Any]:
    """`form` is a refused answer: shown as it was typed, for the version that stands now."""
    now, may = clock.now(), request.membership.can  # type: ignore[attr-defined]
    progress = eta.progress(row, now)
    asked, payout = row.status == Status.NEED_INFO, row.payouts.order_by("attempt").last()
    in_time = asked and row.answer_due_at is not None and not is_overdue(row.answer_due_at, now)
    return {
        "application": row,
        "now": now,
        "progress": progress,
        "sentences": said(row, progress),
        "steps": steps(row, payout),
        "payout": payout,
        "asked": asked,
        "in_time": in_time,
        "dropped_files": bool(form and form.is_bound and request.FILES),
        "buttons": {one.verb: one for one in row.LIFECYCLE.buttons(row.status, may)},
        "form": _answer_form(row, form, now) if in_time and may("deposits.apply") else None,
        "unsent": form.data.get("text", "") if form and not in_time else "",
        "sayings": row.messages.select_related("by").prefetch_related("files"),
        "story": story_of(row),
        "back": back_url(request, shop_url(row.shop, "deposits:refunds")),
    }


def _answer_form(row: RefundApplication, form: AnswerForm | None, now: Any) -> AnswerForm:
    if form is None:
        return AnswerForm(initial={"version": row.version}, most=limits(now).files_per_upload)
    form.data = form.data.copy()
    form.data["version"] = str(row.version)
    return form


def _page(request: HttpRequest, row: RefundApplication) -> str:
    return shop_url(request.shop, "deposits:refund", number=row.number)  # type: ignore[attr-defined]

"""Violations 违规记录: the list and each one's page (rules §7.2)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.accounts.access import get_for_shop, requires
from foundation.audit.subjects import SUBJECTS, resolve
from foundation.ledger.models import Entry, Transaction
from foundation.lifecycle import clock
from foundation.lists.links import back_url
from foundation.shell.urls_for import shop_url

from ..lists import VIOLATIONS
from ..models import Violation


@require_safe
@requires("deposits.view")
def violations(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    return VIOLATIONS.page(request, now=clock.now).render("deposits/violation_list.html")


@require_safe
@requires("deposits.view")
def violation(request: HttpRequest, number: str) -> HttpResponse:
    """What happened, in which case, what was deducted, and whether it still stands."""
    rows = Violation.objects.select_related("shop", "policy", "by", "deduction", "reversal")
    found = get_for_shop(rows, request.shop, number=number)  # type: ignore[attr-defined]
    context = {
        "violation": found,
        "parts": _parts(found),
        "case_url": _case_url(found),
        "back": back_url(request, shop_url(found.shop, "deposits:violations")),
    }
    return render(request, "deposits/violation_detail.html", context)


def _parts(violation: Violation) -> list[tuple[Transaction, list[Entry]]]:
    """The deduction and its reversal, each with the shop's accounts it went through."""
    named = [booked for booked in (violation.deduction, violation.reversal) if booked is not None]
    return [(booked, list(booked.entries.filter(shop_id=violation.shop_id).order_by("pk"))) for booked in named]


def _case_url(violation: Violation) -> str | None:
    """The page of the case it happened in; None without one."""
    if not violation.subject_id:
        return None
    case = resolve(violation.subject_type, {violation.subject_id}).get(violation.subject_id)
    return SUBJECTS[violation.subject_type].url(case) if case is not None else None

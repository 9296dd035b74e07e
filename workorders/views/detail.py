"""One work order: the question on top, the clock, the ways to answer, the history; and the page before it goes out."""

import uuid
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.accounts.access import get_for_shop, requires
from foundation.lifecycle import clock
from foundation.shell.urls_for import shop_url
from orders.forms import ContactForm
from orders.views.detail import contacts_of

from .. import preflight, sentences, slots
from ..forms import ANSWER_FORMS, AssignForm, ConfirmForm
from ..models import Draft, Sheet, Voucher, WorkOrder
from ..services import effects, evidence, how_it_ended
from ..states import Branch, Status

DETAIL = "workorders/workorder_detail.html"
CONFIRM = "workorders/workorder_confirm.html"


def cases() -> "QuerySet[WorkOrder]":
    return WorkOrder.objects.select_related("order", "policy", "shop", "line", "assigned_to")


@requires("workorders.view")
def work_order(request: HttpRequest, number: str) -> HttpResponse:
    case = get_for_shop(cases(), request.shop, number=number)
    return render(request, DETAIL, detail_context(request, case, clock.now()))


def detail_context(request: HttpRequest, case: WorkOrder, now: datetime, form: Any = None) -> dict[str, Any]:
    """Everything the detail page shows; `form` is the bound one of a refused save."""
    draft = draft_of(case)
    vouchers = list(evidence.vouchers_of(case))
    answered = case.window_no > 1 or case.status != Status.OPEN  # an open first window has no answer to ask for
    branch = form.branch if form else _branch(request, case, draft)
    form_class = ANSWER_FORMS.get(branch)
    decisions = list(case.decisions.select_related("by")) if answered else []
    return {
        "case": case,
        "order": case.order,
        "now": now,
        "draft": draft,
        "branch": branch,
        "branches": [(code, Branch(code).label) for code in case.policy.branches],
        "form": form or (form_class(work_order=case, draft=draft) if form_class else None),
        "takes_answers": case.takes_answers(now),
        "buttons": {one.verb: one for one in case.LIFECYCLE.buttons(case.status, request.membership.can)},  # type: ignore[attr-defined]
        "why_not": "" if case.takes_answers(now) else why_not(case),
        "next_case": None if case.takes_answers(now) else next_to_answer(case, now),
        "question": slots.pieces(case.platform_text, case.asked_slots),
        "asked": _asked(case, vouchers),
        "stake": effects.plan_many([case], now=now)[0] if not case.is_closed else None,
        "consequences": sentences.consequences(case),
        "findings": preflight.check(case, draft, now, vouchers) if case.takes_answers(now) and draft.pk else [],
        "answers": case.answers.select_related("sheet__file", "submitted_by", "contact") if answered else [],
        "decisions": decisions,
        "asked_more": decisions[-1] if decisions and case.status == Status.OPEN else None,
        "assign_form": AssignForm(work_order=case) if "assign" in request.GET else None,
        "contacts": contacts_of(case.order),
        "contact_form": ContactForm(initial={"request_key": uuid.uuid4()}),
        "contact_next": f"{shop_url(case.shop, 'workorders:work-order', number=case.number)}?branch={branch}#contacts",
        "contact_text": _contact_text(case),
        "kept_files": [],
        "others": case.order.work_orders.exclude(pk=case.pk).order_by("-pk")[:20],
    }


def draft_of(case: WorkOrder) -> Draft:
    """The draft of the present window, or an empty one that is not saved."""
    kept = Draft.objects.select_related("contact", "updated_by").filter(work_order=case, window_no=case.window_no).first()
    return kept or Draft(work_order=case, window_no=case.window_no)


def next_to_answer(case: WorkOrder, now: datetime) -> WorkOrder | None:
    """The shop's work order with the least time left, to go on with when this one is done."""
    waiting = WorkOrder.objects.filter(shop_id=case.shop_id, status=Status.OPEN, due_at__gte=now)
    return waiting.exclude(pk=case.pk).order_by("due_at", "pk").first()


def why_not(case: WorkOrder) -> str:
    if case.status == Status.OPEN:
        return _("The time to answer has run out; the platform's job takes this work order within a minute.")
    return how_it_ended(case)


def _branch(request: HttpRequest, case: WorkOrder, draft: Draft) -> str:
    asked = request.GET.get("branch") or draft.branch
    return asked if asked in case.policy.branches else case.policy.branches[0]


def _contact_text(case: WorkOrder) -> str:
    """What is read out or pasted to a carrier's or the platform's service."""
    order = case.order
    return " ".join(part for part in (order.number, order.carrier, order.tracking_number, case.number) if part)


def _asked(case: WorkOrder, vouchers: list[Voucher]) -> list[dict[str, Any]]:
    missing = preflight.missing_slots(case, vouchers)
    return [
        {"code": code, "slot": slots.SLOTS[code], "filled": code not in missing}
        for code in case.asked_slots
        if code in slots.SLOTS
    ]


@requires("workorders.submit_evidence")
def confirmation(request: HttpRequest, number: str) -> HttpResponse:
    """Exactly what goes out: the sheet, the words, the money, what pre-flight found."""
    case = get_for_shop(cases(), request.shop, number=number)
    draft = draft_of(case)
    return render(request, CONFIRM, confirm_context(case, draft, clock.now()))


@requires("workorders.agree_refund")
def agreement(request: HttpRequest, number: str) -> HttpResponse:
    """The same page for agreeing to the refund, which needs no draft."""
    case = get_for_shop(cases(), request.shop, number=number)
    return render(request, CONFIRM, confirm_context(case, agreeing(case), clock.now()))


def agreeing(case: WorkOrder) -> Draft:
    return Draft(work_order=case, window_no=case.window_no, branch=Branch.AGREE_REFUND)


def confirm_context(case: WorkOrder, draft: Draft, now: datetime, form: Any = None) -> dict[str, Any]:
    takes = case.takes_answers(now)
    vouchers = list(evidence.vouchers_of(case)) if draft.branch != Branch.AGREE_REFUND else []
    inputs = evidence.inputs_hash(case) if vouchers else ""
    sheet = (
        Sheet.objects.filter(work_order=case, window_no=case.window_no, inputs_hash=inputs).select_related("file").first()
        if inputs else None
    )
    findings = preflight.check(case, draft, now, vouchers) if takes else []
    warned = any(not finding.is_hard for finding in findings)
    initial = {"version": case.version, "sheet_hash": inputs}
    return {
        "case": case,
        "order": case.order,
        "now": now,
        "draft": draft,
        "agrees": draft.branch == Branch.AGREE_REFUND,
        "sheet": sheet,
        "needs_sheet": bool(vouchers) and sheet is None,
        "voucher_count": len(vouchers),
        "findings": findings,
        "hard": preflight.hard(findings),
        "takes_answers": takes,
        "why_not": "" if takes else why_not(case),
        "goes_out": sentences.what_goes_out(draft.branch),
        "stake": effects.plan_many([case], now=now)[0] if not case.is_closed else None,
        "consequences": sentences.consequences(case),
        "form": form or ConfirmForm(work_order=case, warned=warned, initial=initial),
        "warned": warned,
    }

"""One work order: the question on top, the clock, the ways to answer, the history; and the page before it goes out."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.accounts.access import get_for_shop, requires
from foundation.lifecycle import clock
from foundation.lifecycle.prepared import Prepared, one_after_another
from foundation.shell.urls_for import shop_url
from logistics.contact_card import card_of, platform_columns
from logistics.models import Parcel
from orders.views.detail import CONTACTS, with_pictures

from .. import preflight, sentences, slots, traces
from ..forms import ANSWER_FORMS, AssignForm, ConfirmForm
from ..models import Answer, Decision, Draft, Sheet, Voucher, WorkOrder
from ..services import effects, evidence, how_it_ended
from ..states import Branch, Status
from ..steps import steps

DETAIL = "workorders/workorder_detail.html"
CONFIRM = "workorders/workorder_confirm.html"
MOST_OTHERS = 20


def cases() -> "QuerySet[WorkOrder]":
    return WorkOrder.objects.select_related(
        "order", "policy", "shop", "line", "assigned_to", "draft__contact", "draft__updated_by"
    )


def _family(shop: int, number: str, now: datetime) -> "QuerySet[WorkOrder]":
    order = WorkOrder.objects.filter(shop_id=shop, number=number).values("order_id")
    rows = cases().annotate(**platform_columns(now))
    return rows.filter(order_id=order[:1], shop_id=shop).order_by("-pk")


FAMILY = Prepared(_family, int, str, datetime)
DECISIONS = Prepared(lambda case: Decision.objects.select_related("by").filter(work_order=case), int)
ANSWERS = Prepared(
    lambda case: Answer.objects.select_related("sheet__file", "submitted_by", "contact").filter(work_order=case), int
)
VOUCHERS = Prepared(lambda pk, window_no: evidence.vouchers_of(WorkOrder(pk=pk, window_no=window_no)), int, int)
NEXT = Prepared(
    lambda shop, user, case, now: WorkOrder.objects.filter(shop_id=shop, status=Status.OPEN, due_at__gte=now)
    .filter(Q(assigned_to=None) | Q(assigned_to=user))
    .exclude(pk=case)
    .order_by("due_at", "pk")[:1],
    int, int, int, datetime,
)  # fmt: skip


@requires("workorders.view")
def work_order(request: HttpRequest, number: str) -> HttpResponse:
    """The order's cases are read together: the others stand on the page of each."""
    now = clock.now()
    family = FAMILY.rows(request.shop.pk, number, now)
    case = next((one for one in family if one.number == number), None)
    if case is None:
        raise Http404
    case.shop = case.order.shop = request.shop
    others = [one for one in family if one is not case][:MOST_OTHERS]
    return render(request, DETAIL, detail_context(request, case, now, others=others))


def detail_context(
    request: HttpRequest, case: WorkOrder, now: datetime, form: Any = None, others: list[WorkOrder] | None = None
) -> dict[str, Any]:
    """Everything the detail page shows; `form` is the bound one of a refused save, `others` are the order's other cases,
    if they are known."""
    draft = draft_of(case)
    vouchers, parcels, contacts, decisions, answers = _read(case)
    branch = form.branch if form else _branch(request, case, draft)
    form_class = ANSWER_FORMS.get(branch)
    following = case.policy.after(case.stage)
    return {
        "case": case,
        "order": case.order,
        "now": now,
        "draft": draft,
        "branch": branch,
        "branches": [(code, Branch(code).label) for code in case.step.branches],
        "stage": case.step,
        "steps": steps(case, answers),
        "many_stages": not case.policy.is_last(1),
        "acknowledging": sentences.what_goes_out(Branch.ACKNOWLEDGE, following),
        "form": form or (form_class(work_order=case, draft=draft, contacts=contacts) if form_class else None),
        "takes_answers": case.takes_answers(now),
        "buttons": {one.verb: one for one in case.LIFECYCLE.buttons(case.status, request.membership.can)},  # type: ignore[attr-defined]
        "why_not": "" if case.takes_answers(now) else why_not(case),
        "next_case": None if case.takes_answers(now) else next_to_answer(case, request.user, now),
        "question": slots.pieces(case.platform_text, case.asked_slots),
        "asked": _asked(case, vouchers),
        "evidence_for": " / ".join(option.label for option in case.step.asking_evidence),
        "stake": effects.plan_many([case], now=now)[0] if not case.is_closed else None,
        "consequences": sentences.consequences(case),
        "findings": preflight.check(case, draft, now, vouchers, parcels) if case.takes_answers(now) and draft.pk else [],
        "answers": answers,
        "decisions": decisions,
        "asked_more": decisions[-1] if decisions and case.status == Status.OPEN else None,
        "assign_form": AssignForm(work_order=case) if "assign" in request.GET else None,
        "contacts": contacts,
        "contact_next": f"{shop_url(case.shop, 'workorders:work-order', number=case.number)}?branch={branch}#contacts",
        "parcels": parcels,
        "parcel": parcels[0] if parcels else None,
        "card": _card(case, parcels, now),
        "kept_files": [],
        "others": others_of(case) if others is None else others,
    }


def _read(case: WorkOrder) -> tuple[list[Any], ...]:
    """Vouchers of the window, parcels and contact records of the order, decisions and answers: together, in one round
    trip where the database takes several statements at once."""
    asked: list[tuple[Prepared[Any], tuple[Any, ...]]] = [
        (VOUCHERS, (case.pk, case.window_no)), (traces.PARCELS, (case.order_id,)), (CONTACTS, (case.order_id,)),
    ]  # fmt: skip
    waits = case.status in (Status.OPEN, Status.QUEUED)
    if case.window_no > 1 or not waits:  # a first window that waits has neither answer nor decision
        asked += [(DECISIONS, (case.pk,)), (ANSWERS, (case.pk,))]
    vouchers, parcels, contacts, *rest = one_after_another(*asked)
    decisions, answers = rest or ([], [])
    if rest:
        _know(case, "decisions", decisions)
        _know(case, "answers", answers)
    return vouchers, parcels, with_pictures(contacts), decisions, answers


def _know(case: WorkOrder, relation: str, rows: list[Any]) -> None:
    """Keep the case's rows of this relation where `.all()` finds them, as prefetching keeps them."""
    for row in rows:
        row.work_order = case
    kept = getattr(case, relation).all()
    kept._result_cache, kept._prefetch_done = rows, True
    case.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = kept


def others_of(case: WorkOrder) -> "QuerySet[WorkOrder]":
    return case.order.work_orders.exclude(pk=case.pk).select_related("policy").order_by("-pk")[:MOST_OTHERS]


def draft_of(case: WorkOrder) -> Draft:
    """The draft of the present window, or an empty one that is not saved."""
    kept = getattr(case, "draft", None)
    if kept is None or kept.window_no != case.window_no:
        return Draft(work_order=case, stage=case.stage, window_no=case.window_no)
    return kept


def next_to_answer(case: WorkOrder, user: Any, now: datetime) -> WorkOrder | None:
    """The one with the least time left of what is `user`'s or nobody's, to go on with when this one is done."""
    return NEXT.first(case.shop_id, user.pk, case.pk, now)


def why_not(case: WorkOrder) -> str:
    if case.status == Status.OPEN:
        return _("The time to answer has run out; the platform's job takes this work order within a minute.")
    return how_it_ended(case)


def _branch(request: HttpRequest, case: WorkOrder, draft: Draft) -> str:
    """What was asked for or drafted; else the first way this person may take."""
    asked, offered = request.GET.get("branch") or draft.branch, case.step.branches
    if asked in offered:
        return asked
    pays = request.membership.can("workorders.agree_refund")  # type: ignore[attr-defined]
    return next((code for code in offered if pays or code != Branch.AGREE_REFUND), offered[0])


def _card(case: WorkOrder, parcels: list[Parcel], now: datetime) -> Any:
    """Whom to call about the order's first parcel; what is read out there names the case too."""
    card = card_of(case.order, now, parcel=parcels[0] if parcels else None, platform=case)
    said = _("work order %(number)s") % {"number": case.number}
    return replace(card, text=f"{card.text}\n{said}")


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
    return Draft(work_order=case, stage=case.stage, window_no=case.window_no, branch=Branch.AGREE_REFUND)


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
    next_stage = case.policy.after(case.stage)
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
        "goes_out": sentences.what_goes_out(draft.branch, next_stage),
        "next_stage": next_stage,
        "stake": effects.plan_many([case], now=now)[0] if not case.is_closed else None,
        "consequences": sentences.consequences(case),
        "form": form or ConfirmForm(work_order=case, warned=warned, initial=initial),
        "warned": warned,
    }

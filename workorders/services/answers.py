"""The shop's side: the draft it keeps, and the one answer of a window – of a stage, where the type has several (rules §6)."""

from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.lifecycle.errors import Blocked, Invalid, Stale
from foundation.lifecycle.sentences import joined
from foundation.notifications.services import cancel_about
from orders.models import Cause, ContactRecord, Refund
from orders.services import RefundRequest, add_staff_note, refund, refund_many

from .. import preflight
from ..models import Answer, Draft, Sheet, WorkOrder
from ..slots import SLOTS
from ..states import Branch, Status
from . import evidence
from .assigning import note_work
from .cases import (
    change,
    lock_case,
    must_be_current,
    must_take_answer,
    note_orders,
    open_next,
    tell_about,
    window,
)
from .reshipping import reship, sends_again

NOTE_LENGTH = 500


@dataclass(frozen=True)
class Writing:
    """What a person wrote on the answer form; `agreed_minor` in fen, `checklist` as "slot.point", `option` a code of the
    stage, `on_day` the day the option promises."""

    branch: str = ""
    note: str = ""
    reship_carrier: str = ""
    reship_number: str = ""
    agreed_minor: int | None = None
    contact: ContactRecord | None = None
    checklist: list[str] = field(default_factory=list)
    option: str = ""
    on_day: date | None = None

    def columns(self) -> dict[str, Any]:
        return {column.name: getattr(self, column.name) for column in fields(self)}


@transaction.atomic
def save_draft(pk: int, writing: Writing, *, version: int | None, by: Any, now: datetime) -> Draft:
    """Keep what was written; nothing goes out. Half-finished is fine, pre-flight says what is missing.

    Refused, nothing saved: IllegalMove when the case takes no answer, DeadlinePassed after the deadline, Stale when a
    colleague saved meanwhile, Invalid for a way to answer this type has not, another order's contact record, a negative
    amount or too long a text.
    """
    case = lock_case(pk)
    must_take_answer(case, "submit", now)
    must_be_current(case, version)
    _check_shape(case, writing)
    draft, _created = Draft.objects.update_or_create(
        work_order=case,
        defaults={**writing.columns(), "stage": case.stage, "window_no": case.window_no, "updated_by": by, "updated_at": now},
    )
    change(case, last_branch=writing.branch)
    note_work(case, by=by, now=now)
    return draft


def _check_shape(case: WorkOrder, writing: Writing) -> None:
    if writing.branch and writing.branch not in case.step.branches:
        raise Invalid(_("This question can't be answered that way."), field="branch")
    if writing.option and case.step.option(writing.option) is None:
        raise Invalid(_("This stage has no such result to choose."), field="option")
    if writing.contact is not None and writing.contact.order_id != case.order_id:
        raise Invalid(_("This contact record belongs to another order."), field="contact")
    if writing.agreed_minor is not None and writing.agreed_minor < 0:
        raise Invalid(_("A refund is not negative."), field="agreed_minor")
    if len(writing.note) > NOTE_LENGTH:
        raise Invalid(_("A note has at most 500 characters."), field="note")
    if len(writing.reship_number) > 64 or len(writing.reship_carrier) > 40:
        raise Invalid(_("A tracking number has at most 64 characters, a carrier 40."), field="reship_number")
    known = {f"{slot.code}.{point}" for slot in SLOTS.values() for point, _label in slot.checklist}
    if set(writing.checklist) - known:
        raise Invalid(_("There is no such point on the checklist."), field="checklist")


@transaction.atomic
def submit_answer(
    pk: int, *, branch: str, version: int | None, sheet_hash: str = "", by: Any, now: datetime
) -> Answer:
    """Send the draft: once per window, never changed afterwards (rules §6).

    The last stage's answer goes to the reviewer; an earlier one opens the next stage with its own window and deadline.
    `branch` and `version` are those of the confirm page; `sheet_hash` the `inputs_hash` of the sheet it showed. Refused,
    nothing saved: IllegalMove when it was answered or ended already, DeadlinePassed after the deadline, Stale when the
    draft or the pictures changed since, Blocked (`details` = findings) by a hard pre-flight finding or a refund gate.
    Negotiated: what was agreed is refunded here, with a seller's cause. Reship: the order's staff note is written here and
    the parcel is made, in an option that asks for a number too.
    `agree_refund` is the fourth way.
    """
    if branch == Branch.AGREE_REFUND:
        return agree_refund(pk, version=version, by=by, now=now)
    case = lock_case(pk)
    verb = "submit" if case.policy.is_last(case.stage) else "advance"
    target = must_take_answer(case, verb, now)
    must_be_current(case, version)
    draft = _draft(case, branch)
    findings = preflight.check(case, draft, now)
    blocking = preflight.hard(findings)
    if blocking:
        raise Blocked(joined(finding.sentence for finding in blocking), code="preflight", details=findings)
    sheet = None if branch == Branch.ACKNOWLEDGE else _sheet(case, sheet_hash)
    money = _pay_what_was_agreed(case, draft, by, now)
    if sends_again(draft):
        _note_on_order(case, draft, by, now)
        reship(draft, by=by, now=now)
    answer = _answer(case, draft, sheet, money, findings, by, now)
    if verb == "advance":
        _to_next_stage(case, answer, target, by, now)
    else:
        _to_reviewer(case, answer, target, by, now)
    note_orders([case.order_id], now)
    return answer


def _to_reviewer(case: WorkOrder, answer: Answer, target: str, by: Any, now: datetime) -> None:
    change(
        case, status=target, answered_at=now, last_branch=answer.branch, next_reminder_at=None, escalated_at=None,
        review_due_at=now + timedelta(hours=case.policy.review_hours),
    )
    record(
        "workorders.answered", case, by=by, now=now, from_state=Status.OPEN, to_state=target,
        data={"number": case.number, "window": case.window_no, "sheet": answer.sheet_sha256[:12]},
    )
    cancel_about(case, now=now)


def _to_next_stage(case: WorkOrder, answer: Answer, target: str, by: Any, now: datetime) -> None:
    """The next stage opens with its own window, deadline, reminders and vouchers; desk and draft start empty."""
    following = case.policy.stage(case.stage + 1)
    change(
        case, status=target, stage=following.number, window_no=case.window_no + 1, last_branch="",
        asked_slots=list(following.slots), **window(case.policy, now, following.hours),
    )
    Draft.objects.filter(work_order=case).delete()
    told = {"stage": following.number, "stages": len(case.policy.stages)}
    record(
        "workorders.advanced", case, by=by, now=now, from_state=Status.OPEN, to_state=target,
        data={"number": case.number, "answered": answer.stage, "sheet": answer.sheet_sha256[:12], **told},
    )
    cancel_about(case, now=now)
    tell_about("workorders.next_stage", [case], now, **told)


@transaction.atomic
def acknowledge(pk: int, *, note: str = "", version: int | None, by: Any, now: datetime) -> Answer:
    """我已知晓: say that the question was read, in one click; `save_draft` and `submit_answer` in one transaction.

    Refused like those two; Invalid where the stage does not ask for it. Pictures on the desk do not go out.
    """
    draft = save_draft(pk, Writing(Branch.ACKNOWLEDGE, note=note), version=version, by=by, now=now)
    return submit_answer(pk, branch=Branch.ACKNOWLEDGE, version=draft.work_order.version, by=by, now=now)


@transaction.atomic
def agree_refund(pk: int, *, version: int | None, by: Any, now: datetime) -> Answer:
    """Agree to the refund: the rest of paid goes back to the buyer in this transaction; `settled` (rules §6).

    The platform's cause: no gate, no review, no compensation, no dispute-refund count. Refused like `submit_answer`,
    and Blocked where the rule does not offer it.
    """
    case = lock_case(pk)
    target = must_take_answer(case, "agree", now)
    must_be_current(case, version)
    if Branch.AGREE_REFUND not in case.step.branches:
        raise Blocked(_("This question can't be answered that way."), code="branch_not_offered")
    request = RefundRequest(
        order_pk=case.order_id, amount_minor=None, cause=Cause.PLATFORM,
        reason=_("Work order %(number)s") % {"number": case.number}, key=f"workorder:{case.pk}:refund", subject=case,
    )
    money = refund_many([request], by=by, now=now)[0]
    answer = _answer(case, Draft(work_order=case, branch=Branch.AGREE_REFUND), None, money, [], by, now)
    change(
        case, status=target, answered_at=now, closed_at=now, last_branch=Branch.AGREE_REFUND, next_reminder_at=None
    )
    record(
        "workorders.settled", case, by=by, now=now, from_state=Status.OPEN, to_state=target,
        data={"number": case.number, "amount_minor": money.amount_minor if money else 0},
    )
    cancel_about(case, now=now)
    open_next([case.order_id], now=now)
    note_orders([case.order_id], now)
    return answer


def _draft(case: WorkOrder, branch: str) -> Draft:
    draft = Draft.objects.filter(work_order=case, window_no=case.window_no).select_related("contact").first()
    if draft is None or draft.branch != branch:
        raise Stale(_("The draft is not the one the confirm page showed. Look again before you send it."), code="draft")
    draft.work_order = case
    return draft


def _sheet(case: WorkOrder, sheet_hash: str) -> Sheet | None:
    """The very sheet the person saw, or none if there are no pictures; Stale when the pictures changed since."""
    if not evidence.vouchers_of(case):
        return None
    current = evidence.inputs_hash(case)
    sheet = Sheet.objects.filter(work_order=case, window_no=case.window_no, inputs_hash=current).first()
    if sheet is None or sheet_hash != current:
        raise Stale(
            _("The pictures changed after this sheet was made. Look at the new sheet before you send it."), code="sheet"
        )
    return sheet


def _pay_what_was_agreed(case: WorkOrder, draft: Draft, by: Any, now: datetime) -> Refund | None:
    if draft.branch != Branch.NEGOTIATED or not draft.agreed_minor:
        return None
    return refund(
        case.order_id, amount_minor=draft.agreed_minor, cause=Cause.NEGOTIATED,
        reason=_("Negotiated with the buyer on work order %(number)s") % {"number": case.number},
        key=f"workorder:{case.pk}:negotiated:{case.window_no}", by=by, now=now, subject=case,
    )


def _note_on_order(case: WorkOrder, draft: Draft, by: Any, now: datetime) -> None:
    """The back-office note of a reship stands on the order too, before what was noted there."""
    said = _("Reship %(number)s: %(note)s") % {"number": draft.reship_number, "note": draft.note}
    note = f"{said}\n{case.order.staff_note}".strip()[:NOTE_LENGTH]
    add_staff_note(case.order_id, note=note, flag=case.order.flag, by=by, now=now)


def _answer(
    case: WorkOrder,
    draft: Draft,
    sheet: Sheet | None,
    money: Refund | None,
    findings: list[preflight.Finding],
    by: Any,
    now: datetime,
) -> Answer:
    return Answer.objects.create(
        work_order=case, stage=case.stage, window_no=case.window_no, branch=draft.branch, note=draft.note,
        reship_carrier=draft.reship_carrier, reship_number=draft.reship_number, agreed_minor=draft.agreed_minor,
        contact=draft.contact, checklist=draft.checklist, option=draft.option, on_day=draft.on_day, sheet=sheet, sheet_sha256=sheet.sha256 if sheet else "",
        warnings=[{"code": finding.code, "sentence": finding.sentence} for finding in findings], refund=money,
        submitted_by=by, submitted_at=now,
    )

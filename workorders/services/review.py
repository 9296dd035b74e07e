"""The platform's side: deciding an answered case (rules §6)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts import access
from foundation.audit.services import record
from foundation.lifecycle.errors import Forbidden, IllegalMove, Invalid
from foundation.notifications.services import cancel_about
from orders.services import Lost

from ..models import Decision, Draft, Voucher, WorkOrder
from ..states import DECISION_VERBS, REASONS, Outcome, Reason, Status
from . import effects
from .cases import (
    COMPENSATION_MAX_BP,
    change,
    how_it_ended,
    lock_case,
    must_be_current,
    note_orders,
    open_next,
    tell_about,
    window,
)


@transaction.atomic
def decide(
    pk: int,
    *,
    outcome: str,
    reason: str,
    note: str = "",
    version: int | None,
    by: Any,
    now: datetime,
    compensation_bp: int | None = None,
) -> Decision:
    """A reviewer's verdict on the answer of this window: won, lost or ask for more (rules §6).

    Lost has the effects of forfeiting, recorded on the Decision; `compensation_bp` (basis points of the line paid)
    replaces the case's share. More opens a new window with the vouchers already on the desk. Refused, nothing saved:
    Forbidden without the reviewers' group or with any membership, ended ones too, in the case's shop; Stale when
    somebody decided first (who, what, when); IllegalMove unless it is answered; Invalid for a reason of another outcome.
    """
    case = lock_case(pk)
    _may_decide(case, by)
    must_be_current(case, version)
    if case.status != Status.ANSWERED:
        raise IllegalMove(how_it_ended(case))
    _check(outcome, reason, note, compensation_bp)
    if compensation_bp is not None and outcome == Outcome.LOST:
        case.compensation_bp = compensation_bp
    target = WorkOrder.LIFECYCLE.target(DECISION_VERBS[Outcome(outcome)], case.status)
    decision, lost = _decision(case, outcome, reason, note, by, now)
    if outcome == Outcome.MORE:
        _open_again(case, target, by, now)
    else:
        change(case, status=target, closed_at=now, compensation_bp=case.compensation_bp)
    record(
        VERBS[Outcome(outcome)], case, by=by, now=now, from_state=Status.ANSWERED, to_state=target,
        reason=_reason_text(reason, note),
        data={
            "number": case.number, "refund_minor": decision.refund_minor,
            "compensation_minor": decision.compensation_minor,
        },
    )
    cancel_about(case, now=now)
    tell_about(VERBS[Outcome(outcome)], [case], now, reason=_reason_text(reason, note))
    if outcome != Outcome.MORE:
        open_next([case.order_id], now=now)
    note_orders([case.order_id], now, lost=lost)
    return decision


VERBS = {
    Outcome.WON: "workorders.won",
    Outcome.LOST: "workorders.lost",
    Outcome.MORE: "workorders.asked_more",
}


def _may_decide(case: WorkOrder, by: Any) -> None:
    if by is None or not access.is_reviewer(by, access.REVIEW_WORK_ORDERS):
        raise Forbidden(_("Only reviewers of work orders decide them."))
    if access.conflict_of_interest(by, case.shop_id):
        raise Forbidden(_("You belong or belonged to this shop, so you can't decide its cases. Leave it to a colleague."))


def _check(outcome: str, reason: str, note: str, compensation_bp: int | None) -> None:
    if outcome not in Outcome.values:
        raise Invalid(_("Choose won, lost or ask for more."), field="outcome")
    if reason not in REASONS[Outcome(outcome)]:
        raise Invalid(_("Choose a reason that belongs to the decision."), field="reason")
    if outcome == Outcome.MORE and not note.strip():
        raise Invalid(_("Write what is still asked for; the seller reads it."), field="note")
    if len(note) > 2000:
        raise Invalid(_("A note has at most 2,000 characters."), field="note")
    if compensation_bp is not None and not 0 <= compensation_bp <= COMPENSATION_MAX_BP:
        raise Invalid(_("The compensation is between 0 and 500 percent of the line paid."), field="compensation_bp")


def _decision(
    case: WorkOrder, outcome: str, reason: str, note: str, by: Any, now: datetime
) -> tuple[Decision, dict[int, Lost]]:
    """The verdict with its effects booked, and what is still to be noted on the order."""
    columns: dict[str, Any] = {}
    lost: dict[int, Lost] = {}
    if outcome == Outcome.LOST:
        effects.hold_products([case])
        plans = effects.plan_many([case], now=now)
        [refund] = effects.apply_many(plans, Status.LOST, by=by, now=now)
        columns, lost = {**plans[0].columns(), "refund": refund}, effects.lost_on(plans)
    decision = Decision.objects.create(
        work_order=case, window_no=case.window_no, outcome=outcome, reason=reason, note=note.strip(), by=by, at=now,
        **columns,
    )
    return decision, lost


def _open_again(case: WorkOrder, target: str, by: Any, now: datetime) -> None:
    """A new window with its own clock; pictures of the last one lie on the desk again, the draft starts empty."""
    on_desk = list(Voucher.objects.on_desk(case))
    fields = window(case.policy, now, case.policy.more_window_hours)
    change(
        case, status=target, window_no=case.window_no + 1, review_due_at=None, escalated_at=None, answered_at=None,
        **fields,
    )
    Voucher.objects.bulk_create(
        [
            Voucher(
                work_order=case, window_no=case.window_no, file_id=voucher.file_id, slots=voucher.slots,
                position=voucher.position, rotation=voucher.rotation, caption=voucher.caption,
                added_by_id=voucher.added_by_id, added_at=now,
            )
            for voucher in on_desk
        ]
    )
    Draft.objects.filter(work_order=case).delete()


def _reason_text(reason: str, note: str) -> str:
    label = str(Reason(reason).label)
    return f"{label} – {note.strip()}" if note.strip() else label

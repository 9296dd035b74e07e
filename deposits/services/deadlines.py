"""What ends or escalates a refund application without anybody's click (rules §7.5): violations, draws, and the clock."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from foundation.accounts import access
from foundation.audit.services import Line, record_many
from foundation.jobs.chunks import in_chunks
from foundation.ledger.kinds import Kind
from foundation.ledger.models import Account
from foundation.lifecycle.deadlines import is_overdue

from ..models import RefundApplication, Violation
from ..states import HOLDS, WITH_US, Decided, Severity, Status, WhyStopped
from .covering import look_again, note_waiting
from .refund_moves import hold_applications, locked, move, move_many, release_many, short_of, tell_desk, tell_shops

CHUNK = 50
REMIND_BEFORE = timedelta(days=1)
WEIGHT = {Severity.MINOR: 1, Severity.MAJOR: 2}


@transaction.atomic
def stop_for(violations: Sequence[Violation], *, by: Any, now: datetime) -> list[RefundApplication]:
    """Violations just recorded end the applications under review or approved of their shops (rules §7.5).

    For each shop the first violation at least as severe as the application's rule says; what is left of the held amount
    is deposit again, the shop is told. One being paid is past stopping. The caller holds the shops' deposit accounts.
    """
    by_shop: dict[int, list[Violation]] = {}
    for violation in violations:
        by_shop.setdefault(violation.shop_id, []).append(violation)
    stopped = []
    for application in locked(RefundApplication.objects.filter(shop_id__in=by_shop, status__in=HOLDS)):
        found = _first_that_stops(by_shop[application.shop_id], application)
        if found is not None:
            release_many([application], by=by, now=now)
            stopped.append(_stop(application, WhyStopped.VIOLATION, by=by, now=now, violation=found))
    return stopped


def _first_that_stops(violations: Iterable[Violation], application: RefundApplication) -> Violation | None:
    least = WEIGHT[Severity(application.policy.stopped_from)]
    return next((one for one in violations if WEIGHT[Severity(one.severity)] >= least), None)


def _stop(
    application: RefundApplication, why: WhyStopped, *, by: Any, now: datetime, violation: Violation | None = None
) -> RefundApplication:
    data = {"why": str(why.label), "about": violation.number if violation else "—"}
    return move(
        application, "stop", by=by, now=now, reason=str(why.label), data=data, why_stopped=why, stopped_by=violation
    )


def stop_short_due(now: datetime) -> dict[str, int]:
    """The job: applications of whose held amount a draw took something end as short; the rest is deposit again."""
    held = Account.objects.filter(shop_id=OuterRef("shop_id"), kind=Kind.HELD)
    drawn = RefundApplication.objects.filter(
        ~Exists(held.filter(balance_minor__gte=OuterRef("amount_minor"))), status__in=HOLDS
    )
    pks = drawn.order_by("pk").values_list("pk", flat=True)
    done = in_chunks(pks, partial(_stop_short_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"stopped": done.done}


def _stop_short_chunk(pks: list[int], *, now: datetime) -> int:
    return len(stop_short([one for one in hold_applications(pks) if one.status in HOLDS], now=now))


def stop_short(applications: Sequence[RefundApplication], *, now: datetime) -> list[RefundApplication]:
    """Those of these held ones that are short end; the pay job looks here too."""
    short = short_of(applications)
    release_many(short, by=None, now=now)
    return [_stop(one, WhyStopped.SHORT, by=None, now=now) for one in short]


def escalate_due(now: datetime) -> dict[str, int]:
    """The job: applications not decided within the rule's days stand on the platform's list, once; reviewers are told.

    The clock stands still while the shop has the ball.
    """
    rows = RefundApplication.objects.filter(status__in=WITH_US, escalated_at=None, review_due_at__lt=now)
    pks = rows.order_by("review_due_at", "pk").values_list("pk", flat=True)
    done = in_chunks(pks, partial(_escalate_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"escalated": done.done}


def _escalate_chunk(pks: list[int], *, now: datetime) -> int:
    late = [
        one for one in hold_applications(pks)
        if one.status in WITH_US and one.escalated_at is None and is_overdue(one.review_due_at, now)
    ]  # fmt: skip
    RefundApplication.objects.filter(pk__in=[one.pk for one in late]).update(escalated_at=now)
    lines = [Line(one, data={"number": one.number}) for one in late]
    record_many("deposits.refund_escalated", lines, by=None, now=now)
    tell_desk("deposits.refund_escalated", late, access.reviewers(access.REVIEW_DEPOSITS), now=now)
    return len(late)


def remind_due(now: datetime) -> dict[str, int]:
    """The job: a day before its time to answer is over, the shop is told once more."""
    rows = RefundApplication.objects.filter(
        status=Status.NEED_INFO, reminded_at=None, answer_due_at__gte=now, answer_due_at__lte=now + REMIND_BEFORE
    )
    pks = rows.order_by("pk").values_list("pk", flat=True)
    done = in_chunks(pks, partial(_remind_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"reminded": done.done}


def _remind_chunk(pks: list[int], *, now: datetime) -> int:
    waiting = [one for one in hold_applications(pks) if one.status == Status.NEED_INFO and one.reminded_at is None]
    RefundApplication.objects.filter(pk__in=[one.pk for one in waiting]).update(reminded_at=now)
    for one in waiting:
        tell_shops("deposits.refund_unanswered", [one], now=now, due_at=one.answer_due_at)
    return len(waiting)


def expire_due(now: datetime) -> dict[str, int]:
    """The job: asked, and no answer within the rule's days: rejected for that reason, the money is deposit again.

    The shop may apply again at once; nothing is lost but its place in the queue.
    """
    rows = RefundApplication.objects.filter(status=Status.NEED_INFO, answer_due_at__lt=now)
    pks = rows.order_by("answer_due_at", "pk").values_list("pk", flat=True)
    done = in_chunks(pks, partial(_expire_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"expired": done.done}


def _expire_chunk(pks: list[int], *, now: datetime) -> int:
    late = [
        one for one in hold_applications(pks)
        if one.status == Status.NEED_INFO and one.answer_due_at is not None and is_overdue(one.answer_due_at, now)
    ]  # fmt: skip
    release_many(late, by=None, now=now)
    move_many(
        late, "expire", by=None, now=now, reason=str(Decided.NO_ANSWER.label), decided_at=now,
        decided_reason=Decided.NO_ANSWER,
    )  # fmt: skip
    return len(late)


def look_again_due(now: datetime) -> dict[str, int]:
    """The job: what a reviewer wanted to approve and could not: once nothing stands in the way they are told."""
    rows = RefundApplication.objects.filter(status=Status.IN_REVIEW).exclude(waits_for="")
    pks = rows.order_by("pk").values_list("pk", flat=True)
    done = in_chunks(pks, partial(_look_again_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"free": done.done}


def _look_again_chunk(pks: list[int], *, now: datetime) -> int:
    waiting = [one for one in hold_applications(pks) if one.status == Status.IN_REVIEW and one.waits_for]
    free = [one for one in waiting if look_again(one, now)]
    for one in free:
        note_waiting(one.pk, "")
        tell_desk("deposits.refund_free", [one], [one.reviewer] if one.reviewer else [], now=now)
    return len(free)

"""Reminders while a clock runs, and the platform's own deadline to decide."""

from datetime import datetime
from functools import partial

from django.urls import reverse

from foundation.accounts import access
from foundation.audit.services import Line, record_many
from foundation.jobs.chunks import in_chunks
from foundation.notifications.services import Tell, cancel_about_many, tell_many

from ..models import WorkOrder
from ..policies import window_reminders
from ..states import Status
from .cases import CHUNK, lock_cases, page_of

REMINDER = "workorders.reminder"
AT_ONCE = 20_000


def remind_due(now: datetime) -> dict[str, int]:
    """The job: one reminder to each open case whose next one is due; older ones of the same case are not sent late.

    Safe to run twice: `reminders_sent` and `next_reminder_at` move on in the same transaction. A newer reminder takes
    the place of the older in the bell.
    """
    pks = WorkOrder.objects.to_remind(now).order_by("next_reminder_at", "pk").values_list("pk", flat=True)[:AT_ONCE]
    done = in_chunks(pks, partial(_remind_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"reminded": done.done}


def _remind_chunk(pks: list[int], *, now: datetime) -> int:
    locked = lock_cases(pks, skip_locked=True)
    cases = [
        case for case in locked
        if case.takes_answers(now) and case.next_reminder_at is not None and case.next_reminder_at <= now
    ]
    groups: dict[tuple, list[WorkOrder]] = {}
    for case in cases:
        times = window_reminders(case)
        sent = [code for moment, code in times if moment <= now]
        following = next((moment for moment, code in times if moment > now), None)
        groups.setdefault((tuple(sent), following), []).append(case)
    for (sent, following), group in groups.items():
        WorkOrder.objects.filter(pk__in=[case.pk for case in group], status=Status.OPEN).update(
            next_reminder_at=following, reminders_sent=list(sent)
        )
    cancel_about_many(cases, now=now, kinds=[REMINDER])
    tell_many(
        REMINDER,
        [
            Tell(
                case, shop_id=case.shop_id, url=page_of(case),
                data={"number": case.number, "due_at": case.due_at},
            )
            for case in cases
        ],
        now=now,
    )
    return len(cases)


def escalate_due(now: datetime) -> dict[str, int]:
    """The job: answered cases nobody decided in time go to the top of the queue, once, and every reviewer is told."""
    pks = WorkOrder.objects.review_overdue(now).order_by("review_due_at", "pk").values_list("pk", flat=True)[:AT_ONCE]
    done = in_chunks(pks, partial(_escalate_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"escalated": done.done}


def _escalate_chunk(pks: list[int], *, now: datetime) -> int:
    locked = lock_cases(pks, skip_locked=True)
    cases = [
        case for case in locked
        if case.escalated_at is None and case.is_review_overdue(now)
    ]
    WorkOrder.objects.filter(pk__in=[case.pk for case in cases]).update(escalated_at=now)
    record_many(
        "workorders.escalated", [Line(case, data={"number": case.number}) for case in cases], by=None, now=now
    )
    reviewers = list(access.reviewers(access.REVIEW_WORK_ORDERS))
    tell_many(
        "workorders.escalated",
        [Tell(case, data={"number": case.number}, url=review_page(case), users=reviewers) for case in cases],
        now=now,
    )
    return len(cases)


def review_page(case: WorkOrder) -> str:
    """Address of the decision page in admin."""
    return reverse("admin:workorders_workorder_change", args=[case.pk])

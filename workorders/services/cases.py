"""Starting a case's clock, and what every other verb on a case begins with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.audit.services import Line, record_many
from foundation.jobs.chunks import in_chunks
from foundation.lifecycle.deadlines import SHANGHAI, is_overdue
from foundation.lifecycle.errors import DeadlinePassed, IllegalMove, Stale
from foundation.lifecycle.locks import lock
from foundation.notifications.services import Tell, tell_many
from foundation.shell.urls_for import shop_url
from orders.services import Lost, lock_orders, note_work_order_many

from ..models import WorkOrder, WorkOrderPolicy
from ..policies import reminder_times
from ..states import RUNNING, UNFINISHED, Status

COMPENSATION_MAX_BP = 50_000
CHUNK = 1000


def window(policy: WorkOrderPolicy, start: datetime, hours: int) -> dict[str, Any]:
    """The columns of a window that starts at `start` and lasts `hours`."""
    due_at = start + timedelta(hours=hours)
    times = reminder_times(start, due_at, policy.reminders)
    return {
        "window_opened_at": start,
        "due_at": due_at,
        "next_reminder_at": times[0][0] if times else None,
        "reminders_sent": [],
    }


def open_next(order_ids: Iterable[int], *, now: datetime) -> list[WorkOrder]:
    """Start the clock of the first queued case of each order on which nothing runs; in the caller's transaction.

    The orders are locked by the caller. One UPDATE per rule, however many cases.
    """
    ready = WorkOrder.objects.ready_to_open().filter(order_id__among=list(order_ids))
    cases = lock(ready.select_related("policy", "shop"))
    by_policy: dict[int, list[WorkOrder]] = {}
    for case in cases:
        by_policy.setdefault(case.policy_id, []).append(case)
    for group in by_policy.values():
        target = WorkOrder.LIFECYCLE.target("start_clock", Status.QUEUED)
        fields = {"status": target, "opened_at": now, **window(group[0].policy, now, group[0].policy.window_hours)}
        WorkOrder.objects.filter(pk__in=[case.pk for case in group], status=Status.QUEUED).update(
            version=F("version") + 1, **fields
        )
        for case in group:
            _fill(case, version=case.version + 1, **fields)
    record_many(
        "workorders.clock_started",
        [Line(case, Status.QUEUED, case.status, data={"number": case.number}) for case in cases],
        by=None, now=now,
    )
    tell_about("workorders.opened", cases, now)
    return cases


def open_queued(now: datetime) -> dict[str, int]:
    """Rescue job: starts the clock of queued cases nobody started. Safe to run twice: an open case is not queued."""
    order_ids = list(WorkOrder.objects.ready_to_open().order_by("order_id").values_list("order_id", flat=True))
    done = in_chunks(order_ids, partial(_open_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"opened": done.done}


def _open_chunk(order_ids: list[int], *, now: datetime) -> int:
    locked = [order.pk for order in lock_orders(order_ids, skip_locked=True)]
    opened = open_next(locked, now=now)
    note_orders([case.order_id for case in opened], now)
    return len(opened)


def lock_cases(pks: Iterable[int], *, skip_locked: bool = False) -> list[WorkOrder]:
    """The cases as they are now, order rows locked first, then the cases, by pk (architecture law 2).

    With `skip_locked` (jobs) those whose order somebody holds are left out. Each case carries its locked order.
    """
    pks = list(pks)
    order_ids = set(WorkOrder.objects.filter(pk__among=pks).values_list("order_id", flat=True))
    orders = {order.pk: order for order in lock_orders(order_ids, skip_locked=skip_locked)}
    cases = lock(WorkOrder.objects.filter(pk__among=pks, order_id__among=orders))
    shops = Shop.objects.in_bulk({case.shop_id for case in cases})
    policies = WorkOrderPolicy.objects.in_bulk({case.policy_id for case in cases})
    for case in cases:
        case.order, case.shop, case.policy = orders[case.order_id], shops[case.shop_id], policies[case.policy_id]
    return cases


def lock_case(pk: int) -> WorkOrder:
    """One case, locked; WorkOrder.DoesNotExist for a pk that never was."""
    cases = lock_cases([pk])
    if not cases:
        raise WorkOrder.DoesNotExist(pk)
    return cases[0]


def change(case: WorkOrder, **fields: Any) -> None:
    """Write `fields` of a locked case and raise its version; nothing else of the row is touched.

    A case that is no longer open is nobody's claim; `assigned_to` stays for the record.
    """
    if fields.get("status", Status.OPEN) != Status.OPEN:
        fields["claimed_until"] = None
    _fill(case, version=case.version + 1, **fields)
    case.save(update_fields=[*fields, "version"])


def _fill(case: WorkOrder, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(case, name, value)


def must_be_current(case: WorkOrder, version: int | None) -> None:
    """Stale when the page was made from an older version; says what happened last. None skips the check."""
    if version is not None and version != case.version:
        raise Stale(
            _("Somebody changed this work order after you opened the page. %(last)s Look again before you go on.")
            % {"last": what_changed(case)},
            code="stale",
        )


def must_take_answer(case: WorkOrder, verb: str, now: datetime) -> str:
    """The state `verb` leads to; IllegalMove or DeadlinePassed with a whole sentence (`now <= due_at` is in time)."""
    if not WorkOrder.LIFECYCLE.can(verb, case.status):
        raise IllegalMove(how_it_ended(case), code=verb)
    if case.due_at is None or is_overdue(case.due_at, now):
        raise DeadlinePassed(
            _("Too late: the time to answer ended at %(when)s (UTC+8). Nothing was sent.") % {"when": local(case.due_at)}
        )
    return WorkOrder.LIFECYCLE.target(verb, case.status)


def how_it_ended(case: WorkOrder) -> str:
    """One sentence saying why nothing can be sent now: who did what, and when."""
    if case.status == Status.QUEUED:
        return _("This work order waits for another one on the same order; its clock has not started.")
    if case.status == Status.OPEN:
        return _("This work order still waits for the shop's answer.")
    if case.status == Status.FORFEITED:
        return _("This work order was forfeited at %(when)s (UTC+8): its time had run out.") % {
            "when": local(case.closed_at)
        }
    decision = _of_window(case.decisions, case.window_no)
    if decision is not None:
        return _("%(who)s decided “%(outcome)s” at %(when)s (UTC+8).") % {
            "who": decision.by or _("The platform"), "outcome": decision.get_outcome_display(),
            "when": local(decision.at),
        }
    answer = _of_window(case.answers, case.window_no)
    if answer is None:
        return _("This work order is already “%(state)s”.") % {"state": case.get_status_display()}
    return _("%(who)s answered with “%(branch)s” at %(when)s (UTC+8); an answer goes out once.") % {
        "who": answer.submitted_by or _("The shop"), "branch": answer.get_branch_display(),
        "when": local(answer.submitted_at),
    }


def _of_window(rows: Any, window_no: int) -> Any:
    """The last of a case's decisions or answers in a window; few, and a page has read them already."""
    return next((row for row in reversed(rows.all()) if row.window_no == window_no), None)


def what_changed(case: WorkOrder) -> str:
    """The latest thing that happened to the case, for whoever looked at an older page."""
    if case.status != Status.OPEN:
        return how_it_ended(case)
    draft = getattr(case, "draft", None)
    if draft is not None and draft.updated_by_id and draft.window_no == case.window_no:
        return _("%(who)s saved the draft at %(when)s (UTC+8).") % {
            "who": draft.updated_by, "when": local(draft.updated_at)
        }
    answer = case.answers.select_related("submitted_by").filter(window_no=case.window_no - 1).last()
    if answer is not None and answer.stage < case.stage:
        return _("%(who)s answered stage %(stage)d at %(when)s (UTC+8); the next stage is open.") % {
            "who": answer.submitted_by or _("The shop"), "stage": answer.stage, "when": local(answer.submitted_at)
        }
    return _("It is now “%(state)s”.") % {"state": case.get_status_display()}


def local(moment: datetime | None) -> str:
    """A moment in Shanghai time for a sentence, to the second."""
    return date_format(moment.astimezone(SHANGHAI), "Y-m-d H:i:s") if moment else "—"


def note_orders(order_ids: Iterable[int], now: datetime, lost: Mapping[int, Lost] | None = None) -> None:
    """Write the orders' summary columns: how many cases are unfinished, the state to show, and what was just `lost`."""
    states: dict[int, list[str]] = {pk: [] for pk in order_ids}
    rows = WorkOrder.objects.filter(order_id__among=states).order_by("pk").values_list("order_id", "status")
    for order_id, status in rows:
        states[order_id].append(status)
    note_work_order_many({pk: _summary(found) for pk, found in states.items()}, now=now, lost=lost)


def _summary(found: Sequence[str]) -> tuple[int, str]:
    running = [status for status in found if status in RUNNING]
    return sum(status in UNFINISHED for status in found), (running or found or [""])[-1]


def page_of(case: WorkOrder) -> str:
    """Address of the case's page in its shop's back-office."""
    return shop_url(case.shop, "workorders:work-order", number=case.number)


def tell_about(kind: str, cases: Iterable[WorkOrder], now: datetime, **data: Any) -> None:
    """One notice of `kind` per case to those of the shop it concerns."""
    tells = [
        Tell(
            case, shop_id=case.shop_id, url=page_of(case),
            data={"number": case.number, "due_at": case.due_at, **data},
        )
        for case in cases
    ]
    if tells:
        tell_many(kind, tells, now=now)

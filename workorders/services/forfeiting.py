"""When the clock runs out 默认放弃: set-wise, exactly once, all effects together or none (rules §6, architecture law 3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F

from foundation.accounts.models import Shop
from foundation.audit.services import Line, record, record_many
from foundation.jobs.chunks import Result, in_chunks
from foundation.lifecycle.bulk import maker, write_many
from foundation.lifecycle.errors import IllegalMove
from foundation.notifications.services import Tell, cancel_about_many, tell_many

from ..models import Forfeiture, WorkOrder
from ..states import Status
from . import effects
from .cases import CHUNK, change, how_it_ended, lock_case, lock_cases, note_orders, open_next, page_of

AT_ONCE = 20_000


def forfeit(pks: Iterable[int], *, by: Any = None, now: datetime) -> Result:
    """Forfeit those of `pks` that are open, overdue at `now` and not set aside; the rest is left as it is.

    One transaction per chunk: state, delisting, refund (min of the rule and what is left of paid), compensation,
    dispute-refund flag, Forfeiture row, audit, notices, and the next queued case of each order. A chunk that fails is
    halved down to the one row, which is parked with the reason. Safe to run any number of times, side by side: what
    somebody else holds is skipped, what is no longer open is not touched.
    """
    return in_chunks(
        pks, partial(_forfeit_chunk, by=by, now=now), park=partial(_park, now=now), size=CHUNK
    )


def forfeit_due(now: datetime) -> dict[str, int]:
    """The job: whatever is overdue and unanswered at `now`, the longest overdue first."""
    pks = WorkOrder.objects.overdue(now).order_by("due_at", "pk").values_list("pk", flat=True)[:AT_ONCE]
    result = forfeit(pks, now=now)
    return {"forfeited": result.done, "parked": len(result.parked)}


def _forfeit_chunk(pks: list[int], *, by: Any, now: datetime) -> int:
    rank = {pk: place for place, pk in enumerate(pks)}
    locked = lock_cases(pks, skip_locked=True)
    cases = sorted((case for case in locked if may_forfeit(case, now)), key=lambda case: rank[case.pk])
    if not cases:
        return 0
    _close(cases, now)
    effects.hold_products(cases)
    plans = effects.plan_many(cases, now=now)
    refunds = effects.apply_many(plans, Status.FORFEITED, by=by, now=now)
    make = maker(Forfeiture)
    write_many([
        make(
            work_order_id=plan.case.pk, at=now, due_at=plan.case.due_at or now, window_no=plan.case.window_no,
            refund_id=refund.pk if refund else None, **plan.columns(),
        )
        for plan, refund in zip(plans, refunds, strict=True)
    ])  # fmt: skip
    _record(plans, by, now)
    order_ids = [case.order_id for case in cases]
    open_next(order_ids, now=now)
    note_orders(order_ids, now, lost=effects.lost_on(plans))
    return len(cases)


def may_forfeit(case: WorkOrder, now: datetime) -> bool:
    """Judged on the locked row: open, past its deadline (`now > due_at`), not set aside."""
    return case.parked_at is None and WorkOrder.LIFECYCLE.can("forfeit", case.status) and case.is_overdue(now)


def _close(cases: list[WorkOrder], now: datetime) -> None:
    target = WorkOrder.LIFECYCLE.target("forfeit", Status.OPEN)
    fields = {"status": target, "closed_at": now, "next_reminder_at": None, "claimed_until": None}
    closed = WorkOrder.objects.filter(pk__among=[case.pk for case in cases], status=Status.OPEN, due_at__lt=now).update(
        version=F("version") + 1, **fields
    )
    if closed != len(cases):
        raise IllegalMove(f"{len(cases) - closed} of {len(cases)} cases left the state “open” under the lock.")
    for case in cases:
        for name, value in fields.items():
            setattr(case, name, value)


def _record(plans: list[effects.Plan], by: Any, now: datetime) -> None:
    cases = [plan.case for plan in plans]
    record_many(
        "workorders.forfeited",
        [Line(plan.case, Status.OPEN, plan.case.status, data=_data(plan)) for plan in plans],
        by=by, now=now,
    )
    cancel_about_many(cases, now=now)
    tell_many(
        "workorders.forfeited",
        [Tell(plan.case, shop_id=plan.case.shop_id, url=page_of(plan.case), data=_data(plan)) for plan in plans],
        now=now,
    )


def _data(plan: effects.Plan) -> dict[str, Any]:
    return {
        "number": plan.case.number,
        "refund_minor": plan.refund_minor,
        "compensation_minor": plan.compensation_minor,
        "delisted": len(plan.products),
    }


def _park(pk: int, reason: str, *, now: datetime) -> None:
    """Set one case aside: it stays open and overdue until operations look into it; the rest go on without it."""
    case = lock_case(pk)
    if case.status == Status.OPEN:
        change(case, parked_at=now, parked_reason=reason)
        record("workorders.parked", case, by=None, now=now, reason=reason, data={"number": case.number})


@transaction.atomic
def retry_parked(pk: int, *, by: Any, now: datetime) -> WorkOrder:
    """Operations put a parked case back: the next run of the job takes it. IllegalMove for one that is not parked."""
    case = lock_case(pk)
    if case.parked_at is None:
        raise IllegalMove(how_it_ended(case))
    change(case, parked_at=None, parked_reason="")
    record("workorders.unparked", case, by=by, now=now, data={"number": case.number})
    return case


@dataclass(frozen=True)
class Forecast:
    """The board's answer: what the job will do, case by case, the soonest first; amounts in fen."""

    plans: list[effects.Plan]

    @property
    def total_minor(self) -> int:
        return sum(plan.total_minor for plan in self.plans)


def forecast(shop: Shop | None, *, now: datetime, hours: int = 0, limit: int = 200) -> Forecast:
    """The dry run: every open case whose clock ends within `hours`, with what it will cost if nobody answers.

    It is exactly what `forfeit_due` does when the clock stands `hours` later and nobody has answered. Reads only; the amounts come from the same plan
    as the real run. `limit` cases at most.
    """
    cases = WorkOrder.objects.overdue(now + timedelta(hours=hours))
    if shop is not None:
        cases = cases.for_shop(shop.pk)
    rows = list(cases.select_related("order", "shop", "policy").order_by("due_at", "pk")[:limit])
    # What is listed is judged at the moment the last of them would run out.
    return Forecast(effects.plan_many(rows, now=now + timedelta(hours=hours)))

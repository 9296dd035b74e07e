"""The settle job: N days after sign-off, by policy, an order's money is the shop's (rules §2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from foundation.audit.services import Line, record_many
from foundation.jobs.chunks import Result, in_chunks
from foundation.ledger.services import post_many

from ..models import Order, OrderPolicy
from ..states import OrderState
from .moves import lock_orders, settled_posting

CHUNK = 1000


def settle_many(pks: Sequence[int], *, now: datetime, by: Any = None) -> list[Order]:
    """Complete and settle the orders of `pks` that are due at `now`; run inside the caller's transaction.

    Locks with `skip_locked` and looks again, so two workers share the work and none settles twice. What is left of
    each order's pending goes to settlement, debt first. Returns what it settled.
    """
    days = OrderPolicy.objects.in_force(now).settle_days_after_signed
    due = [order for order in lock_orders(pks, skip_locked=True) if _is_due(order, now, days)]
    if not due:
        return []
    Order.objects.filter(pk__in=[order.pk for order in due]).update(
        status=OrderState.COMPLETED, settled_at=now, version=F("version") + 1, updated_at=now
    )
    post_many([settled_posting(order) for order in due if order.left_minor], by=by, now=now)
    record_many(
        "orders.settled",
        [Line(order, from_state=order.status, to_state=OrderState.COMPLETED, data={"days": days}) for order in due],
        by=by,
        now=now,
    )
    return due


def _is_due(order: Order, now: datetime, days: int) -> bool:
    if order.settled_at or order.parked_at or not order.signed_at or not order.LIFECYCLE.can("settle", order.status):
        return False
    return order.signed_at + timedelta(days=days) <= now


def settle_chunk(now: datetime) -> Result:
    """The oldest `CHUNK` due orders, one transaction; an order that can't be settled is parked and the rest go on."""
    days = OrderPolicy.objects.in_force(now).settle_days_after_signed
    pks = list(Order.objects.settleable(now, days).values_list("pk", flat=True)[:CHUNK])
    return in_chunks(pks, lambda chunk: settle_many(chunk, now=now), park=lambda pk, why: _park(pk, why, now))


def settle_due(now: datetime) -> dict[str, int]:
    """Everything due at `now`, chunk by chunk; stops when a chunk settles none (the rest is parked, or others hold it)."""
    settled = parked = 0
    while True:
        result = settle_chunk(now)
        settled += result.done
        parked += len(result.parked)
        if not result.done:
            return {"settled": settled, "parked": parked}


def _park(pk: int, why: str, now: datetime) -> None:
    """Set an order aside with the reason; the job leaves it alone until operations let it go."""
    order = lock_orders([pk])[0]
    Order.objects.filter(pk=pk).update(parked_at=now, parked_reason=why)
    record_many("orders.parked", [Line(order, reason=why)], by=None, now=now)


@transaction.atomic
def release_parked(pks: Sequence[int], *, by: Any, now: datetime) -> list[Order]:
    """Let parked orders go: the next settle job tries them again. Those not parked are left alone."""
    parked = [order for order in lock_orders(pks) if order.parked_at]
    Order.objects.filter(pk__in=[order.pk for order in parked]).update(parked_at=None, parked_reason="")
    record_many("orders.released", [Line(order, reason=order.parked_reason) for order in parked], by=by, now=now)
    return parked

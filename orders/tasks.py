"""What beat sends."""

from celery import shared_task

from foundation.audit import context
from foundation.lifecycle import clock

from .services.settling import settle_chunk


@shared_task(name="orders.settle_due")
def settle_due(**unknown: object) -> dict[str, int]:
    """One chunk of due orders, then itself again while there is more; safe to run twice, settled orders are skipped."""
    with context.fresh_request_id("beat-"):
        result = settle_chunk(clock.now())
    if result.done:
        settle_due.delay()
    return {"settled": result.done, "parked": len(result.parked)}

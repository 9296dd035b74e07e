"""Celery: read the clock, call one service. Delivered twice, each finds nothing left to do the second time."""

from typing import Any

from celery import shared_task

from foundation.audit import context
from foundation.lifecycle import clock

from . import services
from .services import meanings, parked, sandboxing, watching


@shared_task(name="logistics.deliver_calls")
def deliver_calls(**_unknown: Any) -> dict:
    """One round; after a full one, itself again: a batch of requests does not wait for beat."""
    with context.fresh_request_id("job-"):
        counts = services.deliver_due(clock.now())
    if sum(counts.values()) >= services.calls.ONE_ROUND:
        services.calls.wake()
    return counts


@shared_task(name="logistics.rescue_calls")
def rescue_calls(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return services.rescue_stuck(clock.now())


@shared_task(name="logistics.lose_answers")
def lose_answers(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return services.lose_answers(clock.now())


@shared_task(name="logistics.read_words_again")
def read_words_again(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return services.read_words_again(clock.now())


@shared_task(name="logistics.book_storage")
def book_storage(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return services.book_storage_due(clock.now())


@shared_task(name="logistics.poll_due")
def poll_due(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return watching.poll_due(clock.now())


@shared_task(name="logistics.rescue_watches")
def rescue_watches(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return watching.rescue(clock.now())


@shared_task(name="logistics.apply_parked")
def apply_parked(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return parked.apply_late(clock.now())


@shared_task(name="logistics.read_scans_again")
def read_scans_again(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return meanings.read_again(clock.now())


@shared_task(name="logistics.move_sandbox")
def move_sandbox(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return sandboxing.move_interceptions(clock.now())


@shared_task(name="logistics.watch_parcels")
def watch_parcels(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return services.watch(clock.now())

"""Thin: the clock is read here, the services do the rest. Arguments of a newer version are taken and left alone."""

from typing import Any

from celery import shared_task

from foundation.audit.context import fresh_request_id
from foundation.lifecycle import clock

from . import services


@shared_task(name="notifications.deliver_due")
def deliver_due(**_unknown: Any) -> None:
    """One round; after a full one, itself again: a storm of messages does not wait for beat, nor hold up the queue."""
    with fresh_request_id("job-"):
        counts = services.deliver_due(clock.now())
    if sum(counts.values()) >= services.ONE_ROUND:
        services.wake()


@shared_task(name="notifications.rescue_stuck")
def rescue_stuck(**_unknown: Any) -> None:
    with fresh_request_id("job-"):
        services.rescue_stuck(clock.now())

"""Celery: read the clock, call one service. Delivered twice, each finds nothing left to do the second time."""

from typing import Any

from celery import shared_task

from foundation.audit import context
from foundation.lifecycle import clock

from . import services
from .services import presence


@shared_task(name="workorders.forfeit_due")
def forfeit_due(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return services.forfeit_due(clock.now())


@shared_task(name="workorders.remind_due")
def remind_due(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return services.remind_due(clock.now())


@shared_task(name="workorders.escalate_due")
def escalate_due(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return services.escalate_due(clock.now())


@shared_task(name="workorders.open_queued")
def open_queued(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return services.open_queued(clock.now())


@shared_task(name="workorders.release_claims")
def release_claims(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return services.release_claims(clock.now())


@shared_task(name="workorders.sweep_presence")
def sweep_presence(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return presence.sweep(clock.now())


@shared_task(name="workorders.delete_past_keeping")
def delete_past_keeping(**_unknown: Any) -> dict:
    with context.fresh_request_id("job-"):
        return services.delete_past_keeping(clock.now())

"""Thin: the clock is read here. Arguments of a newer version are taken and left alone."""

from typing import Any

from celery import shared_task

from foundation.audit.context import fresh_request_id
from foundation.lifecycle import clock

from . import sweeping


@shared_task(name="entry.sweep_doors")
def sweep_doors(**_unknown: Any) -> None:
    with fresh_request_id("job-"):
        sweeping.sweep(clock.now())

"""What beat sends."""

from celery import shared_task

from foundation.audit import context
from foundation.lifecycle import clock

from . import files


@shared_task(name="lists.sweep_files")
def sweep_files(**unknown: object) -> dict[str, int]:
    """Remove exported files whose time is over; safe to run twice."""
    with context.fresh_request_id("beat-"):
        return files.sweep(clock.now())

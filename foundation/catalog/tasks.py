"""What beat sends."""

from celery import shared_task

from foundation.lifecycle import clock

from .beat import record_listing_day


@shared_task(name="catalog.record_listing_day")
def record_day(**_unknown: object) -> dict[str, int]:
    """Safe to run twice: one row per shop and day."""
    return record_listing_day(clock.now())

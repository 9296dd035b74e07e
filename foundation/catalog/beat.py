"""The catalogue's line of the timetable."""

from datetime import datetime, timedelta

from foundation.jobs.beat import register

from . import services


def record_listing_day(now: datetime) -> dict[str, int]:
    """Look once an hour; run twice on the same clock, the second changes nothing."""
    return {"changed": services.record_listing_day(now=now)}


register(
    "every-hour-record-what-shops-list",
    task="catalog.record_listing_day",
    every=timedelta(hours=1),
    run=record_listing_day,
    queue="bulk",
)

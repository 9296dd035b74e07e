"""The catalogue's line of the timetable."""

from datetime import datetime, timedelta

from celery.schedules import crontab

from foundation.jobs.beat import register

from . import services


def record_listing_day(now: datetime) -> dict[str, int]:
    """Look once more; run twice on the same clock, the second changes nothing."""
    return {"changed": services.record_listing_day(now=now)}


register(
    "every-hour-record-what-shops-list",
    task="catalog.record_listing_day",
    every=timedelta(hours=1),
    run=record_listing_day,
    queue="bulk",
)
# The last look: what went on the shelf since the hour's counts for the day it was put there. Early enough that a busy
# worker still looks on the same day, and on the queue that never stands behind chunks of long jobs.
register(
    "every-night-before-midnight-record-what-shops-list",
    task="catalog.record_listing_day",
    every=crontab(hour="23", minute="55"),
    run=record_listing_day,
    queue="clock",
)

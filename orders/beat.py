"""Orders' line of the timetable."""

from datetime import timedelta

from foundation.jobs.beat import register

from .services import settle_due

register(
    "every-ten-minutes-settle-orders-signed-long-ago",
    task="orders.settle_due",
    every=timedelta(minutes=10),
    run=settle_due,
    queue="bulk",
)

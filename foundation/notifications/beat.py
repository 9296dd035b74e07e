"""What notifications do by the clock. On the bulk queue: a slow gateway must never delay a deadline."""

from datetime import timedelta

from foundation.jobs import beat

from . import services

beat.register(
    "every-half-minute-send-waiting-messages",
    task="notifications.deliver_due",
    every=timedelta(seconds=30),
    run=services.deliver_all,
    queue="bulk",
)
beat.register(
    "every-five-minutes-rescue-messages-stuck-in-sending",
    task="notifications.rescue_stuck",
    every=timedelta(minutes=5),
    run=services.rescue_stuck,
    queue="bulk",
)

"""What the doors do by the clock."""

from celery.schedules import crontab

from foundation.jobs import beat

from . import sweeping

beat.register(
    "every-night-sweep-ended-sessions-and-old-sign-in-tries",
    task="entry.sweep_doors",
    every=crontab(hour=4, minute=10),
    run=sweeping.sweep,
    queue="bulk",
)

"""Lists' line of the timetable."""

from datetime import timedelta

from foundation.jobs.beat import register

from .files import sweep

register(
    "every-hour-remove-exported-files-a-day-old",
    task="lists.sweep_files",
    every=timedelta(hours=1),
    run=sweep,
    queue="bulk",
)

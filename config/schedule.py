"""The timetable beat follows: every app's `beat.py`, collected. Keys are sentences, tasks are thin.

Read once, after every `beat.py`, when the apps are loaded (`config/apps.py`).
"""

from celery.schedules import crontab

from foundation.jobs.beat import Entry, entries

from .celery import app

MOST_A_TICK_MAY_WAIT = 3600  # seconds; a tick that lay longer in a stopped broker is dropped, the next one does its work


def timetable() -> dict[str, dict]:
    """Every registered entry as Celery's `beat_schedule` wants it."""
    return {entry.key: _as_celery(entry) for entry in entries()}


def _as_celery(entry: Entry) -> dict:
    wait = MOST_A_TICK_MAY_WAIT
    if not isinstance(entry.every, crontab):
        wait = min(wait, max(int(entry.every.total_seconds()), 1))
    return {
        "task": entry.task,
        "schedule": entry.every,
        "options": {"queue": entry.queue, "expires": wait},
    }


app.conf.beat_schedule = timetable()

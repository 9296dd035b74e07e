"""The registry of everything that runs by the clock.

Each app registers its entries in its own `beat.py`; `config/schedule.py` turns them into Celery's timetable and
`manage.py run_due_jobs` runs each of them to its end in one process. Keys are sentences, so that the timetable reads
as what the house does: `every-minute-forfeit-overdue-work-orders`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from celery.schedules import crontab

from foundation.files import services as files

from . import folders, heart, services

SENTENCE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
QUEUES = frozenset({"clock", "bulk"})


@dataclass(frozen=True)
class Entry:
    """One line of the timetable: the Celery task beat sends, and the same work as a plain callable.

    `run(now)` does all that is due at `now`, in this process, and returns what it did as a flat dict of counts.
    Running it twice on the same clock must change nothing the second time.
    """

    key: str
    task: str
    every: timedelta | crontab
    run: Callable[[datetime], dict]
    queue: str = "clock"


ENTRIES: dict[str, Entry] = {}


def register(
    key: str,
    *,
    task: str,
    every: timedelta | crontab,
    run: Callable[[datetime], dict],
    queue: str = "clock",
) -> Entry:
    """Put an entry into the timetable; a key that is no sentence, or is taken, is a mistake in the code."""
    if not SENTENCE.fullmatch(key):
        raise ValueError(f"The beat key {key!r} is not a sentence in lower case joined by hyphens.")
    if queue not in QUEUES:
        raise ValueError(f"The beat entry {key} names the queue {queue!r}; there are {sorted(QUEUES)}.")
    entry = Entry(key=key, task=task, every=every, run=run, queue=queue)
    if ENTRIES.setdefault(key, entry) is not entry:
        raise ValueError(f"The beat key {key!r} is registered twice.")
    return entry


def to_its_end(round_of_work: Callable[[datetime], dict]) -> Callable[[datetime], dict]:
    """For `run`: repeat a job that takes so many rows a round until a round finds nothing; its counts added up."""

    def run(now: datetime) -> dict:
        total = made = round_of_work(now)
        while any(made.values()):
            made = round_of_work(now)
            total = {name: count + made[name] for name, count in total.items()}
        return total

    return run


def entries() -> list[Entry]:
    """Every entry, the clock's before the bulk ones: what a deadline tells people leaves in the same run."""
    return sorted(ENTRIES.values(), key=lambda entry: (entry.queue != "clock", entry.key))


register(
    "every-minute-say-that-the-clock-is-worked",
    task="jobs.clock_heartbeat",
    every=heart.PERIOD,
    run=partial(heart.stamp, "clock"),
)
register(
    "every-minute-say-that-bulk-is-worked",
    task="jobs.bulk_heartbeat",
    every=heart.PERIOD,
    run=partial(heart.stamp, "bulk"),
    queue="bulk",
)
register(
    "every-minute-wake-forgotten-jobs",
    task="jobs.wake_forgotten",
    every=timedelta(minutes=1),
    run=services.run_waiting,
)
register(
    "every-night-sweep-working-folders-of-old-jobs",
    task="jobs.sweep_folders",
    every=crontab(hour=4, minute=20),
    run=folders.sweep,
    queue="bulk",
)
register(  # here because files lies below jobs
    "every-night-sweep-files-no-row-names",
    task="files.sweep_orphans",
    every=crontab(hour=4, minute=40),
    run=files.sweep_orphans,
    queue="bulk",
)

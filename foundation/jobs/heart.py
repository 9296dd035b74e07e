"""Signs of life: each minute beat sends a tick through the broker to each queue, and a worker stamps a row.

An old stamp says that beat, the broker or that queue's worker stands still, or that the worker is deep in a long task.
"""

from datetime import datetime, timedelta

from .models import Heartbeat

QUEUES = ("clock", "bulk")
PERIOD = timedelta(minutes=1)
LATE = 3 * PERIOD


def stamp(queue: str, now: datetime) -> dict[str, int]:
    """Note that `queue` was worked at `now`. Safe to run twice."""
    if not Heartbeat.objects.filter(queue=queue).update(at=now):
        Heartbeat.objects.bulk_create([Heartbeat(queue=queue, at=now)], ignore_conflicts=True)
    return {"stamped": 1}


def ages(now: datetime) -> dict[str, timedelta | None]:
    """Queue → how long ago it was worked; None: never yet."""
    stamps = dict(Heartbeat.objects.values_list("queue", "at"))
    return {queue: now - stamps[queue] if queue in stamps else None for queue in QUEUES}

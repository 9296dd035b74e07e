"""Background jobs' figures: what waits, and whether the queues are worked."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, Q

from . import heart
from .gauges import Gauge, provider
from .models import Job
from .states import JobStatus


@provider
def unfinished_jobs(now: datetime) -> Iterator[Gauge]:
    told = Job.objects.unfinished().aggregate(
        waiting=Count("pk", filter=Q(status=JobStatus.QUEUED)),
        running=Count("pk", filter=Q(status=JobStatus.RUNNING)),
        oldest=Min("created_at"),
    )
    for status in ("waiting", "running"):
        yield Gauge("houtai_jobs", "Background jobs not finished.", told[status], {"status": status})
    oldest = (now - told["oldest"]).total_seconds() if told["oldest"] else 0
    yield Gauge("houtai_jobs_oldest_seconds", "Age of the oldest unfinished background job.", oldest)


@provider
def heartbeats(now: datetime) -> Iterator[Gauge]:
    for queue, age in heart.ages(now).items():
        seconds = None if age is None else age.total_seconds()
        yield Gauge("houtai_beat_age_seconds", "Time since beat's last tick was worked.", seconds, {"queue": queue})

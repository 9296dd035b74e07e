"""The clock's figures: what is due, what is late, what ran out."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Q

from foundation.jobs.gauges import Gauge, provider

from .models import Forfeiture, WorkOrder

DAY = timedelta(hours=24)
MOST_READ = 5000  # the latest forfeitures of a day whose lateness is looked at


@provider
def running(now: datetime) -> Iterator[Gauge]:
    """One statement over the partial index of open cases; parked ones are open and overdue too."""
    told = WorkOrder.objects.due_within(now, 1).aggregate(
        due=Count("pk", filter=Q(due_at__gte=now)),
        overdue=Count("pk", filter=Q(due_at__lt=now, parked_at=None)),
        parked=Count("pk", filter=Q(parked_at__isnull=False)),
    )
    yield Gauge("houtai_work_orders_due_1h", "Open work orders whose clock ends within an hour.", told["due"])
    yield Gauge("houtai_work_orders_overdue", "Open work orders past their deadline, not forfeited yet.", told["overdue"])
    yield Gauge("houtai_work_orders_parked", "Work orders the forfeit job set aside.", told["parked"])


@provider
def forfeited(now: datetime) -> Iterator[Gauge]:
    told = Forfeiture.objects.aggregate(all=Count("pk"), day=Count("pk", filter=Q(at__gt=now - DAY)))
    yield Gauge("houtai_forfeited", "Work orders forfeited since the beginning.", told["all"])
    yield Gauge("houtai_forfeited_24h", "Work orders forfeited in the last 24 hours.", told["day"])


@provider
def lateness(now: datetime) -> Iterator[Gauge]:
    """How long after its deadline a case was forfeited; the promise is p99 ≤ 90 s."""
    rows = Forfeiture.objects.filter(at__gt=now - DAY).order_by("-at").values_list("at", "due_at")[:MOST_READ]
    waits = sorted((at - due_at).total_seconds() for at, due_at in rows)
    for quantile in ("0.5", "0.99"):
        value = waits[int(float(quantile) * (len(waits) - 1) + 0.5)] if waits else None
        yield Gauge(
            "houtai_forfeit_lateness_seconds", "Deadline to forfeit, last 24 hours.", value, {"quantile": quantile}
        )

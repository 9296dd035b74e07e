"""The outbox's figures: what waits to leave the house, and what needs somebody."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min

from foundation.jobs.gauges import Gauge, provider

from .models import OutboxMessage
from .states import Outgoing


@provider
def waiting(now: datetime) -> Iterator[Gauge]:
    told = OutboxMessage.objects.filter(status=Outgoing.PENDING).aggregate(n=Count("pk"), first=Min("next_at"))
    late = max((now - told["first"]).total_seconds(), 0) if told["first"] else 0
    yield Gauge("houtai_outbox_pending", "Messages waiting to be sent, those for the morning included.", told["n"])
    yield Gauge("houtai_outbox_oldest_seconds", "How long the message that should have left first is late.", late)


@provider
def needing_somebody(now: datetime) -> Iterator[Gauge]:
    found = dict(OutboxMessage.objects.needing_somebody().order_by().values_list("status").annotate(n=Count("pk")))
    yield Gauge("houtai_outbox_dead", "Messages given up after twelve tries or refused.", found.get(Outgoing.DEAD, 0))
    yield Gauge("houtai_outbox_unknown", "Messages of unknown outcome.", found.get(Outgoing.UNKNOWN, 0))

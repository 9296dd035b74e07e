"""Interceptions that wait for a carrier or for somebody, and calls that have not left."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Min, Value

from foundation.jobs.gauges import Gauge, provider

from .models import CarrierCall, Interception
from .states import CallState, Status


@provider
def waiting(now: datetime) -> Iterator[Gauge]:
    """One statement over two partial indexes: interceptions without an answer, calls that wait."""
    unanswered = Interception.objects.filter(status__in=[Status.REQUESTED, Status.UNKNOWN]).order_by()
    calls = CarrierCall.objects.filter(status=CallState.PENDING).order_by().values_list(Value("call"))
    rows = unanswered.values_list("status").annotate(n=Count("pk"), first=Min("requested_at")).union(
        calls.annotate(n=Count("pk"), first=Min("next_at")), all=True
    )
    told = {what: (count, first) for what, count, first in rows}
    pending, unknown = (told.get(status, (0, None))[0] for status in (Status.REQUESTED, Status.UNKNOWN))
    count, first = told.get("call", (0, None))
    late = max((now - first).total_seconds(), 0) if first else 0
    yield Gauge("houtai_interceptions_pending", "Interceptions the carrier has not answered yet.", pending)
    yield Gauge("houtai_interceptions_unknown", "Interceptions of unknown outcome: somebody calls.", unknown)
    yield Gauge("houtai_carrier_calls_pending", "Calls to carriers that wait to be made.", count)
    yield Gauge("houtai_carrier_calls_oldest_seconds", "How long the call that should have left first is late.", late)

"""Deposit refunds that wait for the platform, and payouts that have not left or nobody knows the outcome of."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet, Value

from foundation.jobs.gauges import Gauge, provider

from .models import Payout, RefundApplication
from .states import PayoutState, Status


def _counted(rows: "QuerySet[RefundApplication]", what: str, moment: str) -> Any:
    return rows.order_by().values_list(Value(what)).annotate(n=Count("pk"), first=Min(moment))


@provider
def waiting(now: datetime) -> Iterator[Gauge]:
    """One statement over partial indexes."""
    with_us = RefundApplication.objects.filter(status__in=[Status.APPLIED, Status.IN_REVIEW])
    parked = RefundApplication.objects.filter(status=Status.APPROVED, parked_at__isnull=False)
    payouts = Payout.objects.filter(status__in=[PayoutState.PENDING, PayoutState.UNKNOWN])
    rows = _counted(with_us, "decide", "review_due_at").union(
        _counted(with_us.filter(review_due_at__lt=now), "late", "review_due_at"),
        _counted(parked, "parked", "parked_at"),
        payouts.order_by().values_list("status").annotate(n=Count("pk"), first=Min("next_at")),
        all=True,
    )
    told = {what: (count, first) for what, count, first in rows}
    counts = {what: count for what, (count, _first) in told.items()}
    first = told.get(PayoutState.PENDING, (0, None))[1]
    oldest = max((now - first).total_seconds(), 0) if first else 0
    yield Gauge("houtai_deposit_refunds_to_decide", "Deposit refunds that wait for a reviewer.", counts.get("decide", 0))
    yield Gauge("houtai_deposit_refunds_late", "Deposit refunds not decided in time.", counts.get("late", 0))
    yield Gauge("houtai_deposit_refunds_parked", "Approved deposit refunds whose payment failed: operations look.", counts.get("parked", 0))
    yield Gauge("houtai_payouts_unknown", "Payouts of unknown outcome: operations settle them.", counts.get("unknown", 0))
    yield Gauge("houtai_payouts_pending", "Payouts that wait to be sent.", counts.get("pending", 0))
    yield Gauge("houtai_payouts_oldest_seconds", "How long the payout that should have left first is late.", oldest)

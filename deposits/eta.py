"""How long a deposit refund takes, from our own closed cases (rules §7.5): never a guess where there are too few."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from .models import RefundApplication
from .states import Status

COVER = 80  # per cent
MONTH, YEAR = timedelta(days=30), timedelta(days=365)
COUNTED = (Status.PAID, Status.REJECTED)  # withdrawn and stopped ones say nothing about how long the platform takes
DAY_SECONDS = 86_400


def interval(durations: Sequence[float], cover: int = COVER) -> tuple[float, float] | None:
    """The order statistics between which the next of the same sort falls in `cover` per cent; None for too few."""
    ordered, count = sorted(durations), len(durations)
    low = (100 - cover) * (count + 1) // 200  # in whole numbers: 0.1 × 40 is less than 4 as a float
    return (ordered[low - 1], ordered[count - low]) if low else None


def steps(application: RefundApplication) -> Iterator[tuple[str, dict[str, Any], timedelta]]:
    """What counts as comparable, narrow to wide: a name, the filter, and how far back it reaches."""
    kind, band = {"shop_kind": application.shop_kind}, {"band": application.band}
    yield "kind_band_month", kind | band, MONTH
    yield "kind_band_year", kind | band, YEAR
    yield "kind_year", kind, YEAR
    yield "all_year", {}, YEAR


def closed_before(now: datetime, back: timedelta, **alike: Any) -> "QuerySet[RefundApplication]":
    """Comparable cases known at `now`: nothing that ended later is looked at."""
    return RefundApplication.objects.filter(
        status__in=COUNTED, closed_at__lt=now, closed_at__gte=now - back, **alike
    )


def days_taken(rows: "QuerySet[RefundApplication]") -> list[float]:
    """Days from applying to the end of each."""
    pairs = rows.values_list("applied_at", "closed_at")
    return [(end - begin).total_seconds() / DAY_SECONDS for begin, end in pairs if end is not None]


def comparable(application: RefundApplication, now: datetime) -> tuple[str, list[float]] | None:
    """The narrowest step with the rule's `history_cases`, by its name, and its days; None when even the widest has fewer."""
    for name, alike, back in steps(application):
        days = days_taken(closed_before(now, back, **alike))
        if len(days) >= application.policy.history_cases:
            return name, days
    return None

"""What an interception rule would have done: the stored refund requests of a shop, replayed in one statement (rules §4).

A replay, not a forecast: each request is looked at with the facts of its moment (state of the parcel, carrier, fee), by
the range and the carriers of this rule alone. A parcel is caught once: the first request the rule would have taken
decides, however often the buyer asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncWeek

from foundation.lifecycle.deadlines import SHANGHAI, shanghai_day

from .models import RefundRequest
from .states import RequestKind

DAYS = 90


@dataclass(frozen=True)
class Week:
    """A Shanghai week by its Monday."""

    monday: date
    caught: int = 0
    wrong: int = 0


@dataclass(frozen=True)
class WhatIf:
    """`caught` parcels, what that would have cost, refunds saved (both fen), and of the caught the `wrong` ones:
    the buyer withdrew the request and wanted the goods after all. `weeks` are all weeks of the time looked at."""

    caught: int
    wrong: int
    cost_minor: int
    saved_minor: int
    weeks: tuple[Week, ...]

    @property
    def net_minor(self) -> int:
        return self.saved_minor - self.cost_minor


def fits(request: RefundRequest, *, from_minor: int, to_minor: int | None, carrier_ids: Iterable[int]) -> bool:
    """Whether a rule of these terms takes this request: refund only, the full amount, a parcel the carrier would take
    then, an order amount in the range (both ends belong to it), one of the carriers (none named: any)."""
    carriers = set(carrier_ids)
    return (
        request.kind == RequestKind.REFUND_ONLY
        and request.full
        and request.could_intercept
        and request.order_minor >= from_minor
        and (to_minor is None or request.order_minor <= to_minor)
        and (not carriers or request.carrier_id in carriers)
    )


def what_if(
    shop: Any, *, from_minor: int, to_minor: int | None, carrier_ids: Iterable[int], now: datetime, days: int = DAYS
) -> WhatIf:
    """What such a rule would have done in the last `days` days up to `now`, each parcel once. One statement; fen."""
    since = now - timedelta(days=days)
    rows = _first_of_each(_taken(shop, from_minor, to_minor, set(carrier_ids)).filter(at__gte=since, at__lte=now))
    withdrawn = Q(withdrawn_at__isnull=False)
    weeks = list(
        rows.annotate(week=TruncWeek("at", tzinfo=SHANGHAI))
        .order_by()
        .values("week")
        .annotate(
            caught=Count("pk"), wrong=Count("pk", filter=withdrawn), cost=Sum("fee_minor"),
            saved=Sum("amount_minor", filter=~withdrawn, default=0),
        )
    )  # fmt: skip
    found = {shanghai_day(row["week"]): Week(shanghai_day(row["week"]), row["caught"], row["wrong"]) for row in weeks}
    return WhatIf(
        caught=sum(row["caught"] for row in weeks),
        wrong=sum(row["wrong"] for row in weeks),
        cost_minor=sum(row["cost"] for row in weeks),
        saved_minor=sum(row["saved"] for row in weeks),
        weeks=tuple(found.get(monday, Week(monday)) for monday in _mondays(since, now)),
    )


def _taken(shop: Any, from_minor: int, to_minor: int | None, carriers: set[int]) -> "QuerySet[RefundRequest]":
    """`fits` as a query; the constant part is the condition of the index `logistics_what_if`."""
    rows = RefundRequest.objects.filter(
        shop_id=getattr(shop, "pk", shop), kind=RequestKind.REFUND_ONLY, full=True, could_intercept=True,
        order_minor__gte=from_minor,
    )  # fmt: skip
    if to_minor is not None:
        rows = rows.filter(order_minor__lte=to_minor)
    return rows.filter(carrier_id__in=carriers) if carriers else rows


def _first_of_each(rows: "QuerySet[RefundRequest]") -> "QuerySet[RefundRequest]":
    """The first of these requests about each parcel: the others found it caught."""
    before = Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk"))
    return rows.filter(~Exists(rows.filter(before, parcel=OuterRef("parcel"))))


def _mondays(since: datetime, now: datetime) -> list[date]:
    day, last = shanghai_day(since), shanghai_day(now)
    first = day - timedelta(days=day.weekday())
    return [first + timedelta(weeks=week) for week in range((last - first).days // 7 + 1)]


def smallest_and_largest(shop: Any, now: datetime, days: int = DAYS) -> tuple[int, int]:
    """The smallest and the largest order amount among the requests a rule could take, in fen: the ends of the slider."""
    rows = _taken(shop, 0, None, set()).filter(at__gte=now - timedelta(days=days), at__lte=now)
    found = rows.aggregate(low=Min("order_minor"), high=Max("order_minor"))
    return found["low"] or 0, found["high"] or 0

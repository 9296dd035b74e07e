"""The deposit's balance day by day or week by week, from the books: a chart and the table behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.audit.history import yuan
from foundation.ledger.kinds import Kind
from foundation.ledger.models import Entry
from foundation.lifecycle.deadlines import day_start, shanghai_day
from foundation.shell.charts import Bar, BarChart


@dataclass(frozen=True)
class Span:
    """How far back the chart looks: so many bars of so many days each, the last one ends today."""

    key: str
    bars: int
    each: int
    title: Any
    chart: Any


SPANS = {
    one.key: one
    for one in (
        Span("days", 30, 1, _("The last 30 days"), _("Deposit at the end of each day")),
        Span("weeks", 52, 7, _("The last 52 weeks"), _("Deposit at the end of each week")),
    )
}


@dataclass(frozen=True)
class DayBalance:
    """How a Shanghai day ended (today: how it stands), and what changed since the one before in the row; fen."""

    day: date
    balance_minor: int
    change_minor: int


def balance_days(shop: Shop, now: datetime, span: Span = SPANS["days"]) -> list[DayBalance]:
    """The days on which the span's bars end, the oldest first, in two statements."""
    today, long = shanghai_day(now), timedelta(days=span.each)
    days = [today - place * long for place in range(span.bars)][::-1]
    entries = Entry.objects.filter(shop_id=shop.pk, kind=Kind.DEPOSIT).order_by("at", "pk")
    start = day_start(days[0] - long + timedelta(days=1))
    before = entries.filter(at__lt=start).values_list("balance_after_minor", flat=True).last()
    ends: dict[date, int] = {}
    for at, balance in entries.filter(at__gte=start).values_list("at", "balance_after_minor"):
        ends[today - (today - shanghai_day(at)) // long * long] = balance
    found, balance = [], before or 0
    for day in days:
        after = ends.get(day, balance)
        found.append(DayBalance(day, after, after - balance))
        balance = after
    return found


def chart(found: Sequence[DayBalance], span: Span = SPANS["days"]) -> BarChart:
    """The balance at the end of each day or week as bars; the table stands behind."""
    bars = [Bar(f"{one.day:%m-%d}", one.balance_minor, yuan(one.balance_minor), current=one is found[-1]) for one in found]
    return BarChart("deposit", span.chart, yuan(found[-1].balance_minor), bars, "blue", of="end")

"""The last fourteen Shanghai days: cases asked and closed, money that went back; each bar leads to that day's list."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from foundation.accounts.models import Membership, Shop
from foundation.audit.history import yuan
from foundation.lifecycle.deadlines import SHANGHAI, day_start, shanghai_day
from foundation.shell.charts import Bar, BarChart
from foundation.shell.urls_for import shop_url
from orders.models import Refund
from workorders.models import WorkOrder
from workorders.states import Status

DAYS = 14
ENDS = (  # how a case ended → tone and icon of its chart
    (Status.WON, "green", "trophy"),
    (Status.LOST, "red", "x-circle"),
    (Status.FORFEITED, "amber", "clock"),
    (Status.SETTLED, "grey", "banknotes"),
)


@dataclass(frozen=True)
class Series:
    """One chart before it is drawn: the day's figure, and the list of that day."""

    key: str
    title: Any
    of_day: Mapping[date, int]
    link: Callable[[date], str]
    tone: str
    icon: str
    words: Callable[[int], str] = str


def charts(membership: Membership, now: datetime) -> list[BarChart]:
    """Every series this role may see, over the same days; three statements."""
    shop, today = membership.shop, shanghai_day(now)
    days = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    start, end = day_start(days[0]), day_start(today + timedelta(days=1))
    series = []
    if membership.can("workorders.view"):
        series += _cases(shop, start, end)
    if membership.can("ledger.view"):
        series.append(_refunds(shop, start, end))
    return [_chart(one, days, today) for one in series]


def _chart(series: Series, days: list[date], today: date) -> BarChart:
    bars = [
        Bar(f"{day:%m-%d}", series.of_day.get(day, 0), series.words(series.of_day.get(day, 0)), series.link(day), day == today)
        for day in days
    ]
    total = series.words(sum(bar.value for bar in bars))
    return BarChart(series.key, series.title, total, bars, series.tone, series.icon)


def _cases(shop: Shop, start: datetime, end: datetime) -> list[Series]:
    page = shop_url(shop, "workorders:work-orders")
    cases = WorkOrder.objects.for_shop(shop.pk)
    asked = _by_day(cases.filter(created_at__gte=start, created_at__lt=end), "created_at", Count("pk"))
    closed: dict[str, dict[date, int]] = defaultdict(dict)
    rows = cases.filter(closed_at__gte=start, closed_at__lt=end).order_by().values(day=_day("closed_at"))
    for day, status, count in rows.values_list("day", "status").annotate(count=Count("pk")):
        closed[status][day] = count
    ended = [
        Series(
            status, status.label, closed[status],
            lambda day, status=status: f"{page}?tab=closed&ended={status}&closed_from={day}&closed_to={day}", tone, icon,
        )
        for status, tone, icon in ENDS
    ]
    return [
        Series("asked", _("Questions asked"), asked, lambda day: f"{page}?tab=all&asked_from={day}&asked_to={day}", "blue",
               "question-mark-circle"),
        *ended,
    ]  # fmt: skip


def _refunds(shop: Shop, start: datetime, end: datetime) -> Series:
    given_back = _by_day(Refund.objects.given_back(shop, start, end), "at", Sum("amount_minor"))
    page = shop_url(shop, "orders:orders")
    return Series("refunded", _("Refunded"), given_back, lambda day: f"{page}?refunded_on={day}", "violet", "arrow-uturn-left",
                  yuan)  # fmt: skip


def _by_day(rows: QuerySet, column: str, figure: Any) -> dict[date, int]:
    return dict(rows.order_by().values(day=_day(column)).values_list("day").annotate(figure=figure))


def _day(column: str) -> TruncDate:
    return TruncDate(column, tzinfo=SHANGHAI)

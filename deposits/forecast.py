"""When today's refund quota runs out at the present pace, and what to freeze so that it lasts (domain N21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from foundation.audit.history import yuan
from foundation.lifecycle.deadlines import SHANGHAI, day_range
from foundation.shell.charts import Bar, BarChart

from .models import QuotaUse
from .services.quota import QuotaState

WINDOW = timedelta(hours=4)  # the present pace is that of the last four hours, of today alone
FEWEST = 3  # refunds in the window, below which no pace is claimed
SHORTEST = timedelta(minutes=30)  # so that three refunds in a minute are no pace


@dataclass(frozen=True)
class Hour:
    """One Shanghai hour of today: refunds, their sum, and what was used of the quota by its end; fen."""

    hour: int
    count: int
    amount_minor: int
    so_far_minor: int

    @property
    def label(self) -> str:
        return f"{self.hour:02d}:00"


@dataclass(frozen=True)
class Forecast:
    """`ends_at` None: it lasts till midnight, or nothing can be said (`known` False). `freeze_minor` makes it last."""

    known: bool
    refunds: int
    pace_minor: int  # fen an hour
    ends_at: datetime | None
    freeze_minor: int
    hours: tuple[Hour, ...]

    @property
    def used_up(self) -> bool:
        return self.known and self.ends_at is not None and self.freeze_minor == 0

    @property
    def sentence(self) -> str:
        if not self.known:
            return _("Too few refunds in the last four hours to say how long today's quota lasts.")
        if self.ends_at is None:
            return _("At this pace (%(pace)s an hour) today's quota lasts till midnight.") % {"pace": yuan(self.pace_minor)}
        return _(
            "At this pace (%(pace)s an hour) today's quota ends at %(time)s. Freeze %(freeze)s to last till midnight."
        ) % {
            "pace": yuan(self.pace_minor),
            "time": f"{self.ends_at.astimezone(SHANGHAI):%H:%M}",
            "freeze": yuan(self.freeze_minor),
        }


def forecast(shop_id: int, quota: QuotaState, now: datetime) -> Forecast:
    """From today's uses alone, in one statement; `quota` is the state at the same `now`."""
    start, end = day_range(quota.day)
    uses = list(
        QuotaUse.objects.filter(shop_id=shop_id, day=quota.day).order_by("at", "pk").values_list("at", "amount_minor")
    )
    hours = _hours(uses, now)
    since = max(start, now - WINDOW)
    recent = [(at, amount) for at, amount in uses if at > since]
    if len(recent) < FEWEST:
        return Forecast(False, len(recent), 0, None, 0, hours)
    spent = sum(amount for _at, amount in recent)
    seconds = max((now - max(since, start)).total_seconds(), SHORTEST.total_seconds())
    rest = (end - now).total_seconds()
    wanted = spent * rest / seconds
    pace = round(spent * 3600 / seconds)
    if wanted <= quota.left_minor:
        return Forecast(True, len(recent), pace, None, 0, hours)
    short = int(wanted) - quota.left_minor
    freeze = -(-short // 100) * 100  # whole yuan, rounded up
    ends_at = now + timedelta(seconds=quota.left_minor * seconds / spent)
    return Forecast(True, len(recent), pace, ends_at, freeze, hours)


def _hours(uses: Sequence[tuple[datetime, int]], now: datetime) -> tuple[Hour, ...]:
    """Every hour of today up to the present one."""
    last = now.astimezone(SHANGHAI).hour
    counts, sums = [0] * (last + 1), [0] * (last + 1)
    for at, amount in uses:
        hour = min(at.astimezone(SHANGHAI).hour, last)
        counts[hour] += 1
        sums[hour] += amount
    rows, so_far = [], 0
    for hour in range(last + 1):
        so_far += sums[hour]
        rows.append(Hour(hour, counts[hour], sums[hour], so_far))
    return tuple(rows)


def chart(found: Forecast, quota: QuotaState) -> BarChart:
    """Refunds by hour as bars over the whole day; hours to come are empty. The table stands behind."""
    sums = {row.hour: row.amount_minor for row in found.hours}
    last = max(sums, default=0)
    bars = [
        Bar(f"{hour:02d}:00", sums.get(hour, 0), yuan(sums.get(hour, 0)), current=hour == last) for hour in range(24)
    ]
    return BarChart("quota", _("Refunds by hour"), yuan(quota.used_minor), bars, "amber", of="hour")

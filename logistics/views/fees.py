"""How often interceptions succeed, and what they cost month by month (rules §4 "Records", "Fees")."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from foundation.accounts.access import requires
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import day_start, shanghai_day
from foundation.lists.filters import PERIODS, period_start
from foundation.shell.charts import Rank, RankChart
from foundation.shell.urls_for import shop_url

from ..interception_rates import Rate, Rates, rates
from ..services import fees
from ..states import Payer

PERIOD, EVER = "3m", "all"
MONTHS = 12
SHOWN = 12  # bars of a chart; the table has all


@require_safe
@requires("logistics.view")
def success(request: HttpRequest) -> HttpResponse:
    """Success rate by carrier and by province as bars, the tables behind them."""
    now = clock.now()
    period = request.GET.get("period", PERIOD)
    period = period if period in (*PERIODS, EVER) else PERIOD
    since = None if period == EVER else period_start(period, now)
    found = rates(request.shop, since, _("All together"), _("No province"))  # type: ignore[attr-defined]
    shown = {
        "period": period,
        "periods": [*[(key, label) for key, (label, _days) in PERIODS.items()], (EVER, gettext_lazy("Any time"))],
        "total": found.total,
        "tables": _tables(request, found, period),
    }
    return render(request, "logistics/interception_success.html", shown)


def _tables(request: HttpRequest, found: Rates, period: str) -> list[dict[str, Any]]:
    carriers = {"key": "carriers", "title": _("By carrier"), "head": _("Carriers"), "rates": found.carriers}
    provinces = {"key": "provinces", "title": _("By province"), "head": _("Province"), "rates": found.provinces}
    carriers["chart"] = _chart(request, "carrier", carriers, period)
    provinces["chart"] = _chart(request, "province", provinces, period)
    return [carriers, provinces]


def _chart(request: HttpRequest, name: str, table: dict[str, Any], period: str) -> RankChart:
    root = shop_url(request.shop, "logistics:interceptions")  # type: ignore[attr-defined]
    asked = "" if period == EVER else f"&asked={period}"
    ranks = [
        Rank(one.label, one.percent, _rate(one), f"{root}?tab=all&{name}={one.key}{asked}" if one.key else "")
        for one in table["rates"][:SHOWN]
    ]
    return RankChart(table["key"], table["title"], ranks, "green" if name == "carrier" else "blue")


def _rate(one: Rate) -> str:
    if one.percent is None:
        return _("nothing decided")
    return _("%(percent)d%% of %(count)d") % {"percent": one.percent, "count": one.decided}


@require_safe
@requires("logistics.view")
def statement(request: HttpRequest) -> HttpResponse:
    """What interceptions cost in one Shanghai month, line by line, and by who paid."""
    today = shanghai_day(clock.now())
    first = _month(request.GET.get("month", ""), today)
    lines = fees.monthly(request.shop, day_start(first + timedelta(days=1)))  # type: ignore[attr-defined]
    return render(
        request,
        "logistics/interception_fees.html",
        {
            "month": first,
            "months": _months(today),
            "lines": [(line, _payer(line.payer)) for line in lines],
            "ours_minor": sum(line.amount_minor for line in lines),
            "payers": _by_payer(lines),
        },
    )


def _by_payer(lines: list[Any]) -> list[tuple[Any, int]]:
    """What each party paid, in fen; what was given back is taken off."""
    totals: dict[str, int] = {}
    for line in lines:
        sign = -1 if line.amount_minor < 0 else 1
        totals[line.payer] = totals.get(line.payer, 0) + sign * line.total_minor
    return [(_payer(payer), minor) for payer, minor in sorted(totals.items())]


def _payer(payer: str) -> Any:
    return Payer(payer).label if payer in Payer.values else "—"


def _month(text: str, today: date) -> date:
    """The first of the month asked for as 2026-11; of this one for anything else."""
    try:
        year, month = (int(part) for part in text.split("-"))
        found = date(year, month, 1)
    except ValueError:
        return today.replace(day=1)
    return found if date(2000, 1, 1) <= found <= today else today.replace(day=1)


def _months(today: date) -> list[date]:
    found = [today.replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found

"""The workbench 工作台: the page a working day begins on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.accounts.access import requires
from foundation.accounts.services import restrictions_of
from foundation.lifecycle import clock
from foundation.shell.charts import bar_table

from . import workbench as bench
from .days import charts


@require_safe
@requires("dashboard.view")
def workbench(request: HttpRequest) -> HttpResponse:
    """What is due, what it will cost, what moved today; parts a role may not see are left out, not greyed."""
    now = clock.now()
    shop, membership = request.shop, request.membership  # type: ignore[attr-defined]
    counts, drawn = bench.count_all(membership, now), charts(membership, now)
    context = {
        "now": now,
        "tiles": counts.tiles,
        "nothing_due": counts.nothing_due,
        "steps": bench.first_steps(membership) if counts.no_orders else [],
        "next": bench.next_to_forfeit(shop, now) if membership.can("workorders.view") else None,
        "money": bench.money_today(shop, now) if membership.can("ledger.view") else [],
        "restrictions": restrictions_of(shop.pk, now),
        "charts": drawn,
        "days": bar_table(drawn),
    }
    return render(request, "dashboard/workbench.html", context)

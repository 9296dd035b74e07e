"""The workbench 工作台: the page a working day begins on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation.accounts.access import requires
from foundation.accounts.services import restrictions_of
from foundation.lifecycle import clock

from . import workbench as bench


@require_safe
@requires("dashboard.view")
def workbench(request: HttpRequest) -> HttpResponse:
    """What is due, what it will cost, what moved today; parts a role may not see are left out, not greyed."""
    now = clock.now()
    shop, membership = request.shop, request.membership  # type: ignore[attr-defined]
    context = {
        "now": now,
        "tiles": bench.counted_tiles(membership, now),
        "next": bench.next_to_forfeit(shop, now) if membership.can("workorders.view") else None,
        "money": bench.money_today(shop, now) if membership.can("ledger.view") else [],
        "restrictions": restrictions_of(shop.pk, now),
    }
    return render(request, "dashboard/workbench.html", context)

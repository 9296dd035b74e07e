"""The statement page 台账 under 结算管理."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from foundation.accounts.access import requires
from foundation.accounts.services import restrictions_of
from foundation.lifecycle import clock

from .lists import STATEMENT
from .naming import name_lines
from .statement import Statement


@require_safe
@requires("ledger.view")
def statement(request: HttpRequest) -> HttpResponse:
    """One account at a time; tabs choose it, filters choose movement and period."""
    shop = request.shop  # type: ignore[attr-defined]
    page = STATEMENT.page(request, now=clock.now)
    shown = Statement(page.query, page)
    name_lines(shown.lines, shop)
    context = {"statement": shown, "restrictions": restrictions_of(shop.pk, lambda: page.now)}
    return page.render("ledger/statement_list.html", context)

"""The statement page 台账 under 结算管理."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from foundation.accounts.access import requires
from foundation.accounts.services import restrictions_of
from foundation.lifecycle import clock

from .lists import STATEMENT
from .naming import name_many, reference_of
from .statement import Statement


@require_safe
@requires("ledger.view")
def statement(request: HttpRequest) -> HttpResponse:
    """One account at a time; tabs choose it, filters choose movement and period."""
    now = clock.now()
    shop = request.shop  # type: ignore[attr-defined]
    page = STATEMENT.page(request, now=now)
    shown = Statement(page.query, page)
    named = name_many((line.transaction for line in shown.lines), shop)
    for line in shown.lines:
        line.named = named.get(reference_of(line.transaction))  # type: ignore[attr-defined]
    context = {"statement": shown, "restrictions": restrictions_of(shop.pk, now)}
    return page.render("ledger/statement_list.html", context)

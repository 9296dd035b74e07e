"""The statement page 台账 under 结算管理, and its export."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from foundation.accounts.access import requires
from foundation.accounts.services import restrictions_of
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import shanghai_day

from .export import statement_csv
from .naming import name_many, reference_of
from .statement import Statement


@require_safe
@requires("ledger.view")
def statement(request: HttpRequest) -> HttpResponse:
    """One account at a time; tabs choose it, filters choose movement and period."""
    now = clock.now()
    shop = request.shop  # type: ignore[attr-defined]
    shown = Statement(request, shop, now)
    named = name_many((line.transaction for line in shown.lines), shop)
    for line in shown.lines:
        line.named = named.get(reference_of(line.transaction))  # type: ignore[attr-defined]
    context = {"statement": shown, "restrictions": restrictions_of(shop.pk, now)}
    return shown.page.render("ledger/statement_list.html", context)


@require_safe
@requires("ledger.view")
def export_statement(request: HttpRequest) -> HttpResponse:
    """The same account and filters as CSV, all lines."""
    now = clock.now()
    shown = Statement(request, request.shop, now)  # type: ignore[attr-defined]
    name = f"{request.shop.code}-{shown.kind.value}-{shanghai_day(now):%Y%m%d}.csv"  # type: ignore[attr-defined]
    return StreamingHttpResponse(  # type: ignore[return-value]
        statement_csv(shown),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )

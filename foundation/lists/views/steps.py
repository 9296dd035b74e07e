"""From a row's page to the row before or after it in the list it was opened from."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from foundation.lifecycle import clock

from .. import keyset
from ..links import back_url, joined
from .arrangements import spec_of


@require_safe
def step(request: HttpRequest, list: str) -> HttpResponse:
    """`?from=<ident>&way=next|previous&next=<list url>`: to the neighbour's page, or to the list where there is none.

    A row that has left the list meanwhile (answered, say) still has its place in the order; one whose place is lost
    leads to the first row.
    """
    spec = spec_of(request, list)
    there = back_url(request, spec.url(request.shop))  # type: ignore[attr-defined]
    query = spec.query(request.shop, QueryDict(urlsplit(there).query), clock.now, request.user)  # type: ignore[attr-defined]
    forwards = request.GET.get("way") != "previous"
    ident = request.GET.get("from", "").replace("\x00", "")[:200]
    here = spec.named(query.all_rows, [ident]).only("pk", query.sort.column).first()
    place = keyset.place_of(here, query.sort.column) if here else None
    descending = query.descending if forwards else not query.descending
    rows = query.of_tab
    if place is not None:
        rows = rows.filter(keyset.beyond(query.sort.column, place, descending=descending))
    sign = "-" if descending else ""
    found = rows.order_by(f"{sign}{query.sort.column}", f"{sign}pk").first()
    if found is None or spec.page_of is None:
        messages.info(
            request, _("That was the last one of this list.") if forwards else _("That was the first one of this list.")
        )
        return HttpResponseRedirect(there)
    return HttpResponseRedirect(joined(spec.page_of(request.shop, found), next=there))  # type: ignore[attr-defined]

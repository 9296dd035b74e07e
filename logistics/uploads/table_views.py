"""The page on which the numbers of several parcels are typed or pasted and entered at once."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from foundation.accounts.access import requires
from foundation.lifecycle import clock
from foundation.lists import registry
from foundation.lists.links import back_url
from foundation.lists.selection import chosen
from foundation.shell.urls_for import shop_url

from ..models import Carrier, Parcel
from ..states import ParcelState
from . import table

PAGE = "logistics/number_table.html"
OFFERED = 25
LONGEST_PASTE = 20_000
MAKES: dict[str, Callable[[Any], list[table.Line]]] = {"orders": table.of_orders, "parcels": table.of_parcels}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires("logistics.ship")
def enter_numbers(request: HttpRequest) -> HttpResponse:
    """GET: the parcels that left without a number. POST: ticked rows of a list, pasted lines put in, or all entered."""
    if request.method != "POST":
        missing = Parcel.objects.for_shop(request.shop).filter(tracking_number="", status=ParcelState.LABEL)  # type: ignore[attr-defined]
        return _page(request, table.of_parcels(missing.order_by("created_at", "pk")[:OFFERED]))
    if "list_query" in request.POST:
        return _chosen(request)
    lines = table.posted(request.POST, request.shop)  # type: ignore[attr-defined]
    if request.POST.get("step") == "paste":
        return _pasted(request, lines)
    return _entered(request, lines)


def _chosen(request: HttpRequest) -> HttpResponse:
    """What was ticked in the list named by `?list=`, as far as the table goes."""
    makes = MAKES.get(request.GET.get("list", ""))
    if makes is None:
        raise Http404
    spec = registry.get(request.GET["list"])
    rows = chosen(request.POST, spec, request.shop, clock.now(), request.user)  # type: ignore[attr-defined]
    lines = makes(rows)
    if not lines:
        messages.warning(request, _("No row is selected. Tick rows of the list, or choose all that match."))
        return redirect(_back(request))
    return _page(request, lines, more=rows[table.MOST : table.MOST + 1].exists())


def _pasted(request: HttpRequest, lines: list[table.Line]) -> HttpResponse:
    """The table with the pasted lines in it; those nobody can read stay in the box."""
    unread = table.put_in(lines, request.POST.get("paste", "")[:LONGEST_PASTE])
    table.check(lines, shop=request.shop)  # type: ignore[attr-defined]
    return _page(request, lines, unread=unread)


def _entered(request: HttpRequest, lines: list[table.Line]) -> HttpResponse:
    """Back to the list when every number went in; the rest of the table again when not."""
    table.enter(lines, shop=request.shop, by=request.user, now=clock.now())  # type: ignore[attr-defined]
    entered, left = sum(one.entered for one in lines), [one for one in lines if not one.done]
    if entered:
        sentence = ngettext("%(count)s tracking number entered.", "%(count)s tracking numbers entered.", entered)
        messages.success(request, sentence % {"count": entered})
    wrong = any(not one.empty for one in left)
    if entered and not wrong:
        return redirect(_back(request))
    return _page(request, lines if not entered else left, nothing=not wrong, status=422)


def _back(request: HttpRequest) -> str:
    return back_url(request, shop_url(request.shop, "logistics:parcels"))  # type: ignore[attr-defined]


def _page(request: HttpRequest, lines: list[table.Line], *, status: int = 200, **more: Any) -> HttpResponse:
    chosen = {one.carrier for one in lines}
    shown = {
        "lines": lines,
        "carriers": [one for one in Carrier.objects.all() if one.active or one.code in chosen],
        "wrong": sum(1 for one in lines if one.problem or one.warning),
        "most": table.MOST,
        "answers": request.method == "POST",
        "back": _back(request),
    }
    return render(request, PAGE, shown | more, status=status)

"""Where carriers call for this shop, and the salt they sign with: looked at, renewed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from foundation.accounts.access import requires
from foundation.lifecycle import clock
from foundation.shell.urls_for import shop_url

from ..models import ParkedPush
from ..services import salts

PAGE = "logistics/tracking_callback.html"


@never_cache
@require_safe
@requires("logistics.hook")
def callback(request: Any) -> HttpResponse:
    """Addresses, salt, and how many pushes wait for a parcel; `?renew` asks whether the salt is really to be another."""
    return render(request, PAGE, _context(request, asks="renew" in request.GET))


@never_cache
@require_POST
@requires("logistics.hook")
def renew(request: Any) -> HttpResponse:
    """Another salt, once it was confirmed; without the tick the page asks for it."""
    if request.POST.get("sure") != "yes":
        return render(request, PAGE, _context(request, asks=True), status=422)
    salts.renew(request.shop, by=request.user, now=clock.now())
    messages.success(request, _("The salt is another one now. Put it where the old one stands."))
    return redirect(shop_url(request.shop, "logistics:tracking-callback"))


def _context(request: HttpRequest, *, asks: bool) -> dict[str, Any]:
    shop = request.shop  # type: ignore[attr-defined]
    return {
        "hook": salts.hook_of(shop), "asks": asks, "now": clock.now(),
        "scans_address": salts.address(shop, "hooks:scans"),
        "interception_address": salts.address(shop, "hooks:interception"),
        "waiting": ParkedPush.objects.filter(shop=shop, applied_at=None).count(),
    }  # fmt: skip

"""Where to go next, never off this host (rules S30)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from .access import is_reviewer
from .models import Membership, Shop

LANDING_PAGES = ("dashboard:workbench", "orders:orders", "shell:search")  # the first whose app is installed


def next_path(request: HttpRequest, fallback: str) -> str:
    """`next` from the form or the query if it is a path of this site, else `fallback`."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if target.startswith("/") and url_has_allowed_host_and_scheme(target, None, require_https=request.is_secure()):
        return target
    return fallback


def landing_page(shop: Shop) -> str:
    """The first page of a shop."""
    for name in LANDING_PAGES:
        try:
            return reverse(name, kwargs={"shop_code": shop.code})
        except NoReverseMatch:
            continue
    return reverse("accounts:switch")


def desk_page(user: Any) -> str:
    """The first page of a platform person: their desk's queue (settings.DESK_PAGES), else all of the admin."""
    for group, name in settings.DESK_PAGES.items():
        if not user.is_superuser and is_reviewer(user, group):
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
    return reverse("admin:index")


def home_of(request: HttpRequest) -> str:
    """Where `/` leads: the shop last worked in, else the only or first one; platform people go to their desk."""
    memberships = Membership.objects.select_related("shop").filter(user=request.user, ended_at=None).order_by("pk")
    found = {membership.shop.code: membership.shop for membership in memberships}
    last = request.session.get("last_shop")
    if last in found:
        return landing_page(found[last])
    if len(found) == 1:
        return landing_page(next(iter(found.values())))
    if not found and request.user.is_staff:  # type: ignore[union-attr]
        return desk_page(request.user)
    return reverse("accounts:switch")

"""Coming back to the same filtered page: `next`, carried through the pages between."""

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 2000


def with_next(request: HttpRequest, url: str) -> str:
    """`url` with `?next=` the page being looked at, so that it can lead back."""
    here = request.get_full_path()
    if len(here) > LONGEST:
        here = request.path
    return joined(url, next=here)


def joined(url: str, **params: str) -> str:
    """`url` with more parameters."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"


def back_url(request: HttpRequest, default: str) -> str:
    """Where `next` leads, if that is a page of this host and of this shop; else `default`."""
    return inside(request, request.POST.get("next") or request.GET.get("next") or "") or default


def inside(request: HttpRequest, target: str) -> str:
    """`target` if it is a page of this host and of this shop, else ""."""
    target = target.replace("\x00", "")[:LONGEST]
    shop = getattr(request, "shop", None)
    shop_root = f"/s/{shop.code}/" if shop else "/"
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe and target.startswith(shop_root) else ""

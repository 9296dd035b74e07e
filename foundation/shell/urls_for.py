"""Addresses of seller pages: the shop stands in the URL (architecture law 5)."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse


def shop_url(shop: Any, name: str, **kwargs: Any) -> str:
    """Address of a seller page; `shop` is a Shop or its code."""
    code = getattr(shop, "code", shop)
    if not kwargs:
        return _page(code, name, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
    return reverse(name, kwargs={"shop_code": code, **kwargs})


@lru_cache(maxsize=4096)
def _page(code: str, name: str, _urlconf: str, _prefix: str) -> str:
    """A page without a number in its address, resolved once: the menu asks for a dozen of them every time."""
    return reverse(name, kwargs={"shop_code": code})

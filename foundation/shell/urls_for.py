"""Addresses of seller pages: the shop stands in the URL (architecture law 5)."""

from typing import Any

from django.urls import reverse


def shop_url(shop: Any, name: str, **kwargs: Any) -> str:
    """Address of a seller page; `shop` is a Shop or its code."""
    return reverse(name, kwargs={"shop_code": getattr(shop, "code", shop), **kwargs})

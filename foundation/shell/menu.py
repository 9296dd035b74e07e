"""The left menu: each app registers its entries in `menu.py`; an entry without a page is simply not there."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from . import counting
from .urls_for import shop_url

SECTIONS: dict[str, Any] = {
    "workbench": _("Workbench"),
    "orders": _("Orders"),
    "shipping": _("Shipping"),
    "workorders": _("Work orders"),
    "aftersales": _("After-sales"),
    "urges": _("Ship urges"),
    "shop": _("My shop"),
    "metrics": _("Metrics"),
}


@dataclass(frozen=True)
class Item:
    """One entry. `badge` names the number of `counting` shown beside it."""

    label: Any
    url_name: str
    perm: str
    icon: str
    order: int = 100
    badge: str = ""


@dataclass(frozen=True)
class Entry:
    """Its address says what it is called, so two entries are the same without looking at the label."""

    label: Any = field(compare=False)
    url: str
    icon: str
    active: bool
    badge: int


@dataclass(frozen=True)
class Section:
    key: str
    label: Any = field(compare=False)
    entries: tuple[Entry, ...]


_items: dict[str, list[Item]] = {key: [] for key in SECTIONS}


def register(section: str, item: Item) -> None:
    if item not in _items[section]:
        _items[section].append(item)
        _items[section].sort(key=lambda one: one.order)


def items() -> list[tuple[str, Item]]:
    return [(section, item) for section, entries in _items.items() for item in entries]


def sections(request: HttpRequest) -> tuple[Section, ...]:
    """What this member's menu shows, in the order of SECTIONS; the page they are on is marked."""
    allowed = {
        key: [(item, shop_url(request.shop, item.url_name)) for item in registered if request.membership.can(item.perm)]  # type: ignore[attr-defined]
        for key, registered in _items.items()
    }
    here = _nearest(request, [url for items in allowed.values() for _item, url in items])
    return tuple(
        Section(key, SECTIONS[key], tuple(_entry(request, item, url, here) for item, url in items))
        for key, items in allowed.items()
        if items
    )


def _entry(request: HttpRequest, item: Item, url: str, here: str) -> Entry:
    return Entry(item.label, url, item.icon, url == here, counting.waiting(request)[item.badge] if item.badge else 0)


def _nearest(request: HttpRequest, urls: list[str]) -> str:
    """The one entry this page belongs to: the longest address it begins with; the shop's own begins every page's."""
    root = f"/s/{request.shop.code}/"  # type: ignore[attr-defined]
    fitting = [url for url in urls if request.path == url or (url != root and request.path.startswith(url))]
    return max(fitting, key=len, default="")

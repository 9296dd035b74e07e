"""Upper apps' parts of the order page: `register(callable(request, order, now) -> html | None, order=…)`, in their `panels.py`."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest

from .models import Order

log = logging.getLogger(__name__)
Panel = Callable[[HttpRequest, Order, datetime], str | None]
_panels: list[tuple[int, Panel]] = []


def register(panel: Panel, *, order: int = 100) -> Panel:
    """Smaller `order` stands higher. A panel answers safe HTML or None; one that wants a query costs one at most."""
    if all(known is not panel for _order, known in _panels):
        _panels.append((order, panel))
        _panels.sort(key=lambda one: one[0])
    return panel


def drawn(request: HttpRequest, order: Order, now: datetime) -> list[str]:
    """Every panel that has something to say about `order`; one that fails is left out and logged."""
    found = []
    for _order, panel in _panels:
        try:
            html = panel(request, order, now)
        except Exception:
            log.exception("The panel %r failed on order %s", panel, order.pk)
            continue
        if html:
            found.append(html)
    return found

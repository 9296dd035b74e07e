"""Parts of the parcel page other modules add: `register(callable(request, parcel, now) -> html | None, order=…)`."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest

from .models import Parcel

log = logging.getLogger(__name__)
Part = Callable[[HttpRequest, Parcel, datetime], str | None]
_parts: list[tuple[int, Part]] = []


def register(part: Part, *, order: int = 100) -> Part:
    """Smaller `order` stands higher. A part answers safe HTML or None; one that wants a query costs one at most."""
    if all(known is not part for _order, known in _parts):
        _parts.append((order, part))
        _parts.sort(key=lambda one: one[0])
    return part


def drawn(request: HttpRequest, parcel: Parcel, now: datetime) -> list[str]:
    """Every part that has something to say about `parcel`; one that fails is left out and logged."""
    found = []
    for _order, part in _parts:
        try:
            html = part(request, parcel, now)
        except Exception:
            log.exception("The part %r failed on parcel %s", part, parcel.pk)
            continue
        if html:
            found.append(html)
    return found

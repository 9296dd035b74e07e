"""`{% load notifications %}{% bell %}`: how many notices wait."""

from typing import Any

from django import template

from foundation.shell import counting

from ..menu import UNREAD

register = template.Library()
MOST_SHOWN = 99


@register.inclusion_tag("notifications/_bell.html", takes_context=True)
def bell(context: Any) -> dict[str, Any]:
    """Link to the list with the number of unread notices, at most 99+; nothing outside a shop."""
    request = context.get("request")
    shop = getattr(request, "shop", None)
    if shop is None:
        return {"shop": None}
    unread = counting.waiting(request)[UNREAD]
    return {"shop": shop, "request": request, "unread": unread, "text": "99+" if unread > MOST_SHOWN else unread}

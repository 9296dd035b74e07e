"""`{% load notifications %}{% bell %}`: how many notices wait."""

from typing import Any

from django import template

from foundation.shell import counting, kept

from ..menu import UNREAD

register = template.Library()
MOST_SHOWN = 99


@register.simple_tag(takes_context=True)
def bell(context: Any) -> str:
    """Link to the list with the number of unread notices, at most 99+; nothing outside a shop."""
    request = context.get("request")
    shop = getattr(request, "shop", None)
    if shop is None:
        return ""
    unread = counting.waiting(request)[UNREAD]
    text = f"{MOST_SHOWN}+" if unread > MOST_SHOWN else str(unread)
    return kept.draw("notifications/_bell.html", shop=shop.code, unread=unread, text=text)

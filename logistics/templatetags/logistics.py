"""Template words of logistics."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

from foundation.lifecycle import clock
from foundation.lists.templatetags.lists import next_field
from foundation.shell import kept
from foundation.shell.urls_for import shop_url
from logistics.contact_card import card_of
from logistics.forms import AttachForm
from logistics.states import ParcelState

register = template.Library()
ICONS = {
    ParcelState.LABEL: "tag", ParcelState.PICKED_UP: "inbox-arrow-down", ParcelState.IN_TRANSIT: "truck",
    ParcelState.OUT_FOR_DELIVERY: "map-pin", ParcelState.IN_LOCKER: "archive-box", ParcelState.SIGNED: "check-badge",
    ParcelState.EXCEPTION: "exclamation-triangle", ParcelState.REFUSED: "hand-raised",
    ParcelState.RETURNING: "arrow-uturn-left", ParcelState.RETURNED: "home",
}  # fmt: skip
SOURCES = {
    "sandbox": gettext_noop("sandbox carrier"), "kuaidi100": gettext_noop("Kuaidi100"), "phone": gettext_noop("by phone"),
    "scans": gettext_noop("from the scans"), "query": gettext_noop("asked by the system"),
}  # fmt: skip


@register.filter
def source_name(source: str) -> str:
    """Where a carrier's word came from, as people say it; an adapter nobody named stays as it is."""
    return gettext(SOURCES[source]) if source in SOURCES else source


@register.filter
def scan_icon(state: str) -> str:
    """What a parcel's state looks like on its track."""
    return ICONS.get(state, "ellipsis-horizontal-circle")


@register.simple_tag(takes_context=True)
def empty_attach_form(context: Any) -> SafeString:
    """The form for pictures of the page's parcel."""
    slots = {
        "csrf_token": context.get("csrf_token"), "next_input": next_field(context),
        "action": shop_url(context["request"].shop, "logistics:attach-file", number=context["parcel"].number),
    }  # fmt: skip
    return kept.draw("logistics/_attach_form.html", slots, form=AttachForm)


@register.inclusion_tag("logistics/_contact_card.html", takes_context=True)
def contact_card(context: Any, order: Any) -> dict[str, Any]:
    """The card 联系客服 of an order's own parcel, on pages of apps above."""
    card = card_of(order, context.get("now") or clock.now())
    return {"card": card, "parcel": None, "request": context["request"], "csrf_token": context.get("csrf_token")}

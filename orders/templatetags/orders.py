"""Template words of orders."""

import uuid
from typing import Any

from django import template
from django.utils.safestring import SafeString

from foundation.shell import kept
from foundation.shell.urls_for import shop_url
from orders.forms import ContactForm

register = template.Library()


@register.simple_tag(takes_context=True)
def empty_contact_form(context: Any) -> SafeString:
    """The form for a new contact record of the page's order; `contact_next` is where it leads back to."""
    order = context["order"]
    slots = {
        "csrf_token": context.get("csrf_token"), "request_key": uuid.uuid4(),
        "action": shop_url(context["request"].shop, "orders:record-contact", number=order.number),
        "contact_next": context.get("contact_next") or "",
    }  # fmt: skip
    return kept.draw("orders/_contact_form.html", slots, form=ContactForm)

"""{% history subject %} and {% order_history order %}: timelines on detail pages."""

from typing import Any

from django import template
from django.db.models import Model

from foundation.audit.history import happenings
from foundation.audit.models import Entry

register = template.Library()
SHOWN = 200


@register.inclusion_tag("audit/_history.html")
def history(subject: Model) -> dict[str, Any]:
    """Everything recorded about one subject, newest first (at most 200 lines)."""
    return {"happenings": happenings(Entry.objects.for_subject(subject).order_by("-id")[:SHOWN])}


@register.inclusion_tag("audit/_history.html")
def order_history(order: Model) -> dict[str, Any]:
    """Everything that happened on an order, its work orders and refunds included."""
    return {"happenings": happenings(Entry.objects.filter(order_id=order.pk).order_by("-id")[:SHOWN])}

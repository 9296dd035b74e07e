"""{% history subject %} and {% order_history order %}: timelines on detail pages."""

from typing import Any

from django import template
from django.db.models import Model

from foundation.audit.history import happenings, without_echoes
from foundation.audit.models import Entry
from foundation.lifecycle.prepared import Prepared

register = template.Library()
SHOWN = 200
OF_SUBJECT = Prepared(
    lambda kind, pk: Entry.objects.filter(subject_type=kind, subject_id=pk).order_by("-id")[:SHOWN], str, int
)
OF_ORDER = Prepared(lambda order: Entry.objects.filter(order_id=order).order_by("-id")[:SHOWN], int)


@register.inclusion_tag("audit/_history.html")
def history(subject: Model) -> dict[str, Any]:
    """Everything recorded about one subject, newest first (at most 200 lines)."""
    return {"happenings": happenings(OF_SUBJECT.rows(subject._meta.label_lower, subject.pk))}


@register.inclusion_tag("audit/_history.html")
def order_history(order: Model) -> dict[str, Any]:
    """Everything that happened on an order, its work orders and refunds included; what two recorded at once stands once."""
    return {"happenings": happenings(without_echoes(OF_ORDER.rows(order.pk)))}

"""Template words of work orders."""

from django import template

from workorders import sentences
from workorders.models import WorkOrder
from workorders.slots import label_of

register = template.Library()


@register.filter
def at_end(case: WorkOrder) -> str:
    """What happens when the clock beside it runs out."""
    return sentences.at_end(case)


@register.filter
def at_stake(case: WorkOrder) -> int:
    """Fen of the refund if it is lost or forfeited now."""
    return sentences.refund_at_stake(case)


@register.filter
def slot_label(code: str) -> str:
    return label_of(code)


@register.filter
def percent(basis_points: int) -> str:
    return sentences.percent(basis_points)

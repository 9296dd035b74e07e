"""Template words of work orders."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from foundation.shell import kept
from workorders import sentences
from workorders.models import WorkOrder
from workorders.slots import label_of
from workorders.whose import Whose

register = template.Library()
QUEUES = ("mine", "unassigned")


@register.simple_tag(takes_context=True)
def queue_buttons(context: Any) -> SafeString:
    """What stands above the list of work orders."""
    whose = context["request"].GET.get("whose")
    return kept.draw(
        "workorders/_queue_buttons.html", {"csrf_token": context.get("csrf_token")}, shop=context["shop"].code,
        may_answer=context["membership"].can("workorders.answer"), whose=whose if whose in QUEUES else "",
    )  # fmt: skip


@register.filter
def at_end(case: WorkOrder) -> str:
    """What happens when the clock beside it runs out."""
    return sentences.at_end(case)


@register.filter
def clauses(said: list[str]) -> str:
    """`{{ consequences|clauses }}`: on one line."""
    return sentences.joined(said)


@register.filter
def slot_label(code: str) -> str:
    return label_of(code)


@register.filter
def percent(basis_points: int) -> str:
    return sentences.percent(basis_points)


@register.simple_tag(takes_context=True)
def who_is_on(context: Any, case: WorkOrder, now: datetime) -> Whose:
    """`{% who_is_on case now as whose %}`: theirs, a colleague's or nobody's, and who else has the page open."""
    return Whose(case, context["request"].user, now)

"""The cells of the work-order list."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop

from foundation.lists.cells import EMPTY, badge, copied, countdown, link, money, state, text, when, word

from .models import WorkOrder
from .sentences import at_end, refund_at_stake
from .states import Status

Cell = SafeString | str
THEN, TO_DECIDE_BY, SET_ASIDE = gettext_noop("then"), gettext_noop("to decide by"), gettext_noop("set aside")


def number(case: WorkOrder, page: Any) -> Cell:
    """The case's own number opens it; the type stands below."""
    opened = link(page.link_to("workorders:work-order")(case.number), case.number, "mono")
    kind = f'<div class="small text-muted">{text(case.get_type_display())}</div>'
    return SafeString(f"{opened} {copied(case.number)}{kind}")


def clock(case: WorkOrder, page: Any) -> Cell:
    """Time left and what happens then; when it isn't the shop's turn, the time that matters instead."""
    if case.status == Status.OPEN:
        end = f'<div class="at-end">{word(THEN)} {text(at_end(case))}</div>'
        return SafeString(f"{countdown(case.due_at, page.now)}{end}")
    if case.status == Status.ANSWERED:
        return SafeString(f'<span class="text-muted">{word(TO_DECIDE_BY)} {when(case.review_due_at)}</span>')
    if case.status == Status.QUEUED:
        return SafeString(f'<span class="at-end">{text(at_end(case))}</span>')
    return SafeString(f'<span class="text-muted">{when(case.closed_at)}</span>')


def order(case: WorkOrder, page: Any) -> Cell:
    opened = link(page.link_to("orders:order")(case.order.number), case.order.number, "mono")
    goods = f'<div class="small text-muted ellipsis">{text(case.order.item_title or EMPTY)}</div>'
    return SafeString(f"{opened} {copied(case.order.number)}{goods}")


def amount(case: WorkOrder, page: Any) -> Cell:
    """What losing it would cost, or what it did cost."""
    return money(case.cost_minor if case.is_closed else refund_at_stake(case))  # type: ignore[attr-defined]


def status(case: WorkOrder, page: Any) -> Cell:
    aside = f" {badge(word(SET_ASIDE), 'warning')}" if case.parked_at else ""
    person = f'<div class="small text-muted">{text(case.assigned_to)}</div>' if case.assigned_to else ""
    return SafeString(f"{state(case)}{aside}{person}")


def asked(case: WorkOrder, page: Any) -> Cell:
    return when(case.created_at)


def closed(case: WorkOrder, page: Any) -> Cell:
    return when(case.closed_at)

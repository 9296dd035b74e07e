"""The cells of the work-order list: flat rows, their columns by ORM path (`row.order__number`)."""

from functools import lru_cache
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from foundation.lists.cells import EMPTY, badge, copied, countdown, link, money, state_of, text, when, word
from foundation.shell.words import language

from .models import WorkOrder
from .money import at_stake
from .sentences import losing, queued
from .states import CLOSED, Status

Cell = SafeString | str
THEN, TO_DECIDE_BY, SET_ASIDE = gettext_noop("then"), gettext_noop("to decide by"), gettext_noop("set aside")


def in_language(name_zh: str, name_en: str) -> str:
    """The name of a rule in the reader's language, as PolicyRow says it."""
    return name_zh if str(language()).startswith("zh") else name_en or name_zh


def number(row: Any, page: Any) -> Cell:
    """The case's own number opens it; the type stands below, and the stage where there are several."""
    opened = link(page.link_to("workorders:work-order")(row.number), row.number, "mono")
    stage = f" · {_stage(row.stage, 1 + row.later_stages, language())}" if row.later_stages else ""
    kind = f'<div class="small text-muted">{text(in_language(row.policy__name_zh, row.policy__name_en))}{stage}</div>'
    return SafeString(f"{opened} {copied(row.number)}{kind}")


@lru_cache(maxsize=256)
def _stage(number: int, all_of_them: int, _language: str | None) -> str:
    """How far a question with several stages is."""
    return text(_("stage %(no)s of %(all)s") % {"no": number, "all": all_of_them})


def clock(row: Any, page: Any) -> Cell:
    """Time left and what happens then; when it isn't the shop's turn, the time that matters instead."""
    if row.status == Status.OPEN:
        end = losing(_at_stake(row), row.compensation_bp, row.delists)
        return SafeString(f'{countdown(row.due_at, page.now)}<div class="at-end">{word(THEN)} {text(end)}</div>')
    if row.status == Status.ANSWERED:
        return SafeString(f'<span class="text-muted">{word(TO_DECIDE_BY)} {when(row.review_due_at)}</span>')
    if row.status == Status.QUEUED:
        return SafeString(f'<span class="at-end">{text(queued())}</span>')
    return SafeString(f'<span class="text-muted">{when(row.closed_at)}</span>')


def order(row: Any, page: Any) -> Cell:
    opened = link(page.link_to("orders:order")(row.order__number), row.order__number, "mono")
    goods = f'<div class="small text-muted ellipsis">{text(row.order__item_title or EMPTY)}</div>'
    return SafeString(f"{opened} {copied(row.order__number)}{goods}")


def amount(row: Any, page: Any) -> Cell:
    """What losing it would cost, or what it did cost."""
    return money(row.cost_minor if row.status in CLOSED else _at_stake(row))


def _at_stake(row: Any) -> int:
    return at_stake(row.order__paid_minor, row.order__refunded_minor, row.refund_share_bp)


def status(row: Any, page: Any) -> Cell:
    aside = f" {badge(word(SET_ASIDE), 'warning')}" if row.parked_at else ""
    name = row.assigned_to__display_name or row.assigned_to__username
    person = f'<div class="small text-muted">{text(name)}</div>' if name else ""
    return SafeString(f"{state_of(WorkOrder, row.status)}{aside}{person}")


def asked(row: Any, page: Any) -> Cell:
    return when(row.created_at)


def closed(row: Any, page: Any) -> Cell:
    return when(row.closed_at)

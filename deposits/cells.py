"""The cells of the deposits' lists: flat rows, their columns by ORM path."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop

from foundation.lists.cells import (
    EMPTY,
    badge,
    clamp,
    copied,
    countdown,
    label,
    link,
    money,
    state_of,
    sub,
    text,
    when,
    word,
)
from foundation.shell.words import language

from .models import RefundApplication, Violation
from .states import WITH_US, Severity, Status

Cell = SafeString | str


def in_language(name_zh: str, name_en: str) -> str:
    """The name of a rule in the reader's language, as PolicyRow says it."""
    return name_zh if str(language()).startswith("zh") else name_en or name_zh


# Violations
def number(row: Any, page: Any) -> Cell:
    return SafeString(f"{link(page.link_to('deposits:violation')(row.number), row.number, 'mono')} {copied(row.number)}")


def what(row: Any, page: Any) -> Cell:
    """The rule's name, and how severe it is."""
    tone = "red" if row.severity == Severity.MAJOR else "amber"
    return SafeString(f"{text(in_language(row.policy__name_zh, row.policy__name_en))} {badge(label(Severity, row.severity), tone)}")


def happened(row: Any, page: Any) -> Cell:
    return when(row.at)


def case(row: Any, page: Any) -> Cell:
    return SafeString(f'<span class="mono">{text(row.case_number)}</span>') if row.case_number else EMPTY


def deducted(row: Any, page: Any) -> Cell:
    return money(row.deducted_minor) if row.deducted_minor else EMPTY


def status(row: Any, page: Any) -> Cell:
    return state_of(Violation, row.status)


# Refunds of the deposit
YOUR_ANSWER = gettext_noop("Your answer")
TURN = {
    Status.APPLIED: gettext_noop("A reviewer who takes it"), Status.IN_REVIEW: gettext_noop("The reviewer's decision"),
    Status.APPROVED: gettext_noop("The payment"), Status.PAYING: gettext_noop("The payment"),
}  # fmt: skip
CLOCK_STOPPED = gettext_noop("clock stopped")
OVER_TIME = gettext_noop("over its time")


def refund_number(row: Any, page: Any) -> Cell:
    return SafeString(f"{link(page.link_to('deposits:refund')(row.number), row.number, 'mono')} {copied(row.number)}")


def refund_amount(row: Any, page: Any) -> Cell:
    return money(row.amount_minor)


def refund_status(row: Any, page: Any) -> Cell:
    return state_of(RefundApplication, row.status)


def refund_waits(row: Any, page: Any) -> Cell:
    """The shop's own answer with its clock; what held back the last try, else whose turn it is."""
    if row.status == Status.NEED_INFO:
        return SafeString(f"{word(YOUR_ANSWER)} {countdown(row.answer_due_at, page.now)}")
    if row.waits_for:
        return clamp(row.waits_for)
    return word(TURN[row.status]) if row.status in TURN else ""


def refund_applied(row: Any, page: Any) -> Cell:
    return when(row.applied_at)


def refund_due(row: Any, page: Any) -> Cell:
    """The platform's promise while it is under review; it stands still while the shop has the ball."""
    if row.status == Status.NEED_INFO:
        return SafeString(f'<span class="text-muted">{word(CLOCK_STOPPED)}</span>')
    if row.status not in WITH_US:
        return ""
    late = sub(word(OVER_TIME), "text-danger") if row.escalated_at else ""
    return SafeString(f"{when(row.review_due_at)}{late}")


def refund_closed(row: Any, page: Any) -> Cell:
    return when(row.closed_at) if row.closed_at else ""

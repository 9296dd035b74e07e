"""The cells of the deposits' lists: flat rows, their columns by ORM path."""

from typing import Any

from django.utils.safestring import SafeString

from foundation.lists.cells import EMPTY, badge, copied, label, link, money, state_of, text, when
from foundation.shell.words import language

from .models import Violation
from .states import Severity

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

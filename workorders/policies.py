"""The types of questions as rule rows (rules §6): seeded once, added to by the platform in admin; their reminders."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from .models import PolicyStage, VoucherKind, WorkOrder, WorkOrderPolicy
from .rule_rows import REMINDERS, RULES
from .voucher_rows import VOUCHERS

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)

def seed_policies() -> None:
    """Idempotent: adds what has no row yet – kinds of vouchers, rules with their stages; never touches an edited one."""
    kinds = set(VoucherKind.objects.values_list("code", flat=True))
    for row in VOUCHERS:
        if row["code"] not in kinds:
            VoucherKind.objects.create(**row)
    types = set(WorkOrderPolicy.objects.values_list("type", flat=True))
    for rule in RULES:
        if rule["type"] not in types:
            add_rule(effective_from=BEGINNING, reminders=REMINDERS, **rule)


@transaction.atomic
def add_rule(*, stages: Sequence[dict[str, Any]], **columns: Any) -> WorkOrderPolicy:
    """A new rule from its columns and its stages, the first one first: name_zh, name_en, hours, branches, slots, options."""
    first, *later = stages
    names = {"stage_name_zh": first.get("name_zh", ""), "stage_name_en": first.get("name_en", "")}
    same = {name: first[name] for name in ("branches", "slots", "options") if name in first}
    policy = WorkOrderPolicy.objects.create(window_hours=first["hours"], **names, **same, **columns)
    for number, stage in enumerate(later, start=2):
        PolicyStage.objects.create(policy=policy, number=number, **stage)
    return policy


def reminder_times(opened_at: datetime, due_at: datetime, reminders: list[str]) -> list[tuple[datetime, str]]:
    """When each reminder of a window falls due, earliest first: "50%" of the window, "4h" or "30m" before its end.

    Those that would fall on or before the opening are left out, and unreadable ones ignored.
    """
    times = [(moment, code) for code in reminders if (moment := _moment(code, opened_at, due_at)) is not None]
    return sorted((moment, code) for moment, code in times if opened_at < moment < due_at)


def window_reminders(case: WorkOrder) -> list[tuple[datetime, str]]:
    """The reminders of a case's present window; none without a clock."""
    if case.window_opened_at is None or case.due_at is None:
        return []
    return reminder_times(case.window_opened_at, case.due_at, case.policy.reminders)


def _moment(code: str, opened_at: datetime, due_at: datetime) -> datetime | None:
    unit, figure = code[-1:], code[:-1]
    if not (figure.isascii() and figure.isdecimal() and len(figure) <= 4):
        return None
    amount = int(figure)
    if unit == "%":
        return opened_at + (due_at - opened_at) * amount / 100
    if unit == "h":
        return due_at - timedelta(hours=amount)
    return due_at - timedelta(minutes=amount) if unit == "m" else None

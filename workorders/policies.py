"""The two types of question as rule rows (rules §6); seeded once, edited by the platform in admin."""

from datetime import UTC, datetime, timedelta
from typing import Any

from .models import WorkOrder, WorkOrderPolicy
from .states import Branch, Type

BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
REMINDERS = ["50%", "4h", "1h"]

SEEDS: list[dict[str, Any]] = [
    {
        "type": Type.NOT_RECEIVED,
        "name_zh": "未收到货",
        "name_en": "Not received though signed",
        "window_hours": 48,
        "slots": ["shipping_slip", "sign_off_proof"],
        "branches": [Branch.EVIDENCE, Branch.AGREE_REFUND],
        "refund_share_bp": 10_000,
        "compensation_bp": 0,
        "delists": False,
        "counts_dispute": True,
        "source_note": (
            "ours: hours to decide and to answer again, reminders, sheet limits, months kept. "
            "Window, vouchers and full refund are the seller article's on work orders (2018)."
        ),
    },
    {
        "type": Type.WRONG_OR_MISSING,
        "name_zh": "错发漏发",
        "name_en": "Wrong or missing items",
        "window_hours": 24,
        "slots": ["weighing_dispatch", "weighing_sign_off", "weighing_delivery"],
        "branches": [Branch.EVIDENCE, Branch.NEGOTIATED, Branch.RESHIP],
        "refund_share_bp": 10_000,
        "compensation_bp": 3_000,
        "delists": True,
        "delist_days": 7,
        "counts_dispute": True,
        "source_note": (
            "ours: the share of the compensation (30 %), days delisted, hours to decide and to answer again, reminders, "
            "sheet limits, months kept. Window, vouchers, full refund, compensation and delisting are the seller "
            "article's on work orders (2018)."
        ),
    },
]


def seed_policies() -> None:
    """Idempotent: adds the row of a type that has none yet; never touches an edited rule."""
    for seed in SEEDS:
        if not WorkOrderPolicy.objects.filter(type=seed["type"]).exists():
            WorkOrderPolicy.objects.create(effective_from=BEGINNING, reminders=REMINDERS, **seed)


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

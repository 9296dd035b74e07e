"""How far a refund application is, as steps people read, and its progress in sentences (rules §7.5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from .eta import Progress
from .models import Payout, RefundApplication
from .states import ENDED, Status

S = Status
WAY = (S.APPLIED, S.IN_REVIEW, S.APPROVED, S.PAYING, S.PAID)

# What the estimate compared with, by the name of its step.
ALIKE = {
    "kind_band_month": gettext_lazy("same kind of shop, about this amount, ended in the last 30 days"),
    "kind_band_year": gettext_lazy("same kind of shop, about this amount, ended in the last year"),
    "kind_year": gettext_lazy("same kind of shop, ended in the last year"),
    "all_year": gettext_lazy("all shops, ended in the last year"),
}


@dataclass(frozen=True)
class Step:
    """`state` is done, now, to_come or ended; `at` when it was reached."""

    label: Any
    state: str
    at: datetime | None = None


def steps(application: RefundApplication, payout: Payout | None) -> list[Step]:
    """From applying to the payment; what ended without one ends where it was. `payout` is the latest attempt."""
    reached = _reached(application, payout)
    status = Status(application.status)
    if status in ENDED and status != S.PAID:
        done = [Step(one.label, "done", reached[one]) for one in WAY if reached[one] and one not in (S.PAYING, S.PAID)]
        return [*done, Step(status.label, "ended", application.closed_at)]
    if status == S.PAID:
        return [Step(one.label, "done", reached[one]) for one in WAY]
    here = WAY.index(S.IN_REVIEW if status == S.NEED_INFO else status)
    found = [
        Step(one.label, "done" if place < here else "now" if place == here else "to_come", reached[one] if place <= here else None)
        for place, one in enumerate(WAY)
    ]  # fmt: skip
    if status == S.NEED_INFO:
        found[here] = Step(status.label, "now", application.asked_at)
    return found


def _reached(application: RefundApplication, payout: Payout | None) -> dict[Status, datetime | None]:
    decided = application.decided_at if application.status != S.REJECTED else None
    return {
        S.APPLIED: application.applied_at, S.IN_REVIEW: application.taken_at, S.APPROVED: decided,
        S.PAYING: payout.created_at if payout else None, S.PAID: application.paid_at,
    }  # fmt: skip


def said(application: RefundApplication, progress: Progress) -> list[str]:
    """Place, day, and how long such cases take, one sentence each; nothing about what is over."""
    if not application.is_open:
        return []
    return [*_place(progress), *_day(progress)]


def _place(progress: Progress) -> Iterator[str]:
    if progress.place is not None and progress.ahead:
        yield ngettext(
            "Place %(place)d in the platform's queue: %(count)d application is before it.",
            "Place %(place)d in the platform's queue: %(count)d applications are before it.", progress.ahead,
        ) % {"place": progress.place, "count": progress.ahead}  # fmt: skip
    elif progress.place is not None:
        yield _("First in the platform's queue: none is before it.")


def _day(progress: Progress) -> Iterator[str]:
    yield _("Today is day %(day)d.") % {"day": progress.day}
    if progress.low_days is None or progress.high_days is None:
        yield _("Too few comparable applications have ended to say how long it takes.")
        return
    days = {
        "low": progress.low_days, "high": progress.high_days, "cases": progress.cases,
        "alike": ALIKE[progress.step],
    }  # fmt: skip
    if progress.low_days in (0, progress.high_days):
        yield ngettext(
            "80 %% of %(cases)d comparable applications (%(alike)s) took at most %(high)d day.",
            "80 %% of %(cases)d comparable applications (%(alike)s) took at most %(high)d days.", progress.high_days,
        ) % days  # fmt: skip
    else:
        yield _("80 %% of %(cases)d comparable applications (%(alike)s) took %(low)d–%(high)d days.") % days
    if progress.longer_than_most:
        yield _("Yours takes longer than most of them.")

"""How far a deposit refund is, and how long it takes from our own closed cases (rules §7.5).

Never a guess: with too few closed cases there is no interval. Days are spans of 24 hours from applying, the shop's own
time to answer included, for the open application as for the closed ones: they are days people wait.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from foundation.lifecycle.deadlines import is_overdue

from .eligibility import Eligibility, look, not_covered
from .models import RefundApplication
from .services.outcomes import NOT_CONFIRMED, NOT_THROUGH
from .states import REVIEWED, WITH_US, Status

COVER = 80  # per cent
FEWEST = 200 // (100 - COVER) - 1  # closed cases without which no interval covers that
MONTH, YEAR = timedelta(days=30), timedelta(days=365)
COUNTED = (Status.PAID, Status.REJECTED)  # withdrawn and stopped ones say nothing about how long the platform takes
MOST = 1000  # the newest cases of a step: more say nothing new
DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Progress:
    """How far an application is.

    `place` is its place in the queue of what is not decided, 1 for the first, with `ahead` applications before it; None
    once it is decided or over. Yours is `day` n: the n-th span of 24 hours since applying, up to its end. 80 % of the
    `cases` comparable ones of `step` took from `low_days` to `high_days` whole days; both None for too few. `waits_for`
    is a sentence, "" for nothing. `late`: the platform missed the rule's days while it had the ball.
    """

    place: int | None
    ahead: int
    day: int
    low_days: int | None
    high_days: int | None
    cases: int
    step: str
    waits_for: str
    late: bool

    @property
    def longer_than_most(self) -> bool:
        """Whether it takes longer than nine of ten comparable cases did."""
        return self.high_days is not None and self.day > self.high_days


def progress(application: RefundApplication, now: datetime, found: Eligibility | None = None) -> Progress:
    """How far an application is at `now`; `found` is the shop's eligibility if somebody looked already. Only reads.

    At most one statement for its place and four for the interval, besides those of `look`.
    """
    until = min(application.closed_at or now, now)
    ahead = _ahead(application)
    history = comparable(application, until)
    step, days = history or ("", [])
    span = interval(days)
    low, high = whole_days(span) if span else (None, None)
    return Progress(
        place=None if ahead is None else ahead + 1, ahead=ahead or 0, day=_day(application.applied_at, until),
        low_days=low, high_days=high, cases=len(days), step=step,
        waits_for=_waits_for(application, now, found), late=_is_late(application, now),
    )  # fmt: skip


def interval(durations: Sequence[float], cover: int = COVER) -> tuple[float, float] | None:
    """The order statistics between which the next of the same sort falls in `cover` per cent; None for too few."""
    ordered, count = sorted(durations), len(durations)
    low = (100 - cover) * (count + 1) // 200  # in whole numbers: 0.1 × 40 is less than 4 as a float
    return (ordered[low - 1], ordered[count - low]) if low else None


def whole_days(found: tuple[float, float]) -> tuple[int, int]:
    """An interval as it is told: whole days, rounded outwards, so that it holds at least what the exact one does."""
    return math.floor(found[0]), math.ceil(found[1])


def steps(application: RefundApplication) -> Iterator[tuple[str, dict[str, Any], timedelta]]:
    """What counts as comparable, narrow to wide: a name, the filter, and how far back it reaches."""
    kind, band = {"shop_kind": application.shop_kind}, {"band": application.band}
    yield "kind_band_month", kind | band, MONTH
    yield "kind_band_year", kind | band, YEAR
    yield "kind_year", kind, YEAR
    yield "all_year", {}, YEAR


def closed_before(now: datetime, back: timedelta, **alike: Any) -> "QuerySet[RefundApplication]":
    """Comparable cases known at `now`, the newest first: nothing that ended then or later is looked at."""
    rows = RefundApplication.objects.filter(status__in=COUNTED, closed_at__lt=now, closed_at__gte=now - back, **alike)
    return rows.order_by("-closed_at", "-pk")


def days_taken(rows: "QuerySet[RefundApplication]") -> list[float]:
    """Days from applying to the end of each of the first MOST."""
    pairs = rows.values_list("applied_at", "closed_at")[:MOST]
    return [days_between(begin, end) for begin, end in pairs if end is not None]


def days_between(begin: datetime, end: datetime) -> float:
    """Spans of 24 hours between the two."""
    return (end - begin).total_seconds() / DAY_SECONDS


def comparable(application: RefundApplication, now: datetime) -> tuple[str, list[float]] | None:
    """The narrowest step with the rule's `history_cases`, by its name, and its days; None when even the widest has fewer."""
    needed = max(application.policy.history_cases, FEWEST)
    for name, alike, back in steps(application):
        days = days_taken(closed_before(now, back, **alike))
        if len(days) >= needed:
            return name, days
    return None


def _day(applied_at: datetime, until: datetime) -> int:
    return max(0, math.floor(days_between(applied_at, until))) + 1


def _ahead(application: RefundApplication) -> int | None:
    """How many undecided ones were applied for before it; None when it is decided. The shop's turn keeps its place."""
    if application.status not in REVIEWED:
        return None
    at, pk = application.applied_at, application.pk
    before = Q(applied_at__lt=at) | Q(applied_at=at, pk__lt=pk)
    return RefundApplication.objects.filter(before, status__in=REVIEWED).count()


def _is_late(application: RefundApplication, now: datetime) -> bool:
    """Like `escalate_due`, without waiting for it; while the shop has the ball the clock stands where it stood."""
    moment = application.asked_at if application.status == Status.NEED_INFO else None
    return application.status in REVIEWED and is_overdue(application.review_due_at, moment or now)


def _waits_for(application: RefundApplication, now: datetime, found: Eligibility | None) -> str:
    """What has to happen next: what would make approving or paying wait, else whose turn it is."""
    if application.status in WITH_US:
        return _in_the_way(application, now, found) or _reviewers_turn(application)
    if application.status == Status.NEED_INFO:
        return _("The shop's answer")
    if application.status == Status.APPROVED:
        if application.parked_at is not None:
            return str(NOT_THROUGH)
        return _in_the_way(application, now, found) or _("The payment")
    if application.status == Status.PAYING:
        return str(NOT_CONFIRMED) if application.waits_for else _("The payment")
    return ""


def _in_the_way(application: RefundApplication, now: datetime, found: Eligibility | None) -> str:
    """The first sentence `must_be_covered` would raise, in the reader's language."""
    found = found or look(application.shop, now, lines=0)
    for condition in found.conditions:
        if not condition.met:
            return str(condition.sentence)
    amount = application.amount_minor
    return str(not_covered(found, amount, own_held=amount) or "")


def _reviewers_turn(application: RefundApplication) -> str:
    if application.status == Status.APPLIED:
        return _("A reviewer who takes it")
    return _("A second reviewer") if application.first_by_id else _("The reviewer's decision")

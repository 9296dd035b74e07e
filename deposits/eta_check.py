"""Does the interval of an estimate hold what it promises? Told for every closed case as it would have been (rules §7.5)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from .eta import COUNTED, comparable, days_between, interval, whole_days
from .models import RefundApplication


@dataclass
class Score:
    """How often the interval of one step held: of `cases`, the exact one `covered`, and the whole days as `shown`."""

    cases: int = 0
    covered: int = 0
    shown: int = 0

    def add(self, days: float, low: float, high: float) -> None:
        """One more case that took `days`, and the exact interval it would have been told."""
        floor, ceiling = whole_days((low, high))
        self.cases += 1
        self.covered += low <= days <= high
        self.shown += floor <= days <= ceiling

    def __add__(self, other: "Score") -> "Score":
        return Score(self.cases + other.cases, self.covered + other.covered, self.shown + other.shown)


@dataclass(frozen=True)
class Scores:
    """The score of each step that told something, narrow to wide, and how many cases were told nothing."""

    steps: dict[str, Score]
    untold: int

    @property
    def overall(self) -> Score:
        return sum(self.steps.values(), Score())


def held_out(shop_kind: str = "", last: int | None = None) -> "QuerySet[RefundApplication]":
    """The closed cases an estimate could have been right or wrong about, the newest first; the `last` ones only."""
    rows = RefundApplication.objects.filter(status__in=COUNTED, closed_at__isnull=False).select_related("policy")
    return (rows.filter(shop_kind=shop_kind) if shop_kind else rows).order_by("-closed_at", "-pk")[:last]


def score(cases: Iterable[RefundApplication]) -> Scores:
    """What each case would have been told when it applied, from what had ended by then, against what it took."""
    steps = {name: Score() for name in ("kind_band_month", "kind_band_year", "kind_year", "all_year")}
    untold = 0
    for step, days, found in _told(cases):
        if found is None:
            untold += 1
        else:
            steps[step].add(days, *found)
    return Scores({name: one for name, one in steps.items() if one.cases}, untold)


def _told(cases: Iterable[RefundApplication]) -> Iterator[tuple[str, float, tuple[float, float] | None]]:
    """For each case its step, the days it took, and the interval; nothing of itself is known when it applies."""
    for case in cases:
        if case.closed_at is None:
            continue
        step, known = comparable(case, case.applied_at) or ("", [])
        yield step, days_between(case.applied_at, case.closed_at), interval(known)

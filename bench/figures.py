"""One measured figure, the table of all, and the file they are kept in."""

import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from foundation.lifecycle.roomy import roomy

RESULTS = Path(__file__).resolve().parent / "results.json"


@dataclass
class Figure:
    """`ratio` is value ÷ reference, or None where the value itself is what counts.

    `must` and `stretch` bound the ratio (or the value): from above, or from below where `more` is better.
    """

    name: str
    value: float
    unit: str
    reference: float | None = None
    must: float | None = None
    stretch: float | None = None
    more: bool = False

    @property
    def ratio(self) -> float | None:
        return self.value / self.reference if self.reference else None

    def reaches(self, bound: float | None) -> bool | None:
        if bound is None:
            return None
        measured = self.value if self.ratio is None else self.ratio
        return measured >= bound if self.more else measured <= bound

    def as_row(self) -> dict[str, object]:
        row = asdict(self)
        del row["more"]
        ratio = None if self.ratio is None else round(self.ratio, 3)
        kept = {name: round(figure, 3) if isinstance(figure, float) else figure for name, figure in row.items()}
        return {
            **kept, "ratio": ratio, "bound": "at least" if self.more else "at most",
            "met": self.reaches(self.must), "stretched": self.reaches(self.stretch),
        }  # fmt: skip


def median_of(work: Callable[[], object], rounds: int) -> float:
    """Median seconds of `rounds` runs."""
    return statistics.median(timed(work) for _round in range(rounds))


def timed(work: Callable[[], object]) -> float:
    work = roomy(work)
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def say(sentence: str = "") -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def keep(figures: Sequence[Figure]) -> None:
    """Write results.json; figures not measured this time stay as they were."""
    known = {row["name"]: row for row in json.loads(RESULTS.read_text())} if RESULTS.exists() else {}
    known |= {figure.name: figure.as_row() for figure in figures}
    RESULTS.write_text(json.dumps(list(known.values()), indent=1, ensure_ascii=False) + "\n")


def table(figures: Iterable[Figure]) -> None:
    say(f"\n{'':<52} {'value':>10} {'':<7} {'reference':>10} {'ratio':>8} {'must':>8} {'stretch':>8}")
    for figure in figures:
        row = figure.as_row()
        sign = "≥" if figure.more else "≤"
        bounds = [f"{sign} {bound:g}" if bound is not None else "" for bound in (figure.must, figure.stretch)]
        met = {None: "", True: "met", False: "MISSED"}[figure.reaches(figure.must)]
        say(
            f"{figure.name:<52} {_short(row['value']):>10} {figure.unit:<7} {_short(row['reference']):>10} "
            f"{_short(row['ratio']):>8} {bounds[0]:>8} {bounds[1]:>8}  {met}{'+' if figure.reaches(figure.stretch) else ''}"
        )


def _short(number: object) -> str:
    if not isinstance(number, int | float):
        return ""
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.4g}"

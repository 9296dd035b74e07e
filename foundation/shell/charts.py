"""Bar charts people can read, drawn on the server: SVG attributes, no script, no style; the table stands behind.

`{% include "components/bar_chart.html" with chart=chart %}` draws one series as bars of its own scale; several series
are several small charts over the same days, so no colour has to tell them apart. `bar_table` is the twin of them all.
`components/rank_chart.html` draws shares of things with names (carriers, provinces) as lying bars.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

STEP, GAP, HEIGHT = 20, 4, 60  # units of the SVG's own space
SLIVER = 2  # height of the smallest bar that is not nothing


@dataclass(frozen=True)
class Bar:
    """One mark: `label` names it (a day), `text` is its value in words, `url` the list it counts."""

    label: str
    value: int
    text: str
    url: str = ""
    current: bool = False  # a day that is not over yet


@dataclass(frozen=True)
class Mark:
    """A bar with its place in the SVG; the whole column from `left` may be clicked."""

    bar: Bar
    left: int
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class BarChart:
    """One series: `total` is its sum in words, `tone` one of the tokens' colours (blue, green, red, amber, grey).
    Bars are days, weeks or hours (`of`), or how days ended ("end")."""

    key: str
    title: Any
    total: str
    bars: Sequence[Bar]
    tone: str = "blue"
    icon: str = ""
    of: str = "day"

    @property
    def width(self) -> int:
        return STEP * len(self.bars)

    @property
    def height(self) -> int:
        return HEIGHT

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width} {HEIGHT}"

    @property
    def step(self) -> int:
        return STEP

    @property
    def marks(self) -> list[Mark]:
        """Bars scaled to the largest; what is nothing has no height, what is little still shows."""
        most = max((bar.value for bar in self.bars), default=0)
        found = []
        for place, bar in enumerate(self.bars):
            height = max(SLIVER, bar.value * HEIGHT // most) if bar.value > 0 else 0
            found.append(Mark(bar, place * STEP, place * STEP + GAP // 2, HEIGHT - height, STEP - GAP, height))
        return found

    @property
    def highest(self) -> str:
        """What the tallest bar stands for, in words; "" when there is none."""
        tallest = max(self.bars, key=lambda bar: bar.value, default=None)
        return tallest.text if tallest and tallest.value else ""


@dataclass(frozen=True)
class TableRow:
    """A day across all series."""

    label: str
    bars: Sequence[Bar]


def bar_table(charts: Sequence[BarChart]) -> list[TableRow]:
    """The same bars as rows, newest first: one cell per series. The charts share their labels."""
    if not charts:
        return []
    rows = zip(*(chart.bars for chart in charts), strict=True)
    return [TableRow(bars[0].label, bars) for bars in rows][::-1]


@dataclass(frozen=True)
class Rank:
    """One lying bar: `percent` of its whole, 0 to 100, or None where there is nothing to divide; `text` says it in words."""

    label: str
    percent: int | None
    text: str
    url: str = ""

    @property
    def width(self) -> int:
        return max(0, min(self.percent or 0, 100))


@dataclass(frozen=True)
class RankChart:
    """Shares of things with names, in the order given."""

    key: str
    title: Any
    ranks: Sequence[Rank]
    tone: str = "blue"

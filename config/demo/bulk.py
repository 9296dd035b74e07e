"""A book of up to millions of orders, written while it streams by: memory stays flat, a chunk is a transaction.

Each shop's orders, cases and bookings come in the order they would have happened, through the same services as real
ones. Unlike the small demo it is not all or nothing: a run that breaks off leaves a database to throw away.
"""

import heapq
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from django.db import connection, transaction

from foundation.accounts.models import Shop
from orders.models import Order, OrderLine
from orders.services import arrive_many
from orders.states import OrderState
from workorders import services
from workorders.models import WorkOrder
from workorders.rule_rows import NOT_RECEIVED, WRONG_OR_MISSING
from workorders.states import Outcome, Reason

from . import cases, parcels, tracks
from .book import Arrival, Book
from .people import Cast
from .timeline import CHUNK, HOUR, Timeline

FROM = 20_000  # orders; smaller books are made in one transaction, with every story told
CASES_PER_ORDER = 0.005
TRACKED_EVERY = 25  # of so many orders one has its parcel's scans
ASKED_ABOUT = (OrderState.SIGNED, OrderState.COMPLETED)
ASKED_ABOUT_SHARE = 0.69  # of the mix; what is made of it is rounded up by the share asked too late
TOLD_EVERY = 50_000
GROWN = 4  # times as many orders, and the database counts its rows anew

# What becomes of a case somebody answers: the shop agrees, or it reships and is judged. An answer is one case at a
# time, as it is in life, so a shop gives ANSWERED at the most; whatever is left runs out, which is done set-wise.
FATES = [("agree", 5), ("reshipped", 6), ("reshipped in vain", 4), ("unclear", 3)]
ANSWERED_SHARE = 0.18
ANSWERED = 150
VERDICTS = {
    "reshipped": cases.decide(Outcome.WON, Reason.RESHIPPED),
    "reshipped in vain": cases.decide(Outcome.LOST, Reason.NO_RESHIP),
    "unclear": cases.decide(Outcome.MORE, Reason.UNCLEAR, "请补充补寄包裹的物流截图。"),
}


def analyse() -> None:
    """Let the planner know how many rows there are: taken for a few, a book is read from end to end for each case."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


class Clockwork:
    """How long each kind of work took, for the report; and when it is time to analyse again."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.written, self.analysed = 0, CHUNK // GROWN

    def note(self, written: int) -> None:
        """So many more orders are committed."""
        self.written += written
        if self.written >= self.analysed * GROWN:
            self.analysed = self.written
            with self.timing("analysing"):
                analyse()

    @contextmanager
    def timing(self, phase: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[phase] += time.monotonic() - began

    def __str__(self) -> str:
        return ", ".join(f"{phase} {seconds:.0f} s" for phase, seconds in self.seconds.items())


class Stream:
    """One shop's history, written from the earliest order to `timeline.now`."""

    def __init__(
        self,
        cast: Cast,
        shop: Shop,
        book: Book,
        timeline: Timeline,
        *,
        clockwork: Clockwork,
        tell: Callable[[str], object],
    ):
        self.cast, self.shop, self.book, self.timeline = cast, shop, book, timeline
        self.clockwork, self.tell = clockwork, tell
        self.random = Random(f"cases:{shop.code}")
        self.answered = ANSWERED_SHARE
        self.waiting: list[tuple[datetime, str, int]] = []
        self.running_out: list[tuple[datetime, int]] = []

    def write(self, how_many: int, stories: list[cases.Story], how_many_cases: int | None = None) -> None:
        """The stories, about that many more cases, and orders up to `how_many`."""
        if how_many_cases is None:
            how_many_cases = int(how_many * CASES_PER_ORDER)
        how_many -= cases.tell(self.timeline, self.cast, self.shop, self.book, stories[:how_many])
        if len(stories) > len(cases.SMALL):
            how_many -= parcels.tell(self.timeline, self.cast, self.shop, self.book, how_many // 4)
        self.answered = min(ANSWERED_SHARE, ANSWERED / max(how_many_cases, 1))
        began, written = time.monotonic(), 0
        chance = how_many_cases / max(how_many * ASKED_ABOUT_SHARE, 1) * 1.05
        arrivals = self.book.chronicle(how_many)
        reached = datetime.min.replace(tzinfo=self.timeline.now.tzinfo)
        while chunk := self._next(arrivals):
            reached = max(reached, *(one.at for one in chunk))
            with transaction.atomic():
                self._catch_up(reached)
                with self.clockwork.timing("orders"):
                    orders = arrive_many([one.order for one in chunk], shop=self.shop, by=None, now=reached)
                with self.clockwork.timing("tracks"):
                    tracks.of_orders([order.pk for order in orders[::TRACKED_EVERY]], reached)
                self._ask(orders, reached, chance)
            before, written = written, written + len(chunk)
            self.clockwork.note(len(chunk))
            if written // TOLD_EVERY > before // TOLD_EVERY or written == how_many:
                rate = written / (time.monotonic() - began)
                self.tell(f"{self.shop.code}: {written:,} of {how_many:,} orders, {rate:,.0f} a second")
        with transaction.atomic():
            self._catch_up(self.timeline.now)

    def _catch_up(self, reached: datetime) -> None:
        """Everything that happened up to `reached`."""
        with self.clockwork.timing("answers"):
            self.timeline.run(until=reached)
        with self.clockwork.timing("questions"):
            self._open(reached)
        with self.clockwork.timing("forfeits"):
            self._run_out(reached)

    def _next(self, arrivals: Iterator[Arrival]) -> list[Arrival]:
        with self.clockwork.timing("inventing"):
            return list(islice(arrivals, CHUNK))

    def _ask(self, orders: list[Order], reached: datetime, chance: float) -> None:
        """The platform will ask about some of the orders that just came in."""
        for order in orders:
            if order.status in ASKED_ABOUT and self.random.random() < chance:
                asked_at = reached + self.random.uniform(0.5, 30) * HOUR
                heapq.heappush(self.waiting, (asked_at, order.number, order.pk))

    def _open(self, reached: datetime) -> None:
        """Ask what is to be asked by now, in one go, and lay down what will become of each case."""
        asked = [heapq.heappop(self.waiting) for _each in self._due(self.waiting, reached)]
        fates = [self._fate() for _each in asked]
        types = [self._type_for(fate) for fate in fates]
        about = [pk for (_at, _number, pk), type_ in zip(asked, types, strict=True) if type_ == WRONG_OR_MISSING]
        lines = {line.order_id: line for line in OrderLine.objects.filter(order_id__in=about, position=0)}
        questions = [
            services.Question(pk, type_, cases.QUESTIONS[type_], line=lines.get(pk))
            for (_at, _number, pk), type_ in zip(asked, types, strict=True)
        ]
        opened = services.open_work_orders(questions, by=self.cast.users["shenhe2"], now=reached)
        for (_at, number, _pk), fate, type_, row in zip(asked, fates, types, opened, strict=True):
            if isinstance(row, WorkOrder):
                case = cases.Case(self.timeline, self.cast, self.shop, number, type_, reached, row.pk)
                self._decide_fate(case, fate, row.due_at or reached)

    def _fate(self) -> str:
        """What will become of the next case."""
        if self.random.random() >= self.answered:
            return "run_out"
        fates, weights = zip(*FATES, strict=True)
        return self.random.choices(fates, weights)[0]

    def _type_for(self, fate: str) -> str:
        if fate == "run_out":
            return self.random.choice([NOT_RECEIVED, WRONG_OR_MISSING])
        return NOT_RECEIVED if fate == "agree" else WRONG_OR_MISSING

    def _decide_fate(self, case: cases.Case, fate: str, due_at: datetime) -> None:
        if fate == "run_out":
            heapq.heappush(self.running_out, (due_at, case.pk))
        elif fate == "agree":
            self._later(case, self.random.uniform(1, 40), cases.agree)
        else:
            answered = self.random.uniform(1, 20)
            self._later(case, answered, cases.reship)
            self._later(case, answered + self.random.uniform(2, 40), VERDICTS[fate])

    def _later(self, case: cases.Case, hours: float, act: Callable[[cases.Case, datetime], object]) -> None:
        """In the small demo what lies ahead happens now; here it has not happened yet."""
        if case.asked_at + timedelta(hours=hours) < self.timeline.now:
            case.after(hours, act)

    def _run_out(self, reached: datetime) -> None:
        """Whatever nobody answered in time, as the job does it: set-wise, a little after the deadline."""
        due = self._due(self.running_out, reached - timedelta(minutes=5))
        services.forfeit([heapq.heappop(self.running_out)[1] for _each in due], now=reached)

    @staticmethod
    def _due(waiting: list[Any], reached: datetime) -> Iterator[None]:
        """Once for each of the earliest whose moment has come; the caller takes it off the heap."""
        while waiting and waiting[0][0] < reached:
            yield

"""What happened in the demo's past, done in the order it happened."""

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count, groupby

from foundation.accounts.models import Shop
from foundation.lifecycle.deadlines import shanghai_day
from orders.services import arrive_many

from .book import Arrival

CHUNK = 2000
LATELY = timedelta(days=14)


class Timeline:
    """Acts by moment: books, histories and notices then stand in the order people expect."""

    def __init__(self, now: datetime):
        self.now = now
        self._acts: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._places = count()

    def add(self, at: datetime, act: Callable[[datetime], object]) -> None:
        """Do `act(at)` at `at`, or now if that lies ahead; among equals the one added first."""
        heapq.heappush(self._acts, (min(at, self.now), next(self._places), act))

    def arrive(self, shop: Shop, arrivals: list[Arrival]) -> None:
        """Orders come in set-wise: a day at a time of late, by the week before."""
        arrivals = sorted(arrivals, key=lambda one: (one.at, one.order.number))
        for _batch, group in groupby(arrivals, key=self._batch):
            orders = list(group)
            for start in range(0, len(orders), CHUNK):
                self._arrive(shop, orders[start : start + CHUNK])

    def _batch(self, one: Arrival) -> date:
        day = shanghai_day(one.at)
        return day if self.now - one.at < LATELY else day - timedelta(days=day.weekday())

    def _arrive(self, shop: Shop, chunk: list[Arrival]) -> None:
        orders = [one.order for one in chunk]
        self.add(chunk[-1].at, lambda at: arrive_many(orders, shop=shop, by=None, now=at))

    def run(self, until: datetime | None = None) -> int:
        """Do everything up to `until` (all of it if None), earliest first; an act may add later ones."""
        done = 0
        while self._acts and (until is None or self._acts[0][0] <= until):
            at, _place, act = heapq.heappop(self._acts)
            act(at)
            done += 1
        return done


HOUR = timedelta(hours=1)

"""Whose parcels are told, and the luck of their numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from foundation.accounts.models import Shop
from logistics.models import Parcel
from orders.services import arrive_many

from . import tracks
from .book import Arrival, Book
from .people import Cast
from .timeline import HOUR, Timeline

MINUTE = HOUR / 60
LOOK_EVERY = 9 * HOUR
PROVINCE = "示例省"
STOPPABLE = ("中通快递", "圆通速递", "申通快递", "韵达快递", "极兔速递", "顺丰速运")


class Tale:
    """One shop's stories of parcels; `orders` counts those it made."""

    def __init__(self, timeline: Timeline, cast: Cast, shop: Shop, book: Book):
        self.timeline, self.cast, self.shop, self.book = timeline, cast, shop, book
        self.random = Random(f"parcels:{shop.code}")
        self.now = timeline.now
        self.orders = 0

    def who(self, name: str) -> Any:
        """That person, if they work for the shop, else its owner."""
        user = self.cast.users[name]
        return user if user.memberships.filter(shop=self.shop).exists() else self.cast.users["dianzhu"]

    def draw(self, fits: Callable[[str], bool] = bool) -> str:
        """A number with the wanted fate at the sandbox carrier."""
        while True:
            number = f"DEMO{self.random.randint(0, 10**11 - 1):011d}"
            if fits(number):
                return number

    def send(self, since: datetime, number: str, carrier: str = "") -> "Journey":
        """An order handed over at `since` with this number, and no news of it yet."""
        return self.arrive(since, self.book.sent(since, number, carrier or self.random.choice(STOPPABLE)))

    def arrive(self, at: datetime, order: Arrival) -> "Journey":
        self.orders += 1
        self.timeline.add(at, lambda now: arrive_many([order.order], shop=self.shop, by=None, now=now))
        return Journey(self, order.order.number)


@dataclass
class Journey:
    """One order's first parcel while it is told."""

    tale: Tale
    order_number: str

    def parcel(self) -> Parcel:
        rows = Parcel.objects.select_related("order", "carrier")
        return rows.get(shop=self.tale.shop, order__number=self.order_number, kind="first")

    def add(self, at: datetime, act: Callable[[Parcel, datetime], object]) -> None:
        self.tale.timeline.add(at, lambda now: act(self.parcel(), now))

    def look(self, since: datetime, until: datetime) -> None:
        """The carrier's news come in, every few hours and at the end."""
        while since < until:
            self.add(since, tracks.follow)
            since += LOOK_EVERY
        self.add(until, tracks.follow)

"""The order book: what a shop of this size has on a day, every state of it, from one seed."""

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from foundation.catalog.services import Found
from foundation.lifecycle.deadlines import SHANGHAI
from logistics.carriers import sandbox
from orders.services import ArrivingLine, ArrivingOrder
from orders.services.shares import split
from orders.states import GroupState, OrderState

from . import people

PROMISE = timedelta(hours=48)
CARRIERS = [("中通快递", 22), ("圆通速递", 17), ("韵达快递", 16), ("申通快递", 15), ("极兔速递", 14), ("中国邮政", 9), ("顺丰速运", 7)]
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
GIVEN = "安宁乐欣晨雨晴明月思源嘉禾若水知行子墨"
REMARKS = ["请尽快发货，谢谢", "不要放门口", "送人的，麻烦包装好一点", "周末在家", "要米白色，不要雾蓝"]
NOTES = [("red", "买家催过一次，优先处理"), ("yellow", "颜色已和买家确认"), ("blue", "赠品一起发"), ("green", "老客户"), ("purple", "地址改过一次，以最新为准")]

# What the book is made of: (kind, share). Each kind appears at least once in a book that has room for it.
KINDS = [
    ("completed", 500), ("signed", 160), ("shipped", 130), ("refunded", 85), ("to_ship", 50), ("partly_refunded", 30),
    ("never_paid", 15), ("late", 12), ("number_missing", 10), ("grouping", 8),
]  # fmt: skip


@dataclass(frozen=True)
class Arrival:
    """An order and the moment it came into the house."""

    at: datetime
    order: ArrivingOrder


class Book:
    """Writes orders of one shop; the same seed and moment give the same orders."""

    def __init__(self, shop_code: str, found: Found, *, seed: int, now: datetime):
        self.random = Random(f"{seed}:{shop_code}")
        self.skus = sorted(found.skus.values(), key=lambda sku: sku.code)
        self.titles = {product.pk: product.title for product in found.products.values()}
        self.now = now
        self.count = 0
        self.first = int.from_bytes(self.random.randbytes(4)) * 10_000
        self._age: float | None = None  # how old the next order is within its kind's span, 0 to 1; None: anything

    def orders(self, how_many: int) -> Iterator[Arrival]:
        """The daily mix."""
        kinds, weights = zip(*KINDS, strict=True)
        chosen = [*kinds[:how_many], *self.random.choices(kinds, weights, k=max(how_many - len(kinds), 0))]
        for kind in chosen:
            yield self.order(kind)

    def chronicle(self, how_many: int) -> Iterator[Arrival]:
        """The daily mix, about the earliest first, never held in memory: each kind is spread evenly over its span."""
        total = sum(share for _kind, share in KINDS)
        bounds = [how_many * sum(share for _kind, share in KINDS[:place]) // total for place in range(len(KINDS) + 1)]
        streams = [
            self._spread(kind, end - start)
            for (kind, _share), start, end in zip(KINDS, bounds, bounds[1:], strict=False)
        ]
        return heapq.merge(*streams, key=lambda one: one.at)

    def _spread(self, kind: str, how_many: int) -> Iterator[Arrival]:
        for place in range(how_many):
            self._age = 1 - (place + self.random.random()) / how_many
            yield self.order(kind)

    def order(self, kind: str) -> Arrival:
        """One order of a kind in KINDS."""
        return getattr(self, f"_{kind}")()

    def signed_at(self, moment: datetime, sku: Any = None) -> Arrival:
        """An order signed for at `moment`, for a case about it."""
        shipped = moment - self._days(1.8, 3.5)
        grouped = shipped - self._days(0.3, 1.2)
        times = {"physically_shipped_at": shipped, "tracking_uploaded_at": shipped + self._days(0.02, 0.2), "signed_at": moment}
        return self._arrival(OrderState.SIGNED, grouped, moment, **times)

    def on_the_way(self, shipped: datetime, fate: str = "") -> Arrival:
        """An order handed over at `shipped` and not signed for, for a case about its parcel; `fate` is the sandbox's."""
        uploaded = shipped + self._days(0.01, 0.05)
        said: dict[str, Any] = {"physically_shipped_at": shipped, "tracking_uploaded_at": uploaded}
        while fate and sandbox.fate(said.get("tracking_number", "")) != fate:
            said["tracking_number"] = self._parcel()["tracking_number"]
        return self._arrival(OrderState.SHIPPED, shipped - self._days(0.3, 1.5), uploaded, **said)

    def sent(self, at: datetime, number: str, carrier: str) -> Arrival:
        """An order handed over at `at` with this number, for a story about its parcel."""
        said = {"physically_shipped_at": at, "tracking_uploaded_at": at, "tracking_number": number, "carrier": carrier}
        return self._arrival(OrderState.SHIPPED, at - self._days(0.3, 1.5), at, **said)

    def to_be_sent(self, at: datetime) -> Arrival:
        """An order that came in at `at` and waits for its parcel."""
        return self._arrival(OrderState.TO_SHIP, at, at, carrier="", tracking_number="")

    def without_number(self, at: datetime) -> Arrival:
        """An order handed over at `at` whose number nobody entered."""
        return self._arrival(OrderState.SHIPPED, at - self._days(0.3, 1), at, physically_shipped_at=at, tracking_number="")

    def _completed(self, **said: Any) -> Arrival:
        confirmed = self.now - self._days(1, 75)
        signed = confirmed - self._days(1, 7)
        arrival = self.signed_at(signed)
        order = self._but(arrival.order, status=OrderState.COMPLETED, confirmed_at=confirmed, **said)
        return Arrival(confirmed, order)

    def _partly_refunded(self) -> Arrival:
        arrival = self._completed()
        part = max(arrival.order.paid_minor * self.random.choice([10, 20, 30, 50]) // 100, 1)
        return Arrival(arrival.at, self._but(arrival.order, refunded_minor=part))

    def _refunded(self) -> Arrival:
        arrival = self._completed()
        return Arrival(arrival.at, self._but(
            arrival.order, status=OrderState.REFUNDED, refunded_minor=arrival.order.paid_minor, confirmed_at=None,
        ))  # fmt: skip

    def _signed(self) -> Arrival:
        return self.signed_at(self.now - self._days(0.1, 13))

    def _shipped(self) -> Arrival:
        shipped = self.now - self._days(0.1, 4)
        uploaded = shipped + self._days(0.01, 0.09)
        times = {"physically_shipped_at": shipped, "tracking_uploaded_at": uploaded}
        return self._arrival(OrderState.SHIPPED, shipped - self._days(0.3, 1.5), uploaded, **times)

    def _number_missing(self) -> Arrival:
        shipped = self.now - self._days(0.1, 1.5)
        grouped = shipped - self._days(0.3, 1)
        return self._arrival(OrderState.SHIPPED, grouped, shipped, physically_shipped_at=shipped, tracking_number="")

    def _to_ship(self) -> Arrival:
        grouped = self.now - self._days(0.05, 1.7)
        return self._arrival(OrderState.TO_SHIP, grouped, grouped, carrier="", tracking_number="")

    def _late(self) -> Arrival:
        grouped = self.now - PROMISE - self._days(0.05, 0.9)
        return self._arrival(OrderState.TO_SHIP, grouped, grouped, carrier="", tracking_number="", flag="red",
                             staff_note="缺货待补，已和买家说明")  # fmt: skip

    def _grouping(self) -> Arrival:
        placed = self.now - self._days(0.02, 0.8)
        return self._arrival(
            OrderState.GROUPING, placed, placed, grouped_at=None, promised_ship_at=None, carrier="", tracking_number="",
            group_state=GroupState.GROUPING, placed_at=placed, paid_at=placed + timedelta(minutes=1),
        )  # fmt: skip

    def _never_paid(self) -> Arrival:
        placed = self.now - self._days(0.5, 60)
        return self._arrival(
            OrderState.CANCELLED, placed, placed + timedelta(hours=1), grouped_at=None, promised_ship_at=None, paid_at=None,
            carrier="", tracking_number="", group_state=GroupState.NONE, paid_minor=0, placed_at=placed,
        )  # fmt: skip

    def _arrival(self, state: str, grouped: datetime, at: datetime, **said: Any) -> Arrival:
        """Goods, amounts and buyer around the given times; `said` wins over all of it."""
        placed = said.get("placed_at") or grouped - self._days(0.01, 0.25)
        fields = {
            "status": state, "placed_at": placed, "paid_at": placed + timedelta(seconds=self.random.randint(20, 600)),
            "grouped_at": grouped, "promised_ship_at": grouped + PROMISE, "group_state": GroupState.COMPLETE,
            "number": self._number(said.get("placed_at") or placed), **self._goods(), **self._buyer(), **self._parcel(), **self._notes(),
        }  # fmt: skip
        fields |= said
        if not fields["paid_minor"]:
            fields["lines"] = tuple(self._but(line, paid_minor=0) for line in fields["lines"])
        return Arrival(min(at, self.now), ArrivingOrder(**fields))

    def _goods(self) -> dict[str, Any]:
        picked = self.random.sample(self.skus, self.random.choices([1, 2, 3], [80, 16, 4])[0])
        quantities = [self.random.choices([1, 2, 3], [85, 12, 3])[0] for _ in picked]
        amounts = [sku.price_minor * quantity for sku, quantity in zip(picked, quantities, strict=True)]
        goods = sum(amounts)
        discount = min(self.random.choices([0, 200, 500, 1000], [55, 20, 15, 10])[0], goods // 4)
        postage = self.random.choices([0, 600, 1000], [93, 5, 2])[0]
        shares = split(goods - discount, amounts)
        lines = tuple(
            ArrivingLine(self.titles[sku.product_id], sku.name, quantity, sku.price_minor, share, sku.product_id, sku.pk)
            for sku, quantity, share in zip(picked, quantities, shares, strict=True)
        )
        return {
            "goods_minor": goods, "discount_minor": discount, "postage_minor": postage,
            "paid_minor": goods - discount + postage, "lines": lines,
        }  # fmt: skip

    def _buyer(self) -> dict[str, str]:
        name = self.random.choice(SURNAMES) + "".join(self.random.sample(GIVEN, self.random.choice([1, 2])))
        address = f"示例省示例市示例区示例路{self.random.randint(1, 999)}号{self.random.randint(101, 2804)}室"
        return {
            "buyer_name": name, "buyer_phone": people.phone(self.random.randint(0, 79_999_999)), "province": "示例省",
            "address": address, "buyer_remark": self.random.choice(REMARKS) if self.random.random() < 0.08 else "",
        }  # fmt: skip

    def _parcel(self) -> dict[str, str]:
        names, weights = zip(*CARRIERS, strict=True)
        return {
            "carrier": self.random.choices(names, weights)[0],
            "tracking_number": f"DEMO{self.random.randint(0, 10**11 - 1):011d}",
        }

    def _notes(self) -> dict[str, str]:
        if self.random.random() > 0.06:
            return {}
        flag, note = self.random.choice(NOTES)
        return {"flag": flag, "staff_note": note}

    def _number(self, placed: datetime) -> str:
        """`yymmdd-` and 15 digits; the last ones count, so no two are alike."""
        self.count += 1
        return f"{placed.astimezone(SHANGHAI):%y%m%d}-{self.first + self.count:015d}"

    def _days(self, least: float, most: float) -> timedelta:
        """A span, nearer to the least than to the most. The first one asked for says how old an order is."""
        age, self._age = self._age, None
        span = least + (most - least) * (1 - math.sqrt(1 - (self.random.random() if age is None else age)))
        return timedelta(seconds=round(span * 86400))

    @staticmethod
    def _but(given: Any, **changes: Any) -> Any:
        fields = {name: getattr(given, name) for name in given.__dataclass_fields__}
        return type(given)(**(fields | changes))

"""Orders for tests of this app and of every app above it, made by the same service that real ones arrive through."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from foundation.lifecycle import clock
from orders.models import Order
from orders.services import ArrivingLine, ArrivingOrder, arrive_many

_numbers = count(1)


def arriving(now: datetime, **said: Any) -> ArrivingOrder:
    """An order placed ten days before `now` and signed three days ago, paid ¥120.00 in two lines and ¥5.00 postage."""
    given: dict[str, Any] = {
        "number": f"261101-{next(_numbers):015d}",
        "placed_at": now - timedelta(days=10),
        "paid_at": now - timedelta(days=10),
        "status": "signed",
        "physically_shipped_at": now - timedelta(days=8),
        "tracking_uploaded_at": now - timedelta(days=8),
        "signed_at": now - timedelta(days=3),
        "paid_minor": 12500,
        "postage_minor": 500,
        "buyer_name": "张示例",
        "buyer_phone": "13800001234",
        "province": "示例省",
        "address": "示例市示例路1号",
        "carrier": "示例快递",
        "tracking_number": f"SF{next(_numbers):012d}",
    }
    given |= said
    if "lines" not in given and given["paid_minor"] == 12500:
        given["lines"] = (
            ArrivingLine("纯棉四件套", "1.8m", 1, 8000, 8000),
            ArrivingLine("保温杯", "500ml", 2, 2000, 4000),
        )
    return ArrivingOrder(**given)


def make_order(shop: Any, now: datetime | None = None, **said: Any) -> Order:
    """One arrived order of `shop`; whatever `ArrivingOrder` takes may be said."""
    now = now or clock.now()
    return arrive_many([arriving(now, **said)], shop=shop, by=None, now=now)[0]


def make_orders(shop: Any, how_many: int, now: datetime | None = None, **said: Any) -> list[Order]:
    """Several, a minute apart, newest last."""
    now = now or clock.now()
    items = [
        arriving(now, **{"placed_at": now - timedelta(days=10, minutes=-step), **said}) for step in range(how_many)
    ]
    return arrive_many(items, shop=shop, by=None, now=now)

"""News of orders: whatever arrives brings its parcel (rules §4)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from orders.models import Order
from orders.signals import orders_arrived

from .services import arriving


@receiver(orders_arrived, dispatch_uid="logistics.orders_arrived")
def make_parcels(orders: Sequence[Order], fresh: bool, now: datetime, **_unknown: Any) -> None:
    arriving.arrive_parcels(orders, now=now, fresh=fresh)

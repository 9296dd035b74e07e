"""Questions about sets of orders."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from .states import OrderState

ARRIVED = "arrived"  # models.refund.Cause, which stands on this module


class OrderQuerySet(models.QuerySet[Any]):
    def for_shop(self, shop: Any) -> "OrderQuerySet":
        return self.filter(shop_id=shop.pk)

    def settleable(self, now: datetime, days: int) -> "OrderQuerySet":
        """Signed at least `days` days before `now` and not settled: the settle job's candidates, oldest first."""
        return self.filter(
            status=OrderState.SIGNED, settled_at=None, parked_at=None, signed_at__lte=now - timedelta(days=days)
        ).order_by("signed_at", "pk")

    def number_missing(self) -> "OrderQuerySet":
        """Handed over offline, tracking number not entered."""
        return self.filter(physically_shipped_at__isnull=False, tracking_uploaded_at=None)

    def late_to_ship(self, now: datetime) -> "OrderQuerySet":
        """The shop still owes a parcel and the promised shipping time is over."""
        return self.filter(status=OrderState.TO_SHIP, promised_ship_at__lt=now)

    def paid(self) -> "OrderQuerySet":
        return self.filter(~Q(paid_minor=0))


class RefundQuerySet(models.QuerySet[Any]):
    def given_back(self, shop: Any, start: datetime, end: datetime) -> "RefundQuerySet":
        """What went back to buyers of the shop in [start, end); not what had gone back before its order arrived here."""
        return self.filter(shop_id=shop.pk, at__gte=start, at__lt=end).exclude(cause=ARRIVED)

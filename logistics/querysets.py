"""Questions asked of many parcels or interceptions at once."""

from typing import Any

from django.db.models import QuerySet

from foundation.accounts.models import Shop

from .states import OPEN


class ParcelQuerySet(QuerySet[Any]):
    def for_shop(self, shop: Shop | int) -> "ParcelQuerySet":
        return self.filter(shop_id=shop if isinstance(shop, int) else shop.pk)

    def number_missing(self) -> "ParcelQuerySet":
        """Handed over, nobody entered the number yet."""
        return self.filter(tracking_number="", status="label")


class InterceptionQuerySet(QuerySet[Any]):
    def for_shop(self, shop: Shop | int) -> "InterceptionQuerySet":
        return self.filter(shop_id=shop if isinstance(shop, int) else shop.pk)

    def running(self) -> "InterceptionQuerySet":
        return self.filter(status__in=OPEN)

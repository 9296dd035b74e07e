"""Parcels in the search box: by tracking number or the parcel's own."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.shell.search import Hit, register

from .models import Parcel
from .states import ParcelKind
from .subjects import parcel_url

MOST = 20


def find_parcels(membership: Any, text: str) -> list[Hit]:
    """The shop's parcels of that number, on indexes; one query."""
    if not membership.can("logistics.view"):
        return []
    wanted = text.upper()
    rows = Parcel.objects.for_shop(membership.shop_id).filter(Q(tracking_number=wanted) | Q(number=wanted))
    found = rows.select_related("order").only("number", "tracking_number", "kind", "status", "shop_id", "order__number")
    return [_hit(parcel, membership.shop, wanted) for parcel in found.order_by("-pk")[:MOST]]


def _hit(parcel: Parcel, shop: Any, wanted: str) -> Hit:
    """The number of a first parcel is its order's too: there one goes, and sees the parcel."""
    parcel.shop = shop
    said = " · ".join([parcel.tracking_number or parcel.number, parcel.order.number, str(parcel.get_status_display())])
    return Hit(_("Parcel"), said, parcel_url(parcel), parcel.kind != ParcelKind.FIRST or wanted == parcel.number)


register(find_parcels)

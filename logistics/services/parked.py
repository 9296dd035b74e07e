"""Pushes that came before their parcel: applied when it appears, never lost (F27)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from ..models import Parcel, ParkedPush
from ..tracking import Event
from .scanning import take_in

ONE_ROUND = 200


def apply_for(parcel: Parcel, now: datetime) -> int:
    """Take in what was parked for the parcel's number; how many pushes that were. In the caller's transaction."""
    return apply_for_many([parcel], now)


def apply_for_many(parcels: Sequence[Parcel], now: datetime) -> int:
    """The same for a chunk of parcels: one query finds out whether anything waits for them."""
    wanted = {(parcel.shop_id, parcel.tracking_number) for parcel in parcels if parcel.tracking_number}
    if not wanted:
        return 0
    waiting = ParkedPush.objects.filter(
        applied_at=None, shop_id__in={shop for shop, _number in wanted},
        tracking_number__among=sorted({number for _shop, number in wanted}),
    ).order_by("pk")  # fmt: skip
    return _apply([push for push in waiting if (push.shop_id, push.tracking_number) in wanted], now)


def apply_late(now: datetime) -> dict[str, int]:
    """Pushes whose parcel appeared in the very moment they came: neither could see the other. ONE_ROUND at most."""
    theirs = Parcel.objects.filter(tracking_number=OuterRef("tracking_number"), shop_id=OuterRef("shop_id"))
    late = ParkedPush.objects.filter(Exists(theirs), applied_at=None).order_by("pk")
    return {"applied": _apply(late[:ONE_ROUND], now)}


def _apply(pushes: Iterable[ParkedPush], now: datetime) -> int:
    applied = 0
    for push in pushes:
        with transaction.atomic():
            taken = take_in(
                shop_pk=push.shop_id, carrier_code=push.carrier_code, number=push.tracking_number,
                events=[Event.from_json(scan) for scan in push.scans], source=push.source, now=now,
            )  # fmt: skip
            if not taken.parked:
                applied += ParkedPush.objects.filter(pk=push.pk, applied_at=None).update(applied_at=now)
    return applied

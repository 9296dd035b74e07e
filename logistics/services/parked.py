"""Pushes that came before their parcel: applied when it appears, never lost (F27)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from foundation.lifecycle.locks import lock

from ..models import Parcel, ParkedPush
from ..tracking import Event
from . import scanning

ONE_ROUND = 200


def apply_for(parcel: Parcel, now: datetime) -> int:
    """Take in what was parked for the parcel's number; how many pushes that were. In the caller's transaction."""
    return apply_for_many([parcel], now)


def apply_for_many(parcels: Sequence[Parcel], now: datetime) -> int:
    """The same for a chunk of parcels whose orders the caller holds: one query finds out whether anything waits for them.

    No other order is locked here, or two callers could wait for each other (architecture law 2). Where another parcel of
    the shop has the number too, the push stays for `apply_late`, which locks them all by pk.
    """
    wanted = {(parcel.shop_id, parcel.tracking_number) for parcel in parcels if parcel.tracking_number}
    if not wanted:
        return 0
    waiting = ParkedPush.objects.filter(
        applied_at=None, shop_id__in={shop for shop, _number in wanted},
        tracking_number__among=sorted({number for _shop, number in wanted}),
    ).order_by("pk")  # fmt: skip
    pushes = [push for push in waiting if (push.shop_id, push.tracking_number) in wanted]
    if not pushes:
        return 0
    ours = _ours(parcels, pushes)
    return sum(_apply_to(ours[push.shop_id, push.tracking_number], push, now) for push in pushes)


def apply_late(now: datetime) -> dict[str, int]:
    """Pushes whose parcel appeared in the very moment they came: neither could see the other. ONE_ROUND at most."""
    theirs = Parcel.objects.filter(tracking_number=OuterRef("tracking_number"), shop_id=OuterRef("shop_id"))
    late = ParkedPush.objects.filter(Exists(theirs), applied_at=None).order_by("pk")
    return {"applied": sum(_apply(push, now) for push in late[:ONE_ROUND])}


def _ours(parcels: Sequence[Parcel], pushes: Sequence[ParkedPush]) -> dict[tuple[int, str], list[Parcel]]:
    """By shop and number, those of the caller's parcels something waits for; nobody else can hold them."""
    numbers = {push.tracking_number for push in pushes}
    pks = [parcel.pk for parcel in parcels if parcel.tracking_number in numbers]
    found = defaultdict(list)
    for parcel in lock(Parcel.objects.select_related("order").filter(pk__among=pks)):
        found[parcel.shop_id, parcel.tracking_number].append(parcel)
    return found


def _apply_to(parcels: Sequence[Parcel], push: ParkedPush, now: datetime) -> int:
    if not parcels:
        return 0
    for parcel in parcels:
        scanning.take_for(parcel, scanning.scans_of(parcel), _events(push), source=push.source, now=now)
    others = Parcel.objects.filter(shop_id=push.shop_id, tracking_number=push.tracking_number)
    if others.exclude(pk__in=[parcel.pk for parcel in parcels]).exists():
        return 1
    return _mark(push, now)


@transaction.atomic
def _apply(push: ParkedPush, now: datetime) -> int:
    taken = scanning.take_in(
        shop_pk=push.shop_id, carrier_code=push.carrier_code, number=push.tracking_number, events=_events(push),
        source=push.source, now=now,
    )  # fmt: skip
    return 0 if taken.parked else _mark(push, now)


def _events(push: ParkedPush) -> list[Event]:
    return [Event.from_json(scan) for scan in push.scans]


def _mark(push: ParkedPush, now: datetime) -> int:
    return ParkedPush.objects.filter(pk=push.pk, applied_at=None).update(applied_at=now)

"""Locks of what hangs on an order (architecture law 2): order rows, then parcels, then interceptions, by pk each."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.lifecycle.errors import Stale
from foundation.lifecycle.locks import lock
from orders.services import lock_orders

from ..models import Carrier, CarrierCall, Interception, Parcel
from ..states import CALL, CallState


def hold_parcels(pks: Iterable[int]) -> list[Parcel]:
    """The parcels as they are now, each with its locked order and its carrier; unknown pks are missing."""
    pks = list(pks)
    order_ids = set(Parcel.objects.filter(pk__among=pks).values_list("order_id", flat=True))
    orders = {order.pk: order for order in lock_orders(order_ids)}
    parcels = lock(Parcel.objects.filter(pk__among=pks, order_id__among=orders))
    carriers = Carrier.objects.in_bulk({parcel.carrier_id for parcel in parcels if parcel.carrier_id})
    for parcel in parcels:
        parcel.order = orders[parcel.order_id]
        parcel.carrier = carriers.get(parcel.carrier_id)
    return parcels


def hold_interceptions(pks: Iterable[int], *, skip_locked: bool = False) -> list[Interception]:
    """The interceptions as they are now, each with its locked order and parcel, and its carrier.

    With `skip_locked` (jobs) those whose order somebody holds are left out.
    """
    rows = list(Interception.objects.filter(pk__among=list(pks)).values_list("pk", "order_id", "parcel_id"))
    orders = {order.pk: order for order in lock_orders({row[1] for row in rows}, skip_locked=skip_locked)}
    held = [row for row in rows if row[1] in orders]
    parcels = {parcel.pk: parcel for parcel in lock(Parcel.objects.filter(pk__among={row[2] for row in held}))}
    interceptions = lock(Interception.objects.filter(pk__among={row[0] for row in held}))
    carriers = Carrier.objects.in_bulk({one.carrier_id for one in interceptions})
    for one in interceptions:
        one.order, one.parcel, one.carrier = orders[one.order_id], parcels[one.parcel_id], carriers[one.carrier_id]
        one.parcel.order, one.parcel.carrier = one.order, carriers.get(one.parcel.carrier_id, one.carrier)
    return interceptions


def hold_interception(pk: int) -> Interception:
    """One of them; Http404 for a pk that never was."""
    held = hold_interceptions([pk])
    if not held:
        raise Http404
    return held[0]


def must_be_current(interception: Interception, version: int | None) -> None:
    """Stale when the page was made from an older version; None skips the check."""
    if version is not None and interception.version != version:
        raise Stale(_("Something happened to this interception meanwhile. Look at it again, then repeat what you wanted."))


def calls_of(interception: Interception, kind: str) -> "QuerySet[CarrierCall]":
    """The calls of one kind about it."""
    return CarrierCall.objects.filter(interception=interception, kind=kind)


def drop(calls: "QuerySet[CarrierCall]", why: str, now: datetime) -> None:
    """Those of them that still wait are not made; one that is on its way is left to its answer."""
    waiting = calls.filter(status=CallState.PENDING)
    waiting.update(status=CALL.target("drop", CallState.PENDING), done_at=now, error=why)

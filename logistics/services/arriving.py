"""Parcels of orders that arrive by import, made set-wise; and of those that were here before (rules §4)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from foundation.lifecycle.bulk import insert_many, maker
from foundation.lifecycle.locks import lock
from orders.models import Order
from orders.services import lock_orders
from orders.states import OrderState

from ..models import Carrier, Parcel, Scan
from ..models.parcels import parcel_number
from ..numbers import BLANKS, Names
from ..states import OPEN, TERMINAL, ParcelKind, ParcelState
from ..tracking import state_of
from . import carrier_words, parked, renumbering, watching
from .shipping import first_key

ARRIVED_AS = {
    OrderState.SIGNED: ParcelState.SIGNED,
    OrderState.COMPLETED: ParcelState.SIGNED,
}
CHUNK = 1000
ASKED_ABOUT = ("tracking_number", "carrier_id", "numbered_at")  # what an interception was asked for with


@transaction.atomic
def arrive_parcels(orders: Sequence[Order], *, now: datetime, fresh: bool = False) -> int:
    """First parcels of orders that arrived, and what a revised order says of those there are; answers how many changed.

    The caller holds the orders. An order without a number that was never handed over has none. A parcel starts as its
    order says (`arrival_state`), and the same orders again change nothing. `fresh`: none of them can have one yet. A
    handful of statements however many they are.
    """
    due = {order.pk: order for order in orders if has_parcel(order)}
    if not due:
        return 0
    known = {} if fresh else {parcel.order_id: parcel for parcel in _firsts(due)}
    names = Names()
    made = insert_many([_made(order, names, now) for pk, order in due.items() if pk not in known])
    revised = [parcel for parcel in known.values() if _revise(parcel, due[parcel.order_id], names, now)]
    watching.start_many(made, now)
    for parcel in revised:  # its number may be another one; re-imports change few
        watching.start(parcel, now)
    parked.apply_for_many([parcel for parcel in [*made, *revised] if parcel.tracking_number], now)
    return len(made) + len(revised)


def has_parcel(order: Order) -> bool:
    """Whether something was handed over, or at least has a number."""
    gone = order.status in (OrderState.SHIPPED, OrderState.SIGNED, OrderState.COMPLETED)
    return gone or bool(order.tracking_number) or order.physically_shipped_at is not None


def arrival_state(order: Order) -> str:
    """What an order's own words make of its parcel before any scan of ours.

    Signed and completed orders have a signed parcel; of a refunded one whose parcel was never signed for, it came back.
    """
    if order.status in ARRIVED_AS or (order.status == OrderState.REFUNDED and order.signed_at):
        return ParcelState.SIGNED
    if not order.tracking_number:
        return ParcelState.LABEL
    if order.status == OrderState.REFUNDED:
        return ParcelState.RETURNED
    return ParcelState.IN_TRANSIT if order.status == OrderState.SHIPPED else ParcelState.LABEL


def parcelless(after: int = 0) -> Any:
    """Orders whose parcel is still to be made, by pk from `after` on: what the backfill goes through."""
    theirs = Parcel.objects.filter(order=OuterRef("pk"), kind=ParcelKind.FIRST)
    return Order.objects.filter(~Exists(theirs), pk__gt=after).order_by("pk")


def backfill_chunk(after: int, *, now: datetime, size: int = CHUNK) -> tuple[int, int]:
    """Make the parcels of the next `size` orders behind the pk `after`; answers (last pk looked at, parcels made).

    (0, 0) at the end. Each chunk is a transaction, and running it again finds nothing to do.
    """
    pks = list(parcelless(after).values_list("pk", flat=True)[:size])
    if not pks:
        return 0, 0
    with transaction.atomic():
        return pks[-1], arrive_parcels(lock_orders(pks), now=now)


def _firsts(order_pks: Iterable[int]) -> list[Parcel]:
    return lock(Parcel.objects.filter(order_id__among=list(order_pks), kind=ParcelKind.FIRST))


def _made(order: Order, names: Names, now: datetime) -> Parcel:
    state = arrival_state(order)
    carrier = names.find(order.carrier)
    return maker(Parcel)(
        order_id=order.pk, shop_id=order.shop_id, number=parcel_number(), key=first_key(order.pk), kind=ParcelKind.FIRST,
        carrier_id=carrier.pk if carrier else None, tracking_number=_number(order), status=state, arrival_status=state,
        province=order.province, created_at=order.physically_shipped_at or order.tracking_uploaded_at or order.placed_at,
        shipped_at=order.physically_shipped_at, numbered_at=order.tracking_uploaded_at if order.tracking_number else None,
        signed_at=order.signed_at if state == ParcelState.SIGNED else None,
    )  # fmt: skip


def _revise(parcel: Parcel, order: Order, names: Names, now: datetime) -> bool:
    """Follow what a revised order says: its number, its hand-over, that it was signed for. Another number's scans are history.

    While an interception runs the parcel keeps the number and the carrier that were asked about, as in `upload_tracking`.
    """
    carrier: Carrier | None = names.find(order.carrier) or parcel.carrier
    said = {
        "tracking_number": _number(order) or parcel.tracking_number,
        "carrier_id": carrier.pk if carrier else None,
        "shipped_at": order.physically_shipped_at or parcel.shipped_at,
        "numbered_at": (order.tracking_uploaded_at or now) if order.tracking_number else parcel.numbered_at,
        "signed_at": parcel.signed_at or order.signed_at,
        "province": order.province or parcel.province,
        "arrival_status": _further(parcel, order),
    }
    if order.tracking_number and _number(order) == parcel.tracking_number:
        said["numbered_at"] = parcel.numbered_at or said["numbered_at"]
    if parcel.interception_status in OPEN:
        said = {name: value for name, value in said.items() if name not in ASKED_ABOUT}
    changed = {name: value for name, value in said.items() if getattr(parcel, name) != value}
    if not changed:
        return False
    before = parcel.tracking_number
    for name, value in changed.items():
        setattr(parcel, name, value)
    if "arrival_status" in changed:
        changed["status"] = parcel.status = state_of(Scan.objects.filter(parcel=parcel, number=""), parcel.arrival_status)
    parcel.version += 1
    parcel.save(update_fields=[name.removesuffix("_id") for name in changed] + ["version"])
    if before and "tracking_number" in changed:
        renumbering.renumber(parcel, before, now)
    if "status" in changed and parcel.interception_status in OPEN:
        carrier_words.parcel_moved(parcel, now=now)
    return True


def _further(parcel: Parcel, order: Order) -> str:
    """The start the order speaks for now; an order only ever takes its parcel further, a refund says nothing of it."""
    said = arrival_state(order)
    if order.status == OrderState.REFUNDED or parcel.arrival_status in TERMINAL:
        return parcel.arrival_status
    return parcel.arrival_status if said == ParcelState.LABEL else said


def _number(order: Order) -> str:
    return BLANKS.sub("", order.tracking_number).upper()

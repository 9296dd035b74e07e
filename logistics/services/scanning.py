"""Scans in: stored once each, in whatever order and number they come; the parcel's state is what all of them say (F24, F25)."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from foundation.audit.services import Line, entries
from foundation.lifecycle.bulk import Together, maker
from foundation.lifecycle.prepared import Prepared, one_after_another
from orders.services import mark_signed
from orders.states import OrderState

from .. import tracking
from ..models import Parcel, ParkedPush, Scan
from ..states import OPEN, Anomaly, ParcelKind, ParcelState
from ..tracking import Event
from . import carrier_words, codes

READ = (
    "order_id", "shop_id", "kind", "tracking_number", "status", "arrival_status", "version", "picked_up_at", "signed_at",
    "returned_at", "last_scan_at", "last_scan_text", "anomaly", "interception_status",
)  # fmt: skip
# One statement finds the parcels and locks them, each after its order (architecture law 2).
PARCELS = Prepared(
    lambda shop_pk, number: Parcel.objects.filter(shop_id=shop_pk, tracking_number=number)
    .select_related("order").only(*READ, "order__status").order_by("order_id", "pk")
    .select_for_update(of=("order", "self"), no_key=True),
    int, str,
)  # fmt: skip
# What counts of them: scans of a number the parcel had before a correction are history (rules §4.2).
SCANS: Prepared[Any] = Prepared(
    lambda shop_pk, number: Scan.objects.filter(
        parcel__shop_id=shop_pk, parcel__tracking_number=number, number=""
    ).order_by().values_list("digest", "at", "state", "text", "pk", "parcel_id", named=True),
    int, str,
)  # fmt: skip
CLEARED_BY_MOVING = (Anomaly.NO_FIRST_SCAN, Anomaly.STALLED, Anomaly.LOST)
ENDS_INTERCEPTION = (ParcelState.RETURNING, ParcelState.RETURNED, ParcelState.SIGNED)


class Taken(NamedTuple):
    """`new` scans were stored; `parked`: no parcel has that number yet, so they wait for it."""

    new: int
    parcel_pk: int | None
    parked: bool


@transaction.atomic
def take_in(
    *, shop_pk: int, carrier_code: str, number: str, events: Sequence[Event], source: str, now: datetime
) -> Taken:
    """Store what a carrier reported of a number and bring its parcels, and an order that waits for it, up to date.

    Every parcel of the shop with that number gets them: the carrier's code is a hint, not a key. What is stored already
    changes nothing. A code nobody knows is put on operations' list and says nothing until it has a meaning. For a number
    no parcel has, the scans are parked until one does (F27). Terminal states are not undone by older scans (rules §4).
    """
    held = hold(shop_pk, number)
    if not held:
        return Taken(0, None, _park(shop_pk, carrier_code, number, events, source, now))
    new = sum(take_for(parcel, scans, events, source=source, now=now) for parcel, scans in held)
    return Taken(new, held[0][0].pk, False)


@transaction.atomic
def recompute(shop_pk: int, number: str, now: datetime) -> None:
    """Work the state of the number's parcels out anew from their scans: somebody said what a code means."""
    for parcel, scans in hold(shop_pk, number):
        bring_up_to_date(parcel, scans, now)


def hold(shop_pk: int, number: str) -> list[tuple[Parcel, list[Any]]]:
    """The shop's parcels of that number, locked after their orders, each with the scans it had then."""
    parcels, scans = one_after_another((PARCELS, (shop_pk, number)), (SCANS, (shop_pk, number)))
    return [(parcel, [scan for scan in scans if scan.parcel_id == parcel.pk]) for parcel in parcels]


def scans_of(parcel: Parcel) -> list[Any]:
    """The scans of the number the locked parcel has."""
    scans = SCANS.rows(parcel.shop_id, parcel.tracking_number)
    return [scan for scan in scans if scan.parcel_id == parcel.pk]


def take_for(parcel: Parcel, stored: Sequence[Any], events: Iterable[Event], *, source: str, now: datetime) -> int:
    """Store what is new to the locked parcel, which has the scans `stored`, and bring it up to date; how many that were."""
    known = {scan.digest: scan for scan in stored}
    said = {event.digest: event for event in events}
    told = [(known[digest], event.state) for digest, event in said.items() if digest in known and event.state]
    learned = {scan.pk: state for scan, state in told if not scan.state}
    fresh = [(digest, event) for digest, event in said.items() if digest not in known]
    if not (fresh or learned):
        return 0
    states = codes.read([event for _digest, event in fresh], source=source, now=now)
    make = maker(Scan)
    rows = [
        make(
            parcel_id=parcel.pk, digest=digest, at=event.at, state=event.state or states.get(event.code, ""),
            code=event.code[:40], text=event.text[:300], place=event.place[:100], source=source, received_at=now,
        )
        for digest, event in fresh
    ]  # fmt: skip
    for pk, state in learned.items():  # a push without codes names the state of its newest scan only
        Scan.objects.filter(pk=pk).update(state=state)
    scans = [scan._replace(state=learned.get(scan.pk, scan.state)) for scan in stored] if learned else stored
    bring_up_to_date(parcel, [*scans, *rows], now, rows)
    return len(rows)


def bring_up_to_date(parcel: Parcel, scans: Sequence[Any], now: datetime, fresh: Sequence[Scan] = ()) -> None:
    """Write what all scans say on the locked parcel, the `fresh` ones too, and tell who waits for it when its state is another."""
    reading = tracking.read(scans, start=parcel.arrival_status)
    before, since = parcel.status, parcel.last_scan_at
    columns = _columns(parcel, reading)
    if reading.last and (since is None or reading.last.at > since) and parcel.anomaly in CLEARED_BY_MOVING:
        columns |= {"anomaly": "", "anomaly_at": None, "anomaly_seen_at": None}
    changed = {name: value for name, value in columns.items() if getattr(parcel, name) != value}
    if reading.state != before:
        changed["version"] = parcel.version + 1
    for name, value in changed.items():
        setattr(parcel, name, value)
    with Together(parcel._state.db or "default") as writes:
        writes.insert(fresh)
        writes.update(parcel, changed)
        if reading.state != before:
            said = Line(parcel, from_state=before, to_state=parcel.status, data={"number": parcel.tracking_number})
            writes.insert(entries("logistics.parcel_moved", [said], by=None, now=now))
    if reading.state != before:
        _tell(parcel, now)


def _columns(parcel: Parcel, reading: tracking.Reading) -> dict[str, Any]:
    """What the parcel's row says of its scans. What it came in with stays where no scan says otherwise."""
    came_signed = parcel.arrival_status == ParcelState.SIGNED
    came_back = parcel.arrival_status == ParcelState.RETURNED
    return {
        "status": reading.state,
        "picked_up_at": reading.picked_up_at or parcel.picked_up_at,
        "signed_at": reading.signed_at or (parcel.signed_at if came_signed else None),
        "returned_at": reading.returned_at or (parcel.returned_at if came_back else None),
        "last_scan_at": reading.last.at if reading.last else parcel.last_scan_at,
        "last_scan_text": reading.last.text[:200] if reading.last else parcel.last_scan_text,
    }


def _tell(parcel: Parcel, now: datetime) -> None:
    """The order that waits to be signed for, the interception that ends with it."""
    order = parcel.order
    if parcel.status == ParcelState.SIGNED and parcel.kind == ParcelKind.FIRST and order.status == OrderState.SHIPPED:
        mark_signed(order.pk, by=None, now=now, at=parcel.signed_at)
    if parcel.interception_status in OPEN and parcel.status in ENDS_INTERCEPTION:
        carrier_words.parcel_moved(parcel, now=now)


def _park(shop_pk: int, carrier_code: str, number: str, events: Sequence[Event], source: str, now: datetime) -> bool:
    """Keep scans of a number nobody knows; the same ones again are not kept twice."""
    if not events:
        return False
    scans = [event.as_json() for event in sorted(events, key=lambda one: (one.at, one.digest))]
    said = json.dumps([shop_pk, carrier_code, number, scans], ensure_ascii=False, sort_keys=True)
    row = ParkedPush(
        shop_id=shop_pk, carrier_code=carrier_code[:32], tracking_number=number[:64], source=source, scans=scans,
        digest=hashlib.sha256(said.encode()).hexdigest(), received_at=now,
    )  # fmt: skip
    ParkedPush.objects.bulk_create([row], ignore_conflicts=True)
    return True

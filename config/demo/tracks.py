"""What carriers said of the demo's parcels: the sandbox's routes, so that a demo left running goes on from there."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count

from foundation.lifecycle.bulk import insert_many, maker, update_many
from logistics import tracking
from logistics.carriers import sandbox
from logistics.carriers.sandbox import route
from logistics.models import Interception, Parcel, Scan, Watch
from logistics.services.scanning import take_in
from logistics.states import TERMINAL, ParcelState
from logistics.tracking import Event
from workorders.rule_rows import NO_TRACE

CHUNK = 500
COLUMNS = ("status", "picked_up_at", "signed_at", "last_scan_at", "last_scan_text")


def follow(parcel: Parcel, now: datetime) -> None:
    """Take in what the parcel's carrier has said by `now`, as the job would."""
    stopped = Interception.objects.filter(parcel=parcel, succeeded_at__isnull=False).order_by("-pk")
    scans = route(
        parcel.tracking_number, parcel.numbered_at or parcel.created_at, parcel.province,
        stopped_at=stopped.values_list("succeeded_at", flat=True).first(),
    )  # fmt: skip
    take_in(
        shop_pk=parcel.shop_id, carrier_code=parcel.carrier.code if parcel.carrier else "", number=parcel.tracking_number,
        events=[scan for scan in scans if scan.at <= now], source=sandbox.SOURCE, now=now,
    )  # fmt: skip


def bring_up(now: datetime) -> None:
    """Every parcel of the small demo that has no scan yet: those on their way as the job would, the others set-wise."""
    unscanned = Parcel.objects.filter(last_scan_at=None).exclude(tracking_number="").order_by("pk")
    silent = Watch.objects.filter(parcel__order__work_orders__type=NO_TRACE)
    silent.update(next_at=None, given_up_at=now, error="the carrier knows nothing of this number")
    on_the_way = unscanned.filter(status=ParcelState.IN_TRANSIT, watch__given_up_at=None, watch__isnull=False)
    for parcel in on_the_way.select_related("carrier"):
        follow(parcel, now)
    signed = list(unscanned.filter(status=ParcelState.SIGNED))
    for start in range(0, len(signed), CHUNK):
        write(signed[start : start + CHUNK], now)


def of_orders(order_pks: Sequence[int], now: datetime) -> None:
    """The tracks of these orders' first parcels, set-wise: a share of a large book."""
    rows = Parcel.objects.filter(order_id__among=list(order_pks)).exclude(tracking_number="")
    write(list(rows.filter(status__in=[ParcelState.SIGNED, ParcelState.IN_TRANSIT]).order_by("pk")), now)


def write(parcels: Iterable[Parcel], now: datetime) -> None:
    """Scans of parcels nobody has heard of, and what they say of them; a parcel keeps the end its order gave it."""
    make, scans, said = maker(Scan), [], {}
    for parcel in parcels:
        events = _history(parcel) if parcel.status == ParcelState.SIGNED else _so_far(parcel, now)
        if not events:
            continue
        scans += [
            make(
                parcel_id=parcel.pk, digest=event.digest, at=event.at, state=event.state, code="", text=event.text,
                place=event.place, source=sandbox.SOURCE, received_at=event.at,
            )
            for event in events
        ]  # fmt: skip
        read = tracking.read([_Found(event) for event in events], parcel.arrival_status)
        last = events[-1]
        said[parcel.pk] = (read.state, events[0].at, parcel.signed_at, last.at, last.text[:200])
    insert_many(scans)
    update_many(Parcel, said, COLUMNS)


class _Found:
    """An event as `tracking.read` wants it."""

    def __init__(self, event: Event):
        self.at, self.state, self.digest = event.at, event.state, event.digest


def _history(parcel: Parcel) -> list[Event]:
    """A way that ended when the order says it was signed for."""
    began, ended = parcel.shipped_at or parcel.created_at, parcel.signed_at
    if ended is None or ended <= began:
        return []
    way = _delivered(parcel.tracking_number, began, parcel.province)
    takes = way[-1].at - began
    return [
        Event(began + _share(event.at - began, takes, ended - began), event.state, event.text, event.place, event.code)
        for event in way
    ]


def _share(part: timedelta, whole: timedelta, of: timedelta) -> timedelta:
    return timedelta(seconds=int(part / whole * of.total_seconds()))


def _delivered(number: str, began: datetime, province: str) -> list[Event]:
    """The number's route, or a neighbour's if it was not to arrive."""
    for step in count():
        way = route(f"{number}{step or ''}", began, province)
        if way[-1].state == ParcelState.SIGNED:
            return way
    raise AssertionError  # pragma: no cover - the count does not end


def _so_far(parcel: Parcel, now: datetime) -> list[Event]:
    """The route until `now`, short of an end: the order is still on its way."""
    way = route(parcel.tracking_number, parcel.numbered_at or parcel.created_at, parcel.province)
    return [event for event in way if event.at <= now and event.state not in TERMINAL]

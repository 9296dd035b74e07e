"""What goes wrong with parcels, found by the clock (rules §4 "Anomalies watched"): set-wise, and written only when it changes."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.audit.services import Line, record, record_many
from foundation.jobs.chunks import in_chunks
from foundation.lifecycle.errors import Blocked, Invalid
from foundation.lifecycle.locks import lock
from foundation.notifications.services import Tell, tell_many
from foundation.shell.urls_for import shop_url
from orders.services import lock_orders
from orders.states import OrderState

from ..models import LogisticsPolicy, Parcel, RefundRequest
from ..states import MOVING, Anomaly, ParcelKind, ParcelState, Status
from .shipping import locked

CHUNK = 500
AT_ONCE = 20_000
NOTE_LENGTH = 300
LOOKS_BACK = timedelta(days=14)  # a number entered, or a parcel come back, longer ago than this is not looked at anew
# From harmless to worst: only a worse one takes the place of what stands on a parcel.
SEVERITY = (
    Anomaly.NONE, Anomaly.NUMBER_REUSED, Anomaly.NO_FIRST_SCAN, Anomaly.STALLED, Anomaly.UNEXPECTED_RETURN,
    Anomaly.DISPUTED, Anomaly.LOST,
)  # fmt: skip
STANDS_STILL = [state for state in MOVING if state != ParcelState.IN_LOCKER]  # in a locker it waits for the buyer
STOPPED = (Status.SUCCEEDED, Status.RETURNING, Status.RETURNED)  # we asked for it: no wonder it rests, or comes back
CAME_BACK = (ParcelState.RETURNING, ParcelState.RETURNED)
NOTHING_OWED = (OrderState.CANCELLED, OrderState.REFUNDED)
TOLD = {Anomaly.LOST: "logistics.parcels_lost", Anomaly.UNEXPECTED_RETURN: "logistics.parcels_coming_back"}


def watch(now: datetime) -> dict[str, int]:
    """The job: take away what no longer holds, then mark what does, the worst first; counts of both.

    No first scan N hours after the number was entered; no movement (N hours: stalled, more: lost); coming back though
    nothing was intercepted and nobody asked for anything; a number that stands on another order too. The hours are the
    rule's. What somebody set aside stays so until something worse is found. Twice changes nothing.
    """
    rule: LogisticsPolicy = LogisticsPolicy.objects.in_force(now)
    wrong = _wrong(rule, now)
    counts = {"over": sum(_take_away(anomaly, gone) for anomaly, gone in _gone(rule, now).items())}
    for anomaly in sorted(wrong, key=SEVERITY.index, reverse=True):
        counts[anomaly.name.lower()] = _mark_all(anomaly, wrong[anomaly], now)
    return counts


@transaction.atomic
def dispute(parcel_pk: int, *, note: str, by: Any, now: datetime, version: int | None = None) -> Parcel:
    """The buyer says that a parcel which is signed for never arrived; the same again changes nothing.

    Blocked unless it is signed for; Invalid for a note of more than 300 characters; Stale when a colleague was quicker.
    """
    parcel = locked(parcel_pk, version=version)
    if parcel.anomaly == Anomaly.DISPUTED and parcel.anomaly_seen_at is None:
        return parcel
    if parcel.status != ParcelState.SIGNED:
        raise Blocked(_("Only a parcel that is signed for can be disputed; this one is “%(state)s”.")
                      % {"state": parcel.get_status_display()})  # fmt: skip
    _write(parcel, Anomaly.DISPUTED, at=now)
    record("logistics.disputed", parcel, by=by, now=now, data={"note": _note(note)})
    return parcel


@transaction.atomic
def set_aside(parcel_pk: int, *, note: str, by: Any, now: datetime, version: int | None = None) -> Parcel:
    """Somebody looked at what is wrong and nothing more is to be done: it leaves the lists until a worse one is found.

    Blocked when nothing is wrong or it was set aside before; Invalid for a note of more than 300 characters; Stale.
    """
    parcel = locked(parcel_pk, version=version)
    if not parcel.anomaly or parcel.anomaly_seen_at is not None:
        raise Blocked(_("There is nothing on this parcel to set aside."))
    parcel.anomaly_seen_at = now
    parcel.version += 1
    parcel.save(update_fields=["anomaly_seen_at", "version"])
    record("logistics.anomaly_set_aside", parcel, by=by, now=now, data={"note": _note(note), "anomaly": parcel.anomaly})
    return parcel


def _note(note: str) -> str:
    note = note.strip()
    if len(note) > NOTE_LENGTH:
        raise Invalid(_("At most %(count)s characters.") % {"count": NOTE_LENGTH}, field="note")
    return note or "—"


def _write(parcel: Parcel, anomaly: str, *, at: datetime) -> None:
    parcel.anomaly, parcel.anomaly_at, parcel.anomaly_seen_at = anomaly, at, None
    parcel.version += 1
    parcel.save(update_fields=["anomaly", "anomaly_at", "anomaly_seen_at", "version"])


# What is wrong, and what no longer is ----------------------------------------------------------------------------------


def _wrong(rule: LogisticsPolicy, now: datetime) -> dict[Anomaly, Q]:
    """What holds of a parcel that has the anomaly at `now`; each starts from an index of its own."""
    no_scan = now - timedelta(hours=rule.no_scan_hours)
    lost, stalled = now - timedelta(hours=rule.lost_hours), now - timedelta(hours=rule.stalled_hours)
    waits = Q(status=ParcelState.LABEL, last_scan_at=None) & ~Q(tracking_number="")
    rests = Q(status__in=STANDS_STILL) & ~Q(interception_status__in=STOPPED)
    back = Q(status=ParcelState.RETURNING) | Q(status=ParcelState.RETURNED, returned_at__gte=now - LOOKS_BACK)
    return {
        Anomaly.LOST: rests & Q(last_scan_at__lt=lost),
        Anomaly.UNEXPECTED_RETURN: back & _unasked(),
        Anomaly.STALLED: rests & Q(last_scan_at__lt=stalled),
        Anomaly.NO_FIRST_SCAN: waits & Q(numbered_at__lt=no_scan) & ~Q(order__status__in=NOTHING_OWED),
        Anomaly.NUMBER_REUSED: waits & Q(numbered_at__gte=now - LOOKS_BACK) & Q(_elsewhere()),
    }


def _gone(rule: LogisticsPolicy, now: datetime) -> dict[Anomaly, Q]:
    """What holds of a parcel that no longer has it; a dispute is a person's word and ends by theirs."""
    moved = Q(last_scan_at__gte=now - timedelta(hours=rule.stalled_hours))
    elsewhere = ~Q(status__in=STANDS_STILL) | Q(interception_status__in=STOPPED) | moved
    return {
        Anomaly.LOST: elsewhere & Q(loss=None),
        Anomaly.STALLED: elsewhere,
        Anomaly.UNEXPECTED_RETURN: ~Q(status__in=CAME_BACK) | ~_unasked(),
        Anomaly.NO_FIRST_SCAN: ~Q(status=ParcelState.LABEL) | ~Q(last_scan_at=None) | Q(tracking_number="")
        | Q(order__status__in=NOTHING_OWED),
        Anomaly.NUMBER_REUSED: ~Q(_elsewhere()),
    }  # fmt: skip


def _unasked() -> Q:
    """Coming back, and neither we nor the buyer asked for it; a return parcel's way is back, an old one came in so."""
    asked = Q(Exists(RefundRequest.objects.filter(order=OuterRef("order_id"), withdrawn_at=None)))
    ours = Q(interception_status__in=STOPPED) | Q(kind=ParcelKind.RETURN) | Q(arrival_status=ParcelState.RETURNED)
    return ~ours & ~asked & Q(order__after_sale_state="", order__refunded_minor=0)


def _elsewhere() -> Exists:
    """An older parcel of another order of the shop has the number."""
    older = Parcel.objects.filter(
        shop_id=OuterRef("shop_id"), tracking_number=OuterRef("tracking_number"), pk__lt=OuterRef("pk")
    )
    return Exists(older.exclude(order_id=OuterRef("order_id")))


# Writing it ------------------------------------------------------------------------------------------------------------


def _mark_all(anomaly: Anomaly, wrong: Q, now: datetime) -> int:
    lesser = Q(anomaly__in=SEVERITY[: SEVERITY.index(anomaly)])
    return _in_chunks(wrong & lesser, partial(_mark, anomaly=anomaly, now=now))


def _take_away(anomaly: Anomaly, gone: Q) -> int:
    return _in_chunks(~Q(anomaly="") & Q(anomaly=anomaly) & gone, _clear)


def _in_chunks(where: Q, write: Callable[["QuerySet[Parcel]"], int]) -> int:
    """`write` the parcels for which `where` holds, and still holds once they are locked; how many it changed."""
    pks = list(Parcel.objects.filter(where).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    return in_chunks(pks, partial(_chunk, where=where, write=write), park=lambda pk, reason: None, size=CHUNK).done


def _chunk(pks: list[int], *, where: Q, write: Callable[["QuerySet[Parcel]"], int]) -> int:
    """Orders first, then parcels; what somebody holds is left for the next round."""
    order_ids = Parcel.objects.filter(pk__among=pks).values_list("order_id", flat=True)
    held = [order.pk for order in lock_orders(set(order_ids), skip_locked=True)]
    parcels = lock(Parcel.objects.filter(pk__among=pks, order_id__among=held), skip_locked=True)
    return write(Parcel.objects.filter(where, pk__among=[one.pk for one in parcels]))


def _mark(rows: "QuerySet[Parcel]", *, anomaly: Anomaly, now: datetime) -> int:
    parcels = list(rows.order_by("pk"))
    Parcel.objects.filter(pk__among=[one.pk for one in parcels]).update(
        anomaly=anomaly, anomaly_at=now, anomaly_seen_at=None
    )
    data = {"anomaly": anomaly.value}
    record_many(f"logistics.found_{anomaly.value}", [Line(one, data=data) for one in parcels], by=None, now=now)
    if anomaly in TOLD:
        _tell(TOLD[anomaly], parcels, now)
    return len(parcels)


def _clear(rows: "QuerySet[Parcel]") -> int:
    """What moves again says so by its scans; nothing more is recorded."""
    pks = list(rows.values_list("pk", flat=True))
    return Parcel.objects.filter(pk__among=pks).update(anomaly="", anomaly_at=None, anomaly_seen_at=None)


def _tell(kind: str, parcels: Iterable[Parcel], now: datetime) -> None:
    """One notice for each shop, however many its parcels are."""
    by_shop: dict[int, list[Parcel]] = defaultdict(list)
    for one in parcels:
        by_shop[one.shop_id].append(one)
    shops = Shop.objects.in_bulk(by_shop)
    tells = [
        Tell(found[0], shop_id=pk, data={"count": len(found)}, url=_where(shops[pk], kind))
        for pk, found in by_shop.items()
    ]
    tell_many(kind, tells, now=now)


def _where(shop: Shop, kind: str) -> str:
    if kind == TOLD[Anomaly.LOST]:
        return shop_url(shop, "logistics:losses")
    return shop_url(shop, "logistics:parcels") + "?tab=anomalies"

"""Logistics' share of I5–I10; read-only, one sentence per violation, safe on a live database."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from foundation.audit.models import Entry
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.invariants import invariant

from . import care_invariants as _care_invariants  # noqa: F401 - registers its own
from .models import CarrierCall, CarrierEvent, Interception, Parcel
from .movements import FEE, STORAGE, STORAGE_GIVEN_BACK
from .services.calls import STUCK_AFTER
from .states import ENDED, OPEN, CallKind, CallState, Payer, Status

SUBJECT = "logistics.interception"
BATCH = 1000
MOST = 200
AT_REST = timedelta(minutes=20)
FEES = [one.code for one in FEE.values()]
STORAGES = [one.code for one in STORAGE.values()]


@invariant("I5", "A parcel has one open interception at most, and carries the state of its newest")
def one_open_and_the_newest_shows() -> Iterable[str]:
    twice = Interception.objects.running().order_by().values("parcel__number").annotate(rows=Count("pk")).filter(rows__gt=1)
    for row in twice[:MOST]:
        yield f"{row['parcel__number']} has {row['rows']} open interceptions."
    newest = Interception.objects.filter(parcel=OuterRef("pk")).order_by("-pk").values("status")[:1]
    rows = Parcel.objects.filter(Q(interception_status__gt="") | Q(interceptions__isnull=False)).distinct()
    wrong = rows.annotate(newest=Coalesce(Subquery(newest), Value(""))).exclude(interception_status=F("newest"))
    for number, said, is_now in wrong.values_list("number", "interception_status", "newest")[:MOST]:
        yield f"{number} says “{said}”, its newest interception is “{is_now}”."


@invariant("I5", "An interception's fee is booked once at most, as it was copied, and only if it says so; so is its storage")
def fees_match() -> Iterator[str]:
    booked = _booked(FEES)
    charged = Interception.objects.filter(Q(pk__in=list(booked)) | Q(fee_at__isnull=False))
    for one in charged.order_by("pk").iterator(chunk_size=BATCH):
        times, total = booked.get(one.pk, (0, 0))
        if (times, total) != ((1, one.fee_minor) if one.fee_at else (0, 0)):
            yield f"{one.number} has a fee of {one.fee_minor} fen and {times} bookings of {total} fen."
    stored = _booked([*STORAGES, STORAGE_GIVEN_BACK.code])
    back = _booked([STORAGE_GIVEN_BACK.code])
    kept = Interception.objects.filter(Q(pk__in=list(stored)) | Q(storage_days__gt=0)).exclude(payer=Payer.CARRIER)
    for one in kept.order_by("pk").iterator(chunk_size=BATCH):
        total = stored.get(one.pk, (0, 0))[1] - 2 * back.get(one.pk, (0, 0))[1]
        if total != one.storage_days * one.storage_minor_per_day:
            yield f"{one.number} has {one.storage_days} days of storage and {total} fen booked."


def _booked(movements: list[str]) -> dict[int, tuple[int, int]]:
    """Interception → how many bookings of these movements, and their fen."""
    rows = Transaction.objects.filter(subject_type=SUBJECT, movement__in=movements).order_by()
    told = rows.values_list("subject_id").annotate(times=Count("pk"), total=Sum("total_minor"))
    return {pk: (times, total) for pk, times, total in told}


@invariant("I5", "What a carrier said moved an interception only as long as it could be moved")
def words_match() -> Iterator[str]:
    late = CarrierEvent.objects.filter(moved=True, verb__in=["succeed", "turn_back", "come_back"])
    for number in late.filter(interception__status=Status.CANCELLED).values_list("interception__number", flat=True)[:MOST]:
        yield f"{number} is cancelled, yet a word of the carrier moved it on."
    ended = Interception.objects.filter(Q(status__in=ENDED, ended_at=None) | Q(status__in=OPEN, ended_at__isnull=False))
    for number in ended.values_list("number", flat=True)[:MOST]:
        yield f"{number} has an end and no moment of it, or the other way round."


@invariant("I6", "An interception's recorded moves chain and end at its state")
def moves_chain() -> Iterator[str]:
    batch: list[Interception] = []
    for one in Interception.objects.order_by("pk").only("pk", "number", "status").iterator(chunk_size=BATCH):
        batch.append(one)
        if len(batch) == BATCH:
            yield from _chains(batch)
            batch = []
    yield from _chains(batch)


def _chains(interceptions: list[Interception]) -> Iterator[str]:
    moves: dict[int, list[tuple[str, str]]] = {one.pk: [] for one in interceptions}
    rows = Entry.objects.filter(subject_type=SUBJECT, subject_id__in=moves).exclude(to_state="").order_by("pk")
    for subject_id, before, after in rows.values_list("subject_id", "from_state", "to_state"):
        moves[subject_id].append((before, after))
    for one in interceptions:
        state = ""
        for before, after in moves[one.pk]:
            if before != state:
                yield f"{one.number} went from “{before}” when it was “{state}”."
            state = after
        if state != one.status:
            yield f"{one.number} is “{one.status}”; its record ends at “{state}”."


@invariant("I8", "An interception belongs to its parcel's order and shop, its parcel to its order's shop")
def parents_agree() -> Iterator[str]:
    strays = Interception.objects.exclude(order_id=F("parcel__order_id"), shop_id=F("parcel__shop_id"))
    for number in strays.values_list("number", flat=True)[:MOST]:
        yield f"{number} names an order or a shop its parcel does not."
    for number in Parcel.objects.exclude(shop_id=F("order__shop_id")).values_list("number", flat=True)[:MOST]:
        yield f"{number} belongs to another shop than its order."


@invariant("I10", "No call to a carrier has waited long after it was due or hung in sending; each interception was asked for once")
def calls_leave() -> Iterator[str]:
    now = clock.now()
    late = Q(status=CallState.PENDING, next_at__lt=now - AT_REST)
    hung = Q(status=CallState.SENDING, claimed_at__lt=now - AT_REST - STUCK_AFTER)
    for key, status in CarrierCall.objects.filter(late | hung).order_by("pk").values_list("key", "status")[:MOST]:
        yield f"the call {key} is still “{status}”, long after it was due"
    twice = CarrierCall.objects.filter(kind=CallKind.REQUEST).order_by().values("interception__number")
    for row in twice.annotate(times=Count("pk")).filter(times__gt=1)[:MOST]:
        yield f"{row['interception__number']} was asked for {row['times']} times"

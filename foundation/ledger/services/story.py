"""What happened to the money of an order, or of another subject, read from the books."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, Sum

from foundation.audit.subjects import subject_type_of
from foundation.lifecycle.prepared import Prepared

from ..kinds import KIND_LABELS, Kind
from ..models import Entry, Transaction
from ..movements import label_of

BOOKINGS = Prepared(lambda order: Transaction.objects.filter(order_id=order).order_by("at", "pk"), int)
ENTRIES = Prepared(
    lambda order: Entry.objects.only("transaction_id", "kind", "amount_minor")
    .filter(transaction__order_id=order)
    .order_by("pk"),
    int,
)


@dataclass(frozen=True)
class StoryPart:
    """One line of a booking on the shop's side: which account, how many fen."""

    kind: str
    label: str
    amount_minor: int


@dataclass(frozen=True)
class StoryRow:
    """One booking of an order. `amount_minor` is what it did to the shop, in fen: 0 when money only moved inside."""

    movement: str
    label: str
    at: datetime
    total_minor: int
    amount_minor: int
    parts: tuple[StoryPart, ...]
    note: str
    subject_type: str
    subject_id: int | None


def pending_of(order_ids: Iterable[int]) -> dict[int, int]:
    """Order id → fen still pending of it; orders with nothing ever pending are missing."""
    wanted = list(order_ids)
    if not wanted:
        return {}
    rows = Entry.objects.filter(order_id__among=wanted, kind=Kind.PENDING).values_list("order_id")
    return dict(rows.annotate(left=Sum("amount_minor")))


def order_story(order_id: int) -> list[StoryRow]:
    """Every booking of the order, oldest first, in two queries (rules §2, order money story)."""
    bookings = BOOKINGS.rows(order_id)
    entries: dict[int, list[Entry]] = defaultdict(list)
    for entry in ENTRIES.rows(order_id) if bookings else ():
        entries[entry.transaction_id].append(entry)
    return [_row(booking, entries[booking.pk]) for booking in bookings]


def story_of(subject: Model) -> list[StoryRow]:
    """Every booking made for one subject, oldest first, in two queries."""
    bookings = Transaction.objects.filter(subject_type=subject_type_of(subject), subject_id=subject.pk).order_by("at", "pk")
    entries: dict[int, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.filter(transaction__in=[one.pk for one in bookings]).order_by("pk"):
        entries[entry.transaction_id].append(entry)
    return [_row(booking, entries[booking.pk]) for booking in bookings]


def net_of(rows: Iterable[StoryRow]) -> int:
    """What the order is worth to the shop after all of it, in fen."""
    return sum(row.amount_minor for row in rows)


def _row(booking: Transaction, entries: Iterable[Entry]) -> StoryRow:
    parts = tuple(
        StoryPart(entry.kind, str(KIND_LABELS[entry.kind]), entry.amount_minor)
        for entry in entries
        if entry.kind in Kind.values
    )
    return StoryRow(
        movement=booking.movement,
        label=label_of(booking.movement),
        at=booking.at,
        total_minor=booking.total_minor,
        amount_minor=sum(part.amount_minor for part in parts),
        parts=parts,
        note=booking.note,
        subject_type=booking.subject_type,
        subject_id=booking.subject_id,
    )

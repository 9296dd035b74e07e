"""Reships, losses and recalls: what they cost is in the books, once (`manage.py check_invariants`); read-only."""

from collections.abc import Iterator
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from foundation.ledger.models import Transaction
from foundation.lifecycle.invariants import invariant

from .models import Loss, Parcel, Recall
from .states import ParcelKind, Payer, WayOut

MOST = 200


def _unbooked(rows: "QuerySet[Any]", head: str, pk: str, tail: str, amount: str) -> "QuerySet[Any]":
    """Those of `rows` whose amount no transaction `<head><pk><tail>` carries."""
    key = Concat(Value(head), Cast(OuterRef(pk), CharField()), Value(tail), output_field=CharField())
    return rows.exclude(Exists(Transaction.objects.filter(idempotency_key=key, total_minor=OuterRef(amount))))


@invariant("I9", "What a reship, a lost parcel or a recall costs is booked under its own key, with that amount")
def care_is_booked() -> Iterator[str]:
    ours = ~Q(payer=Payer.CARRIER)
    sent = Parcel.objects.filter(ours, kind=ParcelKind.RESHIP, cost_minor__gt=0)
    for number in _unbooked(sent, "parcel:", "pk", ":reship", "cost_minor").values_list("number", flat=True)[:MOST]:
        yield f"the freight of the reship {number} is not booked as its row says"
    paid = Loss.objects.filter(way=WayOut.COMPENSATE)
    wrong = _unbooked(paid, "parcel:", "parcel_id", ":compensation", "amount_minor")
    for number in wrong.values_list("parcel__number", flat=True)[:MOST]:
        yield f"the compensation for {number} is not booked as its row says"
    closed = Recall.objects.filter(ours, cost_minor__gt=0, closed_at__isnull=False)
    for number in _unbooked(closed, "recall:", "pk", ":cost", "cost_minor").values_list("number", flat=True)[:MOST]:
        yield f"the cost of recall {number} is not booked as its row says"

"""Orders' share of `manage.py check_invariants`; read-only, at most 200 lines each."""

from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from foundation.audit.models import Entry
from foundation.ledger.models import Transaction
from foundation.lifecycle.invariants import invariant

from .models import ContactRecord, Order, OrderLine, Refund, RefundLine

MOST = 200
BATCH = 1000


@invariant("I7", "Order numbers are unique per shop, refund keys unique")
def doubles() -> Iterator[str]:
    twice = Order.objects.values("shop_id", "number").annotate(times=Count("pk")).filter(times__gt=1)
    for row in twice[:MOST]:
        yield f"shop {row['shop_id']} has order {row['number']} {row['times']} times"
    for row in Refund.objects.values("key").annotate(times=Count("pk")).filter(times__gt=1)[:MOST]:
        yield f"refund key {row['key']} {row['times']} times"


@invariant("I8", "Nothing of an order belongs to another shop")
def strays() -> Iterator[str]:
    for model in (Refund, ContactRecord):
        for pk in model.objects.exclude(shop_id=F("order__shop_id")).values_list("pk", flat=True)[:MOST]:
            yield f"{model._meta.label_lower} {pk} has another shop than its order"
    products = Q(product__isnull=False) & ~Q(product__shop_id=F("order__shop_id"))
    skus = Q(sku__isnull=False) & ~Q(sku__product__shop_id=F("order__shop_id"))
    for pk in OrderLine.objects.filter(products | skus).values_list("pk", flat=True)[:MOST]:
        yield f"order line {pk} names another shop's product"
    for pk in RefundLine.objects.exclude(line__order_id=F("refund__order_id")).values_list("pk", flat=True)[:MOST]:
        yield f"refund line {pk} names another order's line"
    files = ContactRecord.objects.filter(files__isnull=False).exclude(files__shop_id=F("shop_id"))
    for pk in files.values_list("pk", flat=True)[:MOST]:
        yield f"contact record {pk} shows another shop's file"


@invariant("I9", "Refunded is the sum of the refunds and never more than paid, per order and per line")
def refunds() -> Iterator[str]:
    for pk in Order.objects.filter(refunded_minor__gt=F("paid_minor")).values_list("pk", flat=True)[:MOST]:
        yield f"order {pk} refunded more than paid"
    for pk in OrderLine.objects.filter(refunded_minor__gt=F("paid_minor")).values_list("pk", flat=True)[:MOST]:
        yield f"order line {pk} refunded more than paid"
    sums = Order.objects.filter(Q(refunded_minor__gt=0) | Q(refunds__isnull=False))
    wrong = sums.annotate(total=Coalesce(Sum("refunds__amount_minor"), 0)).exclude(total=F("refunded_minor"))
    for row in wrong.values("pk", "total", "refunded_minor")[:MOST]:
        yield f"order {row['pk']} says {row['refunded_minor']} refunded, its refunds say {row['total']}"
    lines = OrderLine.objects.filter(Q(refunded_minor__gt=0) | Q(refunds__isnull=False))
    odd = lines.annotate(total=Coalesce(Sum("refunds__amount_minor"), 0)).exclude(total=F("refunded_minor"))
    for pk in odd.values_list("pk", flat=True)[:MOST]:
        yield f"order line {pk} and its refunds disagree"


@invariant("I9", "Every refund is a booked transaction of the same order and amount")
def booked() -> Iterator[str]:
    wrong = Refund.objects.exclude(
        transaction__total_minor=F("amount_minor"), transaction__order_id=F("order_id"),
        transaction__shop_id=F("shop_id"), transaction__movement="refund",
    )
    for number in wrong.values_list("number", flat=True)[:MOST]:
        yield f"refund {number} and its transaction disagree"
    known = Refund.objects.values("transaction_id")
    for key in Transaction.objects.filter(movement="refund").exclude(pk__in=known).values_list(
        "idempotency_key", flat=True
    )[:MOST]:
        yield f"the booked refund {key} belongs to no refund row"


@invariant("I6", "An order's moves chain and end at its state; its version counts them")
def chains() -> Iterator[str]:
    moves = Entry.objects.filter(subject_type="orders.order").exclude(to_state="").order_by("subject_id", "id")
    ends: dict[int, tuple[str, int]] = {}
    for pk, before, after in moves.values_list("subject_id", "from_state", "to_state").iterator(chunk_size=2000):
        if pk in ends:
            if ends[pk][0] != before:
                yield f"order {pk} went to {ends[pk][0]} and then left {before}"
        elif len(ends) >= BATCH:
            yield from _ends(ends)
            ends = {}
        ends[pk] = (after, ends[pk][1] + 1 if pk in ends else 1)
    yield from _ends(ends)
    untouched = Order.objects.exclude(status=F("arrival_status")).exclude(
        pk__in=Entry.objects.filter(subject_type="orders.order").exclude(to_state="").values("subject_id")
    )
    for pk in untouched.values_list("pk", flat=True)[:MOST]:
        yield f"order {pk} left its arrival state without a record"


def _ends(ends: dict[int, tuple[str, int]]) -> Iterator[str]:
    """Compare where the moves of some orders ended with the rows themselves; one query."""
    rows = {pk: rest for pk, *rest in Order.objects.filter(pk__in=ends).values_list("pk", "status", "version")}
    for pk, (state, count) in ends.items():
        status, version = rows.get(pk, ("missing", count))
        if status != state:
            yield f"order {pk} is {status}, its last move went to {state}"
        elif version < count:
            yield f"order {pk} has version {version} after {count} moves"

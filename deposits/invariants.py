"""Deposits' share of `manage.py check_invariants`; read-only, at most 200 lines each."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import F, Sum

from foundation.accounts.models import Restriction, RestrictionReason, ShopStatus
from foundation.ledger.kinds import Kind
from foundation.ledger.models import Account, Entry, Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.invariants import invariant

from . import refund_invariants
from .models import Category, QuotaDay, QuotaUse, TemporaryMove, Violation
from .services.accounts import asked_by_rule

__all__ = ["refund_invariants"]  # registers its own
MOST = 200
TAKEN_UP = timedelta(minutes=15)  # by then the job has written a changed rule to the books


# Refund quota and temporary deposit
@invariant("I9", "What a shop used of a day's refund quota is the sum of its uses")
def quota_days() -> Iterator[str]:
    sums = {
        (row["shop_id"], row["day"]): row["total"]
        for row in QuotaUse.objects.values("shop_id", "day").annotate(total=Sum("amount_minor"))
    }
    days = {(row.shop_id, row.day): row.used_minor for row in QuotaDay.objects.all()}
    for key in sorted(set(sums) | set(days), key=str):
        if sums.get(key, 0) != days.get(key, 0):
            yield f"shop {key[0]}, {key[1]}: used {days.get(key, 0)}, uses say {sums.get(key, 0)}"


@invariant("I2", "Every movement of temporary deposit is booked once, with its amount")
def temporary_moves() -> Iterator[str]:
    for move in TemporaryMove.objects.exclude(shop_id=F("transaction__shop_id"))[:MOST]:
        yield f"temporary deposit {move.key} is booked for another shop"
    for move in TemporaryMove.objects.select_related("transaction").iterator(chunk_size=1000):
        if abs(move.amount_minor) != move.transaction.total_minor:
            yield f"temporary deposit {move.key} says {move.amount_minor}, its booking {move.transaction.total_minor}"
    booked = Transaction.objects.filter(movement__in=["temporary_frozen", "temporary_unfrozen"])
    for key in booked.exclude(pk__in=TemporaryMove.objects.values("transaction_id")).values_list(
        "idempotency_key", flat=True
    )[:MOST]:
        yield f"{key} is booked and has no movement of temporary deposit"


@invariant("I4", "Temporary deposit is what was frozen, less what was unfrozen and drawn")
def temporary_balances() -> Iterator[str]:
    moved = dict(TemporaryMove.objects.values_list("shop_id").annotate(Sum("amount_minor")))
    entries = Entry.objects.filter(kind=Kind.TEMPORARY)
    others = entries.exclude(transaction__movement__in=["temporary_frozen", "temporary_unfrozen"])
    drawn = dict(others.values_list("shop_id").annotate(Sum("amount_minor")))
    balances = dict(Account.objects.filter(kind=Kind.TEMPORARY).values_list("shop_id", "balance_minor"))
    for shop_id, balance in balances.items():
        if balance != moved.get(shop_id, 0) + drawn.get(shop_id, 0):
            yield f"shop {shop_id}: temporary deposit {balance} is not explained by its movements"


# Deposit account and violations
@invariant("I5", "A shop is restricted for a short deposit exactly while its deposit is short")
def short_deposits() -> Iterator[str]:
    kept = Account.objects.filter(kind__in=[Kind.DEPOSIT, Kind.HELD]).values("shop_id")
    missing = kept.annotate(short=Sum("required_minor") - Sum("balance_minor"))
    short = {row["shop_id"]: row["short"] for row in missing.filter(short__gt=0)}
    open_ones = Restriction.objects.filter(reason=RestrictionReason.SHORT_DEPOSIT, lifted_at=None)
    restricted = set(open_ones.values_list("shop_id", flat=True))
    for shop_id in sorted(set(short) ^ restricted)[:MOST]:
        said = "is" if shop_id in restricted else "is not"
        yield f"shop {shop_id}: short by {short.get(shop_id, 0)}, and {said} restricted"


@invariant("I5", "What the books ask of a shop as deposit is what its rule asks, or asked a quarter of an hour ago")
def required_deposits() -> Iterator[str]:
    now = clock.now()
    rows = Account.objects.filter(kind=Kind.DEPOSIT, required_minor__gt=0, shop__status=ShopStatus.ACTIVE)
    asked, before = asked_by_rule(now), asked_by_rule(now - TAKEN_UP)
    found = rows.order_by("shop_id").values_list("shop_id", "shop__kind", "shop__deposit_account__category", "required_minor")
    for shop_id, kind, category, minor in found:
        rule = (kind, category or Category.GENERAL)
        if minor not in (asked(*rule), before(*rule)):
            yield f"shop {shop_id}: the books ask {minor}, its rule {asked(*rule)}"


@invariant("I2", "Every violation's deduction and its reversal are booked once, with its amount")
def violations_booked() -> Iterator[str]:
    booked: dict[str, dict[int | None, tuple[int, int]]] = {"violation": {}, "violation_reversed": {}}
    rows = Transaction.objects.filter(movement__in=booked)
    for pk, movement, shop_id, minor in rows.values_list("pk", "movement", "shop_id", "total_minor"):
        booked[movement][pk] = (shop_id, minor)
    for row in Violation.objects.filter(deducted_minor__gt=0).iterator(chunk_size=1000):
        told = (row.shop_id, row.deducted_minor)
        if booked["violation"].pop(row.deduction_id, None) != told:
            yield f"violation {row.number}: its deduction is not booked as {row.deducted_minor}"
        if row.status == "reversed" and booked["violation_reversed"].pop(row.reversal_id, None) != told:
            yield f"violation {row.number}: its reversal is not booked as {row.deducted_minor}"
    for left in booked.values():
        for pk in list(left)[:MOST]:
            yield f"booking {pk} is a violation's and belongs to none"

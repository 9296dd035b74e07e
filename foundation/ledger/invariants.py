"""The ledger's share of `manage.py check_invariants`."""

from collections.abc import Iterator

from django.db.models import Count, F, Q

from foundation.lifecycle.invariants import invariant

from . import checks
from .models import Entry, Transaction

invariant("I1", "Every transaction's entries sum to zero")(checks.unbalanced_transactions)
invariant("I2", "Each shop account's balance is the sum of its entries")(checks.drifted_accounts)
invariant("I3", "All entries together sum to zero")(checks.everything_sums_to_zero)
invariant("I4", "Debt is never above zero, no other shop balance below it")(checks.broken_floors)
invariant("I4", "No more leaves a deposit than went in")(checks.overdrawn_deposits)


@invariant("I7", "Idempotency keys are unique")
def doubled_keys() -> Iterator[str]:
    keys = Transaction.objects.values("idempotency_key").annotate(times=Count("pk")).filter(times__gt=1)
    for row in keys.order_by()[: checks.SHOWN]:
        yield f"key {row['idempotency_key']} was booked {row['times']} times"


@invariant("I8", "Every entry belongs to its transaction's shop and order")
def strayed_entries() -> Iterator[str]:
    of_a_shop = Q(shop_id__isnull=False) & (~Q(shop_id=F("transaction__shop_id")) | ~Q(shop_id=F("account__shop_id")))
    other_order = Q(order_id__isnull=False) & ~Q(order_id=F("transaction__order_id"))
    for pk in Entry.objects.filter(of_a_shop | other_order).values_list("pk", flat=True)[: checks.SHOWN]:
        yield f"entry {pk} names another shop or order than its transaction"

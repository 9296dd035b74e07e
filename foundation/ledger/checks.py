"""Looking at the books: one sentence per difference. Read-only; used by the invariants and by the nightly report.

Each check is one statement, so on a live database it sees one moment: a booking is there whole or not at all.
"""

from collections.abc import Iterator

from django.db.models import BigIntegerField, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from .kinds import Kind
from .models import Account, Entry

SHOWN = 200  # differences named one by one; a broken ledger must not fill the report


def unbalanced_transactions() -> Iterator[str]:
    """I1: every transaction's entries sum to zero."""
    rows = Entry.objects.values("transaction_id").annotate(rest=Sum("amount_minor")).exclude(rest=0)
    for row in rows.order_by("transaction_id")[:SHOWN]:
        yield f"transaction {row['transaction_id']}: entries sum to {row['rest']} fen"


def drifted_accounts() -> Iterator[str]:
    """I2: each shop account's balance is the sum of its entries."""
    of_account = Entry.objects.filter(shop_id=OuterRef("shop_id"), kind=OuterRef("kind"))  # by the statement's index
    booked = of_account.order_by().values("kind").annotate(all=Sum("amount_minor"))
    rows = Account.objects.annotate(
        booked=Coalesce(Subquery(booked.values("all"), output_field=BigIntegerField()), 0)
    ).exclude(balance_minor=F("booked"))
    for row in rows.order_by("pk")[:SHOWN]:
        yield f"account {row} holds {row.balance_minor} fen, its entries sum to {row.booked}"


def everything_sums_to_zero() -> Iterator[str]:
    """I3: Σ of all entries is zero, in every sample."""
    rest = Entry.objects.aggregate(rest=Sum("amount_minor"))["rest"] or 0
    if rest:
        yield f"all entries sum to {rest} fen"


def broken_floors() -> Iterator[str]:
    """I4: debt ≤ 0, every other balance ≥ 0."""
    below = Q(kind=Kind.DEBT, balance_minor__gt=0) | ~Q(kind=Kind.DEBT) & Q(balance_minor__lt=0)
    for row in Account.objects.filter(below).order_by("pk")[:SHOWN]:
        yield f"account {row} stands at {row.balance_minor} fen"


def overdrawn_deposits() -> Iterator[str]:
    """I4: what left a deposit never exceeds what went in; read from the entries, not from the kept balance."""
    rows = (
        Entry.objects.filter(kind=Kind.DEPOSIT).values("shop_id").annotate(rest=Sum("amount_minor")).filter(rest__lt=0)
    )
    for row in rows.order_by("shop_id")[:SHOWN]:
        yield f"shop {row['shop_id']}: {-row['rest']} fen more left the deposit than went in"


CHECKS = (unbalanced_transactions, drifted_accounts, everything_sums_to_zero, broken_floors, overdrawn_deposits)

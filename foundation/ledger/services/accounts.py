"""A shop's six accounts: opened when first needed, locked in one order, read as a dict."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, Q, Sum, Value, When

from foundation.accounts.models import Shop, User
from foundation.audit.services import record
from foundation.lifecycle.locks import lock

from ..kinds import Kind
from ..models import Account, Entry

LOCK_ORDER = ("shop_id", "kind")
ACCOUNTS_PER_UPDATE = 300  # a CASE of more branches costs more than a second UPDATE


def accounts_for(shop_ids: Iterable[int]) -> list[Account]:
    """Every account of these shops, locked by (shop, kind); a shop without accounts gets them.

    Missing ones are inserted before anything is locked, so that two first bookings can't wait for each other in a
    circle. Refused outside a transaction.
    """
    wanted = sorted(set(shop_ids))
    known = Account.objects.filter(shop_id__in=wanted, kind=Kind.DEBT).values_list("shop_id", flat=True)
    missing = set(wanted).difference(known)
    if missing:
        _open(missing)
    return lock(Account.objects.filter(shop_id__in=wanted), order=LOCK_ORDER)


def _open(shop_ids: Iterable[int]) -> None:
    Account.objects.bulk_create(
        [Account(shop_id=shop_id, kind=kind) for shop_id in sorted(shop_ids) for kind in sorted(Kind.values)],
        ignore_conflicts=True,
    )


def add_to_balances(changes: dict[int, int]) -> None:
    """Add `changes` (account id → signed fen) to the locked accounts, some hundred per UPDATE.

    Relative, not absolute: should a lock ever be missing, the CHECK still stops an account at its floor.
    """
    pks = sorted(pk for pk, change in changes.items() if change)
    for start in range(0, len(pks), ACCOUNTS_PER_UPDATE):
        some = pks[start : start + ACCOUNTS_PER_UPDATE]
        change = Case(*[When(pk=pk, then=Value(changes[pk])) for pk in some])
        Account.objects.filter(pk__in=some).update(balance_minor=F("balance_minor") + change)


def balances(shop: Shop) -> dict[str, int]:
    """Account kind → balance in fen, all six, 0 where nothing was ever booked."""
    found = dict(Account.objects.filter(shop=shop).values_list("kind", "balance_minor"))
    return {kind: found.get(kind, 0) for kind in Kind.values}


def taken_in_and_paid_out(shop: Shop, kind: str, start: datetime, end: datetime) -> tuple[int, int]:
    """What was booked into and out of one account in [start, end), in fen; the second is ≤ 0."""
    rows = Entry.objects.filter(shop_id=shop.pk, kind=kind, at__gte=start, at__lt=end)
    sums = rows.aggregate(
        taken_in=Sum("amount_minor", filter=Q(amount_minor__gt=0)),
        paid_out=Sum("amount_minor", filter=Q(amount_minor__lt=0)),
    )
    return sums["taken_in"] or 0, sums["paid_out"] or 0


@transaction.atomic
def require_deposit(shop_id: int, amount_minor: int, *, by: User | None, now: datetime) -> Account:
    """Set what the shop must keep as deposit, in fen; moves no money, later top-ups fill it up (rules §2).

    ValueError below zero. The short-deposit restriction belongs to the deposits room.
    """
    if amount_minor < 0:
        raise ValueError("A required deposit is not negative.")
    account = next(row for row in accounts_for([shop_id]) if row.kind == Kind.DEPOSIT)
    if account.required_minor != amount_minor:
        account.required_minor = amount_minor
        account.save(update_fields=["required_minor"])
        record("ledger.deposit_required", account, by=by, now=now, data={"amount_minor": amount_minor})
    return account

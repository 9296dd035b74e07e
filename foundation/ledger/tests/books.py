"""What the ledger's tests share: a day's worth of books in a line, and what they say."""

from collections.abc import Iterable
from datetime import UTC, datetime

from foundation.accounts.models import Restriction, Shop
from foundation.ledger import checks, services
from foundation.ledger.models import Account, Entry, Transaction
from foundation.ledger.services import Draw, Posting

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
ORDER = 71


def fund(shop: Shop, **kinds: int) -> None:
    """Give a shop balances through real bookings: `fund(shop, pending=100, settlement=50, deposit=20)`."""
    deposit = kinds.pop("deposit", 0)
    settlement = kinds.pop("settlement", 0)
    if deposit + settlement:
        top_up(shop, deposit + settlement, key=f"fund:{shop.pk}")
    if deposit:
        pay_deposit(shop, deposit, key=f"fund-deposit:{shop.pk}")
    if pending := kinds.pop("pending", 0):
        pay(shop, pending)
    if owed := kinds.pop("debt", 0):
        refund(shop, owed, order_id=None, key=f"fund-debt:{shop.pk}")
    assert not kinds


def pay(shop: Shop, amount: int, order_id: int = ORDER) -> Transaction:
    return services.post(Posting(f"order:{order_id}:paid", "order_paid", shop.pk, amount, order_id), by=None, now=NOW)


def settle(shop: Shop, order_id: int = ORDER) -> Transaction:
    return services.post(
        Posting(f"order:{order_id}:settled", "order_settled", shop.pk, None, order_id), by=None, now=NOW
    )


def refund(shop: Shop, amount: int, order_id: int | None = ORDER, key: str = "refund:1") -> Transaction:
    return services.draw(Draw(key, "refund", shop.pk, amount, order_id), by=None, now=NOW)


def compensate(shop: Shop, amount: int, order_id: int | None = ORDER) -> Transaction:
    return services.draw(Draw("workorder:1:compensation", "compensation", shop.pk, amount, order_id), by=None, now=NOW)


def top_up(shop: Shop, amount: int, key: str = "topup:1") -> Transaction:
    return services.post(Posting(key, "topup", shop.pk, amount), by=None, now=NOW)


def pay_deposit(shop: Shop, amount: int, key: str = "deposit:1") -> Transaction:
    return services.post(Posting(key, "deposit_paid", shop.pk, amount), by=None, now=NOW)


def legs(booked: Transaction) -> dict[str, int]:
    return dict(booked.entries.order_by("pk").values_list("kind", "amount_minor"))


def holdings(shop: Shop) -> dict[str, int]:
    """The balances that are not zero."""
    return {kind: minor for kind, minor in services.balances(shop).items() if minor}


def findings() -> list[str]:
    return [sentence for check in checks.CHECKS for sentence in check()]


def snapshot(shops: Iterable[Shop]) -> list[object]:
    """Everything the ledger keeps of these shops, without primary keys."""
    pks = [shop.pk for shop in shops]
    transactions = Transaction.objects.filter(shop__in=pks).order_by("idempotency_key").values_list(
        "idempotency_key", "movement", "shop_id", "order_id", "total_minor", "at"
    )  # fmt: skip
    entries = Entry.objects.filter(transaction__shop__in=pks).order_by("transaction__idempotency_key", "pk")
    return [
        list(transactions),
        list(entries.values_list("transaction__idempotency_key", "kind", "amount_minor", "balance_after_minor", "at")),
        list(Account.objects.filter(shop__in=pks).order_by("shop_id", "kind").values_list("kind", "balance_minor")),
        list(
            Restriction.objects.filter(shop__in=pks)
            .order_by("pk")
            .values_list("shop_id", "reason", "since", "lifted_at")
        ),
    ]

"""One hundred draws of ¥1.00 against ¥50.00 at once: first with the lock off, to see the race, then with it.

PostgreSQL: the accounts' row locks. SQLite (a file, several connections): the IMMEDIATE transaction is the lock.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from django.db import DatabaseError, connection, connections

from foundation.ledger import services
from foundation.ledger.models import Account, Entry
from foundation.ledger.services import Draw, Posting, posting
from foundation.lifecycle.errors import InsufficientFunds
from tests.concurrency import rounds
from tests.concurrency.rounds import together

from . import books

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
WORKERS, TIMES, FEN = 5, 100, 100
ROUNDS = max(1, rounds.ROUNDS // TIMES)  # a round is 100 bookings at once


@pytest.fixture
def unguard(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Turn the lock off: read accounts without locking; on SQLite begin transactions DEFERRED."""

    def off() -> None:
        monkeypatch.setattr(posting, "accounts_for", lambda shop_ids: list(Account.objects.filter(shop__in=shop_ids)))
        if connection.vendor == "sqlite":
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")

    return off


def _at_once(job: Callable[[int], object]) -> Counter[str]:
    """Run job(0…99) from several threads with a connection each; count what came of it."""
    outcomes: Counter[str] = Counter()

    def work(worker: int) -> None:
        for number in range(worker, TIMES, WORKERS):
            try:
                job(number)
                outcomes["done"] += 1
            except InsufficientFunds:
                outcomes["refused"] += 1
            except DatabaseError:
                outcomes["broken"] += 1

    together(*[partial(work, worker) for worker in range(WORKERS)])
    return outcomes


def _draws(shop) -> Counter[str]:
    return _at_once(
        lambda number: services.draw(Draw(f"refund:{number}", "refund", shop.pk, FEN), by=None, now=books.NOW)
    )


def _deposits(shop) -> Counter[str]:
    return _at_once(
        lambda number: services.post(Posting(f"deposit:{number}", "deposit_paid", shop.pk, FEN), by=None, now=books.NOW)
    )


def _stairs(shop, kind: str) -> list[int]:
    """The account's balances after each booking, highest first."""
    rows = Entry.objects.filter(account__shop=shop, kind=kind)
    return sorted(rows.values_list("balance_after_minor", flat=True), reverse=True)


def test_with_the_lock_off_draws_trample_on_each_other(shop, unguard):
    _fifty_yuan(shop)
    unguard()
    outcomes = _draws(shop)
    stairs = _stairs(shop, "settlement")
    assert outcomes["broken"] or len(stairs) != len(set(stairs))


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_ledger_draws_to_zero_and_the_rest_is_debt(shop, round_):
    _fifty_yuan(shop)
    assert _draws(shop) == {"done": TIMES}
    assert books.holdings(shop) == {"debt": -5_000}
    assert _stairs(shop, "settlement") == list(range(5_000, -1, -FEN))
    assert _stairs(shop, "debt") == list(range(-FEN, -5_001, -FEN))
    assert books.findings() == []


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_payments_stop_at_zero_exactly(shop, round_):
    _fifty_yuan(shop)
    assert _deposits(shop) == {"done": 50, "refused": 50}
    assert books.holdings(shop) == {"deposit": 5_000}
    assert books.findings() == []


def test_the_same_key_from_everywhere_is_booked_once(shop):
    _fifty_yuan(shop)
    outcomes = _at_once(lambda number: services.draw(Draw("refund:1", "refund", shop.pk, FEN), by=None, now=books.NOW))
    assert outcomes == {"done": TIMES}
    assert books.holdings(shop) == {"settlement": 4_900}


def test_first_bookings_of_a_new_shop_open_its_accounts_once(shop):
    outcomes = _at_once(
        lambda number: services.post(Posting(f"topup:{number}", "topup", shop.pk, FEN), by=None, now=books.NOW)
    )
    assert outcomes == {"done": TIMES}
    assert Account.objects.filter(shop=shop).count() == 6
    assert books.holdings(shop) == {"settlement": TIMES * FEN}


def _fifty_yuan(shop) -> None:
    books.fund(shop, settlement=5_000)

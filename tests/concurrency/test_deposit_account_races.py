"""Two people pay into one deposit at one moment, and both can't have the same settlement money (F44).

First with the guard off. PostgreSQL: the deposit account's row lock, then the ledger's. SQLite: the IMMEDIATE transaction
is the lock. See `rounds`.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

from deposits.services import accounts
from deposits.services.violations import NewViolation, record_violations
from deposits.tests import refunds
from deposits.tests.refunds import broken as findings
from foundation.accounts.models import Restriction, Shop
from foundation.accounts.tests.factories import make_shop
from foundation.ledger.services import Posting, balances, post
from foundation.lifecycle import clock
from foundation.lifecycle.errors import InsufficientFunds

from .rounds import MANY, ROUNDS, refused, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
ALL = 200_000  # fen of settlement; as much as the rule asks for


@pytest.fixture
def off(monkeypatch) -> Callable[[], None]:
    """Turn the locks off and hold everybody a moment between looking and writing."""

    def read(rows: Any, *, skip_locked: bool = False, order: tuple[str, ...] = ("pk",)) -> list[Any]:
        found = list(rows.order_by(*order))
        time.sleep(0.05)
        return found

    def turn_off() -> None:
        for place in ("deposits.services.accounts", "foundation.ledger.services.accounts"):
            monkeypatch.setattr(f"{place}.lock", read)
        if connection.vendor == "sqlite":
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 1)

    return turn_off


def short(name: str) -> Shop:
    """A shop with settlement money and nothing deposited."""
    shop, now = make_shop(name), clock.now()
    post(Posting(f"topup:{shop.pk}", "topup", shop.pk, ALL), by=None, now=now)
    accounts.set_required([shop.pk], by=None, now=now)
    return shop


def paying(shop: Shop, key: str, minor: int = ALL) -> Callable[[], Any]:
    return partial(accounts.pay_in, shop.pk, amount_minor=minor, key=f"{shop.pk}:{key}", by=None, now=clock.now())


def restricted(shop: Shop) -> bool:
    return Restriction.objects.filter(shop=shop, lifted_at=None).exists()


def test_guard_off_somebody_is_stopped_only_by_the_database(off):
    shop = short("off")
    off()
    outcomes = together(paying(shop, "a"), paying(shop, "b"))
    problems = refused(outcomes)
    assert problems and not all(isinstance(one, InsufficientFunds) for one in problems), outcomes


def test_one_of_two_has_the_money_and_the_other_a_sentence():
    for number in range(ROUNDS):
        shop = short(f"race{number}")
        outcomes = together(paying(shop, "a"), paying(shop, "b"))
        assert [type(one) for one in refused(outcomes)] == [InsufficientFunds], outcomes
        assert (balances(shop)["deposit"], balances(shop)["settlement"]) == (ALL, 0)
        assert not restricted(shop)
    assert findings() == []


def test_one_form_sent_twice_pays_once():
    for number in range(ROUNDS):
        shop = short(f"twice{number}")
        first, second = together(paying(shop, "a", ALL // 2), paying(shop, "a", ALL // 2))
        assert first == second
        assert balances(shop)["deposit"] == ALL // 2
    assert findings() == []


def test_paying_in_beside_a_draw_leaves_the_restriction_as_the_books_say():
    for number in range(ROUNDS):
        shop = short(f"draw{number}")
        draw = partial(refunds.seize, shop, ALL // 2, clock.now(), f"draw:{shop.pk}")
        outcomes = together(paying(shop, "a"), draw)
        assert all(isinstance(one, InsufficientFunds) for one in refused(outcomes)), outcomes
        assert restricted(shop) and accounts.summary(shop).short_minor > 0
    assert findings() == []


def test_a_deduction_beside_a_top_up_leaves_the_restriction_as_the_books_say():
    seen = set()
    for number in range(ROUNDS):
        shop, now = short(f"violation{number}"), clock.now()
        accounts.pay_in(shop.pk, amount_minor=ALL, key=f"{shop.pk}:all", by=None, now=now)
        refunds.seize(shop, 20_000, now, f"drawn:{shop.pk}")
        violation = NewViolation(shop.pk, "misleading", f"race:{shop.pk}", now)
        top_up = Posting(f"topup:{shop.pk}:again", "topup", shop.pk, 25_000)
        outcomes = together(
            partial(record_violations, [violation], by=None, now=now), partial(post, top_up, by=None, now=now)
        )
        assert refused(outcomes) == [], outcomes
        missing = accounts.summary(shop).short_minor
        assert missing in (0, 5_000) and restricted(shop) == bool(missing)
        seen.add(missing)
    assert findings() == []
    assert seen == {0, 5_000} or ROUNDS < MANY

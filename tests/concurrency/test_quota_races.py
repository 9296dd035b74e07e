"""A hundred refunds at once against a quota of fifty; freezing, unfreezing and refunding at once: never overdrawn."""

from functools import partial

import pytest
from django.db import DatabaseError, connection, connections, transaction

from deposits.models import DepositAccount, QuotaDay
from deposits.services import quota
from deposits.services.quota import Spend
from foundation.accounts.tests.factories import make_shop
from foundation.ledger.services import Posting, balances, post
from foundation.lifecycle.errors import DomainError
from foundation.lifecycle.invariants import INVARIANTS
from orders.services import refund
from orders.tests.factories import make_orders
from tests.concurrency import rounds
from tests.concurrency.rounds import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
AT_ONCE = 8  # refunds in a round beside four movements
DAILY = 200_000


def found_wrong():
    return [line for one in INVARIANTS for line in one.check()]


def give(order, now):
    return refund(
        order.pk, amount_minor=4_000, cause="goodwill", reason="", key=f"q{order.pk}", by=None, now=now, self_service=True
    )


@pytest.fixture
def unguard(monkeypatch):
    """Turn the lock off: accounts are read without it; on SQLite transactions begin DEFERRED."""

    def plain(shop_ids):
        for shop_id in shop_ids:
            DepositAccount.objects.get_or_create(shop_id=shop_id)
        return {row.shop_id: row for row in DepositAccount.objects.filter(shop_id__in=shop_ids)}

    def off():
        monkeypatch.setattr(quota, "hold", plain)
        monkeypatch.setattr(quota, "accounts_for", lambda _shops: None)
        if connection.vendor == "sqlite":
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")

    return off


def used(shop):
    return sum(QuotaDay.objects.filter(shop=shop).values_list("used_minor", flat=True))


def test_with_the_lock_off_the_quota_is_overdrawn(now, unguard):
    unguard()
    for number in range(20):
        shop = make_shop(f"quota{number}")
        orders = make_orders(shop, 60, now)
        outcomes = together(*[partial(give, order, now) for order in orders])
        if any(isinstance(one, DatabaseError) for one in outcomes) or used(shop) > DAILY:
            return
    pytest.fail("twenty unguarded rounds and no race: this test proves nothing on this machine")


def test_of_a_hundred_refunds_at_once_fifty_fit(shop, now):
    orders = make_orders(shop, 100, now)
    outcomes = []
    for begun in range(0, 100, 50):  # as many connections as a small server gives
        outcomes += together(*[partial(give, order, now) for order in orders[begun : begun + 50]])
    told = [one for one in outcomes if isinstance(one, DomainError)]
    assert (len(told), len(outcomes) - len(told)) == (50, 50)
    assert used(shop) == DAILY


def test_freezing_unfreezing_and_refunding_at_once_never_overdraw(now):
    for number in range(max(1, rounds.ROUNDS // AT_ONCE)):
        shop = make_shop(f"quota{number}")
        post(Posting(f"topup:{shop.pk}", "topup", shop.pk, 100_000), by=None, now=now)
        orders = make_orders(shop, AT_ONCE, now)
        quota.freeze(shop.pk, amount_minor=20_000, key=f"first:{shop.pk}", by=None, now=now)
        with transaction.atomic():
            quota.spend_many([Spend(shop.pk, f"before:{shop.pk}", DAILY)], by=None, now=now)
        moves = [
            partial(getattr(quota, verb), shop.pk, amount_minor=10_000, key=f"{verb}{place}:{number}:{shop.pk}", by=None, now=now)
            for place in range(2)
            for verb in ("freeze", "unfreeze")
        ]  # fmt: skip
        outcomes = together(*moves, *[partial(give, order, now) for order in orders])
        assert not [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, DomainError)]
        found = quota.state(shop.pk, now)
        assert found.used_minor <= found.allowed_minor
        assert found.temporary_minor == balances(shop)["temporary"]
    assert found_wrong() == []

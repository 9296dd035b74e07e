"""The daily refund quota and the temporary deposit: what is left, what raises it, when it renews."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deposits.models import DepositAccount, QuotaDay, QuotaUse, TemporaryMove
from deposits.services import quota
from deposits.services.accounts import hold
from deposits.services.quota import Spend
from foundation.ledger.services import Draw, Posting, balances, draw, post
from foundation.lifecycle.deadlines import day_start, shanghai_day
from foundation.lifecycle.errors import Blocked, InsufficientFunds, Invalid
from foundation.lifecycle.invariants import INVARIANTS
from foundation.notifications.models import Notice

pytestmark = pytest.mark.django_db
DAILY = 200_000  # the seeded rule of the basic level
INSTANT = timedelta(microseconds=1)


def found_wrong():
    return [line for one in INVARIANTS for line in one.check()]


@pytest.fixture
def funds(shop, now):
    """¥10,000.00 of settlement."""
    post(Posting(f"topup:{uuid4()}", "topup", shop.pk, 1_000_000), by=None, now=now)
    return shop


def spend(shop, amount, now, key=None):
    with transaction.atomic():
        quota.spend_many([Spend(shop.pk, key or str(uuid4()), amount)], by=None, now=now)


def freeze(shop, amount, now, key=None):
    return quota.freeze(shop.pk, amount_minor=amount, key=key or str(uuid4()), by=None, now=now)


def unfreeze(shop, amount, now, key=None):
    return quota.unfreeze(shop.pk, amount_minor=amount, key=key or str(uuid4()), by=None, now=now)


def test_a_shop_without_a_row_has_the_basic_quota(shop, now):
    found = quota.state(shop.pk, now)
    assert (found.allowed_minor, found.left_minor, found.used_minor) == (DAILY, DAILY, 0)


def test_the_level_decides(shop, now):
    with transaction.atomic():
        hold([shop.pk])
    DepositAccount.objects.filter(shop=shop).update(level="gold")
    assert quota.state(shop.pk, now).daily_minor == 5_000_000


def test_what_is_left_can_be_spent_to_the_last_fen_and_no_further(shop, now):
    spend(shop, DAILY - 1, now)
    with pytest.raises(Blocked, match=r"¥0\.01 left, this refund takes ¥0\.02\. Freeze ¥0\.01"):
        spend(shop, 2, now)
    spend(shop, 1, now)
    assert quota.state(shop.pk, now).left_minor == 0
    assert QuotaUse.objects.count() == 2


def test_a_replayed_refund_takes_nothing_again(shop, now):
    for _again in range(3):
        spend(shop, 150_000, now, key="once")
    assert quota.state(shop.pk, now).used_minor == 150_000


def test_a_chunk_is_all_or_nothing_and_equals_chunks_of_one(shop, now):
    with pytest.raises(Blocked), transaction.atomic():
        quota.spend_many([Spend(shop.pk, str(n), 150_000) for n in range(2)], by=None, now=now)
    assert not QuotaUse.objects.exists() and not QuotaDay.objects.exclude(used_minor=0).exists()
    with transaction.atomic():
        quota.spend_many([Spend(shop.pk, key, 50_000) for key in ("a", "b", "a")], by=None, now=now)
    assert quota.state(shop.pk, now).used_minor == 100_000


def test_a_new_day_begins_by_its_date(shop, now):
    midnight = day_start(shanghai_day(now) + timedelta(days=1))
    spend(shop, DAILY, midnight - INSTANT)
    assert quota.state(shop.pk, midnight - INSTANT).left_minor == 0
    assert quota.state(shop.pk, midnight).left_minor == DAILY
    spend(shop, DAILY, midnight)
    assert QuotaDay.objects.count() == 2


def test_freezing_raises_the_quota_and_moves_the_money(funds, now):
    spend(funds, DAILY, now)
    freeze(funds, 30_000, now)
    found = quota.state(funds.pk, now)
    assert (found.allowed_minor, found.left_minor, found.unfreezable_minor) == (DAILY + 30_000, 30_000, 30_000)
    assert balances(funds)["temporary"] == 30_000
    assert balances(funds)["settlement"] == 1_000_000 - 30_000


def test_a_form_sent_twice_freezes_once(funds, now):
    first = freeze(funds, 5_000, now, key="form")
    assert freeze(funds, 5_000, now, key="form").pk == first.pk
    assert balances(funds)["temporary"] == 5_000
    with pytest.raises(Invalid):
        freeze(funds, 6_000, now, key="form")


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_can_be_frozen_by_less_than_a_fen(funds, now, amount):
    with pytest.raises(Invalid):
        freeze(funds, amount, now)
    with pytest.raises(Invalid):
        unfreeze(funds, amount, now)


def test_more_than_settlement_holds_is_refused(funds, now):
    with pytest.raises(InsufficientFunds):
        freeze(funds, 1_000_001, now)
    assert not TemporaryMove.objects.exists()


def test_only_what_is_not_in_use_is_unfrozen(funds, now):
    freeze(funds, 30_000, now)
    spend(funds, DAILY + 10_000, now)
    with pytest.raises(Blocked, match="Only ¥200.00 can be unfrozen"):
        unfreeze(funds, 20_001, now)
    unfreeze(funds, 20_000, now)
    assert quota.state(funds.pk, now).left_minor == 0
    tomorrow = now + timedelta(days=1)
    unfreeze(funds, 10_000, tomorrow)
    assert balances(funds)["temporary"] == 0
    assert balances(funds)["settlement"] == 1_000_000


def test_a_draw_that_takes_temporary_deposit_lowers_the_quota(funds, now):
    freeze(funds, 1_000_000, now)
    draw(Draw("compensation:1", "compensation", funds.pk, 900_000), by=None, now=now)
    found = quota.state(funds.pk, now)
    assert (found.temporary_minor, found.allowed_minor) == (100_000, DAILY + 100_000)
    assert found_wrong() == []


def test_those_who_refund_are_told_once_when_it_is_nearly_used(shop, owner, now):
    for _refund in range(10):
        spend(shop, 20_000, now)
    assert Notice.objects.filter(kind="deposits.quota_nearly_used").count() == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["spend", "freeze", "unfreeze", "tomorrow"]), st.integers(1, 150_000)), max_size=14
    )
)
def test_any_order_of_steps_is_what_a_plain_sum_says(shop, now, steps):
    with transaction.atomic():
        post(Posting(f"topup:{uuid4()}", "topup", shop.pk, 500_000), by=None, now=now)
        settlement, frozen, used, at = balances(shop)["settlement"], balances(shop)["temporary"], 0, now
        for verb, amount in steps:
            try:
                with transaction.atomic():
                    if verb == "spend":
                        fits = used + amount <= DAILY + frozen
                        spend(shop, amount, at)
                        used += amount
                    elif verb == "freeze":
                        fits = amount <= settlement
                        freeze(shop, amount, at)
                        settlement, frozen = settlement - amount, frozen + amount
                    elif verb == "unfreeze":
                        fits = amount <= frozen and used <= DAILY + frozen - amount or amount <= frozen and used <= DAILY
                        unfreeze(shop, amount, at)
                        settlement, frozen = settlement + amount, frozen - amount
                    else:
                        fits, used, at = True, 0, at + timedelta(days=1)
            except (Blocked, InsufficientFunds):
                assert not fits
            else:
                assert fits
            found = quota.state(shop.pk, at)
            assert (found.temporary_minor, found.used_minor) == (frozen, used)
            assert balances(shop)["settlement"] == settlement
        assert found_wrong() == []
        transaction.set_rollback(True)

"""One clock, one rule, Shanghai days, pauses counted once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from hypothesis import given
from hypothesis import strategies as st

from foundation.accounts.models import Shop
from foundation.lifecycle import clock, deadlines
from foundation.lifecycle.locks import lock

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_the_clock_is_aware_and_can_be_held():
    assert clock.now().tzinfo is not None
    with clock.fixed(NOON):
        assert clock.now() == NOON
    assert clock.now() != NOON


@pytest.mark.django_db
def test_the_clock_may_be_read_by_a_statement_that_is_asked_anyway(shop):
    before = clock.now()
    read = Shop.objects.annotate(at=clock.Reading()).values_list("at", flat=True).get(pk=shop.pk)
    assert before <= clock.now(read) <= clock.now()
    assert (read is None) == (connection.vendor == "sqlite")
    with clock.fixed(NOON):
        assert clock.now(before) == NOON


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"), clock.fixed(datetime(2026, 1, 1)):  # noqa: DTZ001
        pass


def test_the_very_instant_of_the_deadline_is_in_time():
    assert not deadlines.is_overdue(NOON, NOON)
    assert deadlines.is_overdue(NOON, NOON + timedelta(microseconds=1))


def test_a_shanghai_day_begins_at_16_utc_the_day_before():
    start, end = deadlines.day_range(date(2026, 3, 1))
    assert start == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert end - start == timedelta(days=1)
    assert deadlines.shanghai_day(datetime(2026, 2, 28, 16, 30, tzinfo=UTC)) == date(2026, 3, 1)


minutes = st.integers(0, 500)


@given(st.lists(st.tuples(minutes, minutes)), minutes)
def test_overlapping_pauses_are_never_counted_twice(pairs, length):
    start, now = NOON, NOON + timedelta(minutes=length)
    pauses = [(NOON + timedelta(minutes=a), NOON + timedelta(minutes=b)) for a, b in pairs]
    running = sum(
        1 for minute in range(length) if not any(a <= minute < b for a, b in pairs)
    )
    assert deadlines.used(start, now, pauses) == timedelta(minutes=running)


@pytest.mark.django_db(transaction=True)
def test_lock_refuses_outside_a_transaction_and_orders_by_pk():
    with pytest.raises(TransactionManagementError):
        lock(Shop.objects.all())
    for code in ("b", "a"):
        Shop.objects.create(number=code, code=code, name=code)
    with transaction.atomic():
        assert [shop.code for shop in lock(Shop.objects.order_by("code"))] == ["b", "a"]


@pytest.mark.django_db(transaction=True)
def test_lock_says_no_key_update_on_postgresql(django_assert_num_queries):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no row locks; its transaction is the lock")
    with transaction.atomic(), django_assert_num_queries(1) as captured:
        lock(Shop.objects.all(), skip_locked=True)
    assert 'ORDER BY "accounts_shop"."id" ASC FOR NO KEY UPDATE OF "accounts_shop" SKIP LOCKED' in captured[0]["sql"]

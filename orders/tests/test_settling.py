"""The settle job: money becomes the shop's on receipt, or N days after sign-off."""

from datetime import timedelta

import pytest

from foundation.audit.models import Entry
from foundation.jobs.beat import ENTRIES
from foundation.ledger.models import Transaction
from foundation.ledger.services import Draw, balances, draw
from foundation.lifecycle.errors import IllegalMove
from orders.models import Order, OrderPolicy
from orders.services import confirm_receipt, record_paid, refund, release_parked, settle_due, settling
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=15)


@pytest.fixture
def order(shop, now):
    return make_order(shop, now, signed_at=now)


def test_nothing_is_settled_a_second_too_early_and_everything_on_the_second(shop, order, now):
    assert settle_due(now + DAYS - timedelta(seconds=1)) == {"settled": 0, "parked": 0}
    order.refresh_from_db()
    assert (order.status, balances(shop)["settlement"]) == ("signed", 0)
    assert settle_due(now + DAYS) == {"settled": 1, "parked": 0}
    order.refresh_from_db()
    assert (order.status, order.settled_at, order.version) == ("completed", now + DAYS, 1)
    assert (balances(shop)["settlement"], balances(shop)["pending"]) == (12500, 0)


def test_the_job_run_twice_changes_nothing_the_second_time(shop, order, now):
    settle_due(now + DAYS)
    before = (list(Order.objects.values()), Transaction.objects.count(), Entry.objects.count(), balances(shop))
    assert settle_due(now + DAYS) == {"settled": 0, "parked": 0}
    assert (list(Order.objects.values()), Transaction.objects.count(), Entry.objects.count(), balances(shop)) == before


def test_only_what_is_left_after_refunds_is_settled_and_debt_is_paid_first(shop, order, now):
    refund(order.pk, amount_minor=2500, cause="goodwill", reason="", key="k", by=None, now=now)
    draw(Draw("owed", "compensation", shop.pk, 4000), by=None, now=now)
    settle_due(now + DAYS)
    found = balances(shop)
    assert (found["debt"], found["settlement"]) == (0, 6000)


def test_the_days_are_the_rule_rows(shop, order, now):
    OrderPolicy.objects.create(
        effective_from=now, name_zh="快", name_en="fast", settle_days_after_signed=2, reveals_per_hour=60
    )
    assert settle_due(now + timedelta(days=2))["settled"] == 1


def test_confirmed_receipt_settles_at_once_and_only_once(shop, order, owner, now):
    confirm_receipt(order.pk, by=None, now=now)
    order.refresh_from_db()
    assert (order.status, order.confirmed_at, order.settled_at) == ("completed", now, now)
    assert balances(shop)["settlement"] == 12500
    before = Transaction.objects.count()
    with pytest.raises(IllegalMove):
        confirm_receipt(order.pk, by=None, now=now)
    assert Transaction.objects.count() == before
    assert settle_due(now + DAYS)["settled"] == 0


def test_what_is_paid_after_receipt_is_the_shops_at_once(shop, now):
    unpaid = make_order(shop, now, paid_minor=0, paid_at=None, postage_minor=0, lines=())
    confirm_receipt(unpaid.pk, by=None, now=now)
    record_paid(unpaid.pk, paid_minor=900, by=None, now=now)
    assert (balances(shop)["pending"], balances(shop)["settlement"]) == (0, 900)


def test_an_unpaid_order_settled_by_the_job_is_paid_for_later(shop, now):
    unpaid = make_order(shop, now, signed_at=now, paid_minor=0, paid_at=None, postage_minor=0, lines=())
    assert settle_due(now + DAYS) == {"settled": 1, "parked": 0}
    record_paid(unpaid.pk, paid_minor=900, by=None, now=now + DAYS)
    assert (balances(shop)["pending"], balances(shop)["settlement"]) == (0, 900)


def test_a_poisoned_order_is_parked_and_the_rest_go_on(shop, now, monkeypatch):
    orders = [make_order(shop, now, signed_at=now) for _ in range(5)]
    poison = orders[2].pk
    real = settling.settled_posting

    def posting(order):
        if order.pk == poison:
            raise RuntimeError("broken row")
        return real(order)

    monkeypatch.setattr(settling, "settled_posting", posting)
    assert settle_due(now + DAYS) == {"settled": 4, "parked": 1}
    row = Order.objects.get(pk=poison)
    assert row.status == "signed" and row.parked_at and "broken row" in row.parked_reason
    assert settle_due(now + DAYS) == {"settled": 0, "parked": 0}
    monkeypatch.undo()
    release_parked([poison], by=None, now=now)
    assert settle_due(now + DAYS) == {"settled": 1, "parked": 0}


def test_a_chunk_of_n_is_n_chunks_of_one(shop, now, monkeypatch):
    from_many = _run(shop, now, 1000, monkeypatch)
    assert from_many == _run(shop, now, 1, monkeypatch)


def _run(shop, now, size, monkeypatch):
    orders = [make_order(shop, now, signed_at=now, paid_minor=100 + step) for step in range(6)]
    monkeypatch.setattr(settling, "CHUNK", size)
    settle_due(now + DAYS)
    rows = Order.objects.filter(pk__in=[order.pk for order in orders]).order_by("pk")
    return list(rows.values_list("status", "version", "settled_at", "paid_minor"))


def test_the_timetable_runs_it():
    entry = ENTRIES["every-ten-minutes-settle-orders-signed-long-ago"]
    assert entry.task == "orders.settle_due"

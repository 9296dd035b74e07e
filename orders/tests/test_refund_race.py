"""Ten refunds of ¥25.00 at once on an order of ¥125.00: first with the lock off, then on; five win, five are told."""

from collections import Counter
from functools import partial

import pytest
from django.db import DatabaseError, connection, connections

from foundation.ledger.models import Transaction
from foundation.ledger.services import balances
from foundation.lifecycle.errors import DomainError
from orders.models import Order, Refund
from orders.services import refund, refunds, settle_many
from orders.services import settling as settling_service
from orders.tests.factories import make_orders
from tests.concurrency import rounds
from tests.concurrency.rounds import ahead, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
AT_ONCE = 10
ROUNDS = max(1, rounds.ROUNDS // AT_ONCE)  # a round is ten refunds at once


def at_once(how_many, job):
    """Run job(0…n−1) at the same moment; count what came of them."""
    outcomes = together(*[partial(job, number) for number in range(how_many)])
    return Counter(kind(one) for one in outcomes)


def kind(outcome):
    if isinstance(outcome, DomainError):
        return "refused"
    return "broken" if isinstance(outcome, DatabaseError) else "done"


def give_back(order, key, now, amount=2500):
    return refund(order.pk, amount_minor=amount, cause="platform", reason="", key=key, by=None, now=now)


@pytest.fixture
def unguard(monkeypatch):
    """Turn the lock off: orders are read without it; on SQLite transactions begin DEFERRED."""

    def off():
        monkeypatch.setattr(refunds, "lock_orders", lambda pks: list(Order.objects.filter(pk__in=pks)))
        if connection.vendor == "sqlite":
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")

    return off


def test_with_the_lock_off_the_race_is_seen(shop, now, unguard):
    unguard()
    for order in make_orders(shop, 20, now):
        outcomes = at_once(AT_ONCE, lambda number, order=order: give_back(order, f"u{order.pk}-{number}", now))
        if outcomes["broken"]:
            return  # the database's own constraint, or SQLite's busy error, had to stop it
        if outcomes["done"] != 5:
            return
    pytest.fail("twenty unguarded rounds and no race: this test proves nothing on this machine")


def test_five_refunds_win_and_five_are_told(shop, now):
    for order in ahead(partial(make_orders, shop), ROUNDS):
        outcomes = at_once(AT_ONCE, lambda number, order=order: give_back(order, f"{order.pk}-{number}", now))
        assert outcomes == {"done": 5, "refused": 5}
        order.refresh_from_db()
        assert (order.status, order.refunded_minor, order.version) == ("refunded", 12500, 5)
    assert balances(shop)["pending"] == 0


def test_the_same_form_sent_ten_times_at_once_is_one_refund(shop, now):
    for order in ahead(partial(make_orders, shop), ROUNDS):
        outcomes = at_once(AT_ONCE, lambda _number, order=order: give_back(order, f"same-{order.pk}", now))
        assert outcomes == {"done": AT_ONCE}
        assert Refund.objects.filter(order=order).count() == 1


def test_a_refund_and_the_settle_job_at_once_leave_the_books_right(shop, now):
    later = now + settling_service.timedelta(days=30)
    for order in ahead(partial(make_orders, shop), ROUNDS):

        def job(number, order=order):
            if number % 2:
                give_back(order, f"r{order.pk}-{number}", later, 2500)
            else:
                settling_service.in_chunks([order.pk], lambda pks: settle_many(pks, now=later), park=lambda *_a: None)

        at_once(4, job)
        order.refresh_from_db()
        assert order.refunded_minor == 5000
        assert order.status in ("completed", "signed")  # the job skips a locked row and finds it next time
        settling_service.settle_due(later)
        assert Transaction.objects.filter(idempotency_key=f"order:{order.pk}:settled").count() == 1
    assert balances(shop)["settlement"] == 7500 * ROUNDS

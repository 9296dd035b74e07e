"""Orders arriving from a file, the platform or the seed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from foundation.accounts.tests.factories import make_shop
from foundation.audit.models import Entry
from foundation.ledger.models import Entry as Line
from foundation.ledger.models import Transaction
from foundation.ledger.services import Posting, balances, pending_of, post
from foundation.lifecycle.errors import Invalid
from orders.models import Order, Refund
from orders.services import ArrivingLine, arrive_many, revise_many
from orders.services.arriving import differences
from orders.tests.factories import arriving, make_order

pytestmark = pytest.mark.django_db


def test_a_paid_order_books_what_the_buyer_paid(shop, now):
    order = make_order(shop, now)
    assert order.status == order.arrival_status == "signed"
    assert pending_of([order.pk]) == {order.pk: 12500}
    assert order.phone_tail == "1234"
    assert (order.item_title, order.item_count) == ("纯棉四件套", 3)


def test_a_paid_order_without_a_state_arrives_completed_and_settled(shop, now):
    order = make_order(shop, now, status=None)
    assert order.status == "completed"
    assert order.settled_at == now
    assert balances(shop)["settlement"] == 12500
    assert balances(shop)["pending"] == 0


def test_an_unpaid_order_without_a_state_arrives_cancelled_and_books_nothing(shop, now):
    order = make_order(shop, now, status=None, paid_minor=0, paid_at=None)
    assert order.status == "cancelled"
    assert not Transaction.objects.exists()


def test_what_was_refunded_before_is_booked_as_a_refund(shop, now):
    order = make_order(shop, now, status=None, refunded_minor=2500)
    order.refresh_from_db()
    assert (order.status, order.paid_minor, order.refunded_minor) == ("completed", 12500, 2500)
    assert balances(shop)["settlement"] == 10000
    assert Refund.objects.get().amount_minor == 2500
    assert sum(line.refunded_minor for line in order.lines.all()) == 2400


def test_an_order_with_nothing_left_arrives_refunded(shop, now):
    order = make_order(shop, now, status=None, refunded_minor=12500)
    order.refresh_from_db()
    assert (order.status, order.left_minor) == ("refunded", 0)
    assert [line.left_minor for line in order.lines.all()] == [0, 0]
    assert set(balances(shop).values()) == {0}


@pytest.mark.parametrize(
    ("said", "column"),
    [
        ({"refunded_minor": 12501}, "refunded_minor"),
        ({"paid_minor": -1}, "paid_minor"),
        ({"number": ""}, "number"),
        ({"number": "x" * 65}, "number"),
        ({"number": "two\nlines"}, "number"),
        ({"status": "lost"}, "status"),
        ({"status": "refunded"}, "status"),
        ({"status": "cancelled"}, "status"),
        ({"flag": "pink"}, "flag"),
        ({"paid_minor": 100, "lines": (ArrivingLine("杯", paid_minor=101),)}, "lines"),
    ],
)
def test_an_impossible_order_takes_its_whole_chunk_back(shop, now, said, column):
    items = [arriving(now), arriving(now, **said)]
    with pytest.raises(Invalid) as refused:
        arrive_many(items, shop=shop, by=None, now=now)
    assert refused.value.field == column
    assert not Order.objects.exists()
    assert not Transaction.objects.exists()
    assert not Entry.objects.filter(subject_type="orders.order").exists()


def test_arriving_twice_changes_nothing(shop, now):
    items = [arriving(now), arriving(now, status=None, refunded_minor=500)]
    assert len(arrive_many(items, shop=shop, by=None, now=now)) == 2
    before = list(Order.objects.values().order_by("pk"))
    booked = Transaction.objects.count()
    assert arrive_many(items, shop=shop, by=None, now=now) == []
    assert {found.kind for found in revise_many(items, shop=shop, by=None, now=now).values()} == {"unchanged"}
    assert list(Order.objects.values().order_by("pk")) == before
    assert Transaction.objects.count() == booked


def test_the_same_number_may_exist_in_two_shops(shop, now):
    item = arriving(now)
    other = make_shop("other")
    assert arrive_many([item], shop=shop, by=None, now=now) and arrive_many([item], shop=other, by=None, now=now)


def test_a_reimport_books_unpaid_as_paid(shop, now):
    item = arriving(now, status=None, paid_minor=0, paid_at=None)
    order = arrive_many([item], shop=shop, by=None, now=now)[0]
    paid = replace(item, paid_minor=900)
    assert differences(order, paid).kind == "updated"
    revise_many([paid], shop=shop, by=None, now=now)
    order.refresh_from_db()
    assert (order.status, order.paid_minor) == ("completed", 900)
    assert balances(shop)["settlement"] == 900


def test_a_completed_order_that_a_reimport_calls_paid_is_settled_too(shop, now):
    item = arriving(now, status="completed", paid_minor=0, postage_minor=0, lines=())
    arrive_many([item], shop=shop, by=None, now=now)
    revise_many([replace(item, paid_minor=900)], shop=shop, by=None, now=now)
    assert (balances(shop)["pending"], balances(shop)["settlement"]) == (0, 900)


def test_what_a_reimport_calls_paid_falls_on_the_lines(shop, now):
    lines = (ArrivingLine("a", "", 1, 600), ArrivingLine("b", "", 2, 150))
    item = arriving(now, status="signed", paid_minor=0, postage_minor=100, lines=lines)
    order = arrive_many([item], shop=shop, by=None, now=now)[0]
    revise_many([replace(item, paid_minor=1001, refunded_minor=500)], shop=shop, by=None, now=now)
    found = list(order.lines.order_by("position").values_list("paid_minor", "refunded_minor"))
    assert found == [(601, 300), (300, 150)]


def test_a_chunk_of_revised_orders_draws_as_chunks_of_one_do(shop, now):
    post(Posting("topup:1", "topup", shop.pk, 5000), by=None, now=now)
    gives = arriving(now, number="gives", status="completed", paid_minor=1000, postage_minor=0, lines=())
    takes = arriving(now, number="takes", status="signed", paid_minor=2000, postage_minor=0, lines=())
    arrive_many([gives, takes], shop=shop, by=None, now=now)
    post(Posting("deposit:1", "deposit_paid", shop.pk, 6000), by=None, now=now)  # nothing of its own is left
    chunk = [replace(takes, status="completed"), replace(gives, refunded_minor=600)]
    found = []
    for step in (1, 2):
        with transaction.atomic():
            for start in range(0, 2, step):
                revise_many(chunk[start : start + step], shop=shop, by=None, now=now)
            legs = Line.objects.order_by("pk").values_list("transaction__idempotency_key", "kind", "balance_after_minor")
            found.append((balances(shop), list(legs)))
            transaction.set_rollback(True)
    assert found[0] == found[1]
    assert (found[0][0]["settlement"], found[0][0]["deposit"]) == (1400, 6000)


def test_a_reimport_never_changes_a_booked_payment(shop, now):
    item = arriving(now)
    order = arrive_many([item], shop=shop, by=None, now=now)[0]
    changed = replace(item, paid_minor=12600)
    assert [column for column, _why in differences(order, changed).refusals] == ["paid_minor"]
    with pytest.raises(Invalid):
        revise_many([changed], shop=shop, by=None, now=now)
    order.refresh_from_db()
    assert order.paid_minor == 12500
    assert Transaction.objects.count() == 1


def test_a_reimport_never_lowers_what_was_refunded(shop, now):
    item = arriving(now, status=None, refunded_minor=2000)
    order = arrive_many([item], shop=shop, by=None, now=now)[0]
    order.refresh_from_db()
    assert differences(order, replace(item, refunded_minor=1000)).kind == "refused"


def test_a_reimport_books_more_refunded_once(shop, now):
    item = arriving(now, status=None, refunded_minor=2000)
    arrive_many([item], shop=shop, by=None, now=now)
    more = replace(item, refunded_minor=12500)
    revise_many([more], shop=shop, by=None, now=now)
    order = Order.objects.get()
    assert (order.status, order.refunded_minor) == ("refunded", 12500)
    assert {found.kind for found in revise_many([more], shop=shop, by=None, now=now).values()} == {"unchanged"}
    assert sum(Refund.objects.values_list("amount_minor", flat=True)) == 12500


def test_a_reimport_moves_a_state_only_where_the_table_leads(shop, now):
    item = arriving(now)
    order = arrive_many([item], shop=shop, by=None, now=now)[0]
    assert differences(order, replace(item, status="to_ship")).kind == "refused"
    revise_many([replace(item, status="completed")], shop=shop, by=None, now=now + timedelta(hours=1))
    order.refresh_from_db()
    assert (order.status, order.settled_at) == ("completed", now + timedelta(hours=1))
    moved = Entry.objects.get(verb="orders.revised")
    assert (moved.from_state, moved.to_state) == ("signed", "completed")

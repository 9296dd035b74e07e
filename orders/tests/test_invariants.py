"""What must always hold of orders, and that breaking it is seen."""

import pytest

from foundation.accounts.tests.factories import make_shop
from foundation.lifecycle.invariants import INVARIANTS
from orders.models import ContactRecord, Order, OrderLine
from orders.services import confirm_receipt, record_contact, refund
from orders.tests.factories import make_order, make_orders

pytestmark = pytest.mark.django_db


def violations():
    checks = [one for one in INVARIANTS if one.check.__module__ == "orders.invariants"]
    assert {one.code for one in checks} == {"I6", "I7", "I8", "I9"}
    return [f"{one.code} {line}" for one in checks for line in one.check()]


@pytest.fixture
def lived(shop, owner, now):
    """Orders that went through arrival, refunds and receipt."""
    orders = make_orders(shop, 3, now)
    make_order(shop, now, status=None, refunded_minor=700)
    refund(orders[0].pk, amount_minor=100, cause="goodwill", reason="", key="a", by=owner, now=now)
    refund(orders[0].pk, amount_minor=None, cause="goodwill", reason="", key="b", by=owner, now=now)
    confirm_receipt(orders[1].pk, by=None, now=now)
    record_contact(orders[2].pk, who="buyer", channel="sms", at=now, said="好", files=[], by=owner, now=now)
    return orders


def test_all_hold_after_a_life(lived):
    assert violations() == []


@pytest.mark.parametrize(
    ("rows", "change", "code"),
    [
        (Order.objects.filter(status="refunded"), {"status": "signed"}, "I6"),
        (Order.objects.filter(status="completed", refunded_minor=0), {"version": 0}, "I6"),
        (Order.objects.filter(status="signed"), {"status": "shipped"}, "I6"),
        (Order.objects.filter(status="refunded"), {"refunded_minor": 5}, "I9"),
        (OrderLine.objects.filter(refunded_minor=0), {"refunded_minor": 1}, "I9"),
    ],
)
def test_a_broken_row_is_named(lived, rows, change, code):
    assert rows.update(**change)
    assert any(line.startswith(code) for line in violations())


def test_a_stray_of_another_shop_is_named(lived):
    ContactRecord.objects.update(shop=make_shop("other"))
    assert any(line.startswith("I8") for line in violations())

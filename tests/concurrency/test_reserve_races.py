"""What comes up while a deposit refund is being paid: nothing slips between its look at what is open and its deed (F43).

A case, or a request to a carrier, that is being written while the payment looks makes the payment wait for it, and then
say no. First with the guard off. PostgreSQL: the deposit account's row lock. SQLite: the IMMEDIATE transaction.
"""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from deposits.models import RefundApplication
from deposits.services import accounts, payouts
from deposits.states import Status
from deposits.tests import refunds
from deposits.tests.refunds import broken as findings
from foundation.accounts.models import Shop
from foundation.accounts.tests.factories import make_shop
from foundation.lifecycle import clock
from logistics.models import Carrier
from logistics.tests.factories import intercept, make_parcel
from orders.tests.factories import make_order
from workorders import services
from workorders.rule_rows import NOT_RECEIVED
from workorders.services import Question

from .rounds import PATIENCE, ROUNDS, refused, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
ALL = 10_000  # fen of deposit, all of it approved to go back
WRITING = 0.03  # seconds the other side is not committed yet, or until the payment is through


def ask_question(shop: Shop) -> Callable[[], Any]:
    question = Question(make_order(shop, clock.now()).pk, NOT_RECEIVED, "Where is it?")
    return partial(services.open_work_orders, [question], by=None, now=clock.now())


def ask_carrier(shop: Shop) -> Callable[[], Any]:
    parcel = make_parcel(shop, clock.now(), carrier=Carrier.objects.get(code="zto"))
    return partial(intercept, parcel, clock.now())


COMES_UP = pytest.mark.parametrize("comes_up", [ask_question, ask_carrier])


@pytest.fixture
def reviewer(db):
    refunds.rule(clock.now())
    return refunds.deposit_reviewer()


def side_by_side(
    name: str, reviewer: Any, comes_up: Callable[[Shop], Callable[[], Any]], writing_for: float = WRITING
) -> RefundApplication:
    """An approved refund of everything is paid while something that could cost the shop money is being written."""
    shop, now = make_shop(name), clock.now()
    refunds.fund(shop, ALL, now)
    one = refunds.approved(shop, ALL, now, reviewer)
    write, written, through = comes_up(shop), threading.Event(), threading.Event()

    @transaction.atomic
    def writing() -> None:
        write()
        written.set()
        through.wait(writing_for)

    def paying() -> None:
        assert written.wait(PATIENCE)
        payouts.pay_due(clock.now())
        through.set()

    outcomes = together(writing, paying)
    assert refused(outcomes) == [], outcomes
    one.refresh_from_db()
    return one


@COMES_UP
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_guard_off_all_is_paid_though_something_is_open(monkeypatch, reviewer, comes_up):
    monkeypatch.setattr(accounts, "lock", lambda rows, order=("pk",): list(rows.order_by(*order)))
    assert side_by_side("off", reviewer, comes_up, PATIENCE).status == Status.PAYING


@COMES_UP
def test_the_payment_waits_and_then_says_what_it_waits_for(reviewer, comes_up):
    for number in range(min(ROUNDS, 10)):
        one = side_by_side(f"race{number}", reviewer, comes_up)
        assert one.status == Status.APPROVED and one.waits_for
    assert findings() == []

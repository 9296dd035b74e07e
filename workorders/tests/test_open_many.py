"""Many questions at once: the same as one by one, set-wise, and nobody's refusal takes another with it."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from deposits.services.accounts import hold
from foundation.audit.models import Entry
from foundation.lifecycle.errors import Blocked, Invalid
from foundation.notifications.models import Notice
from foundation.policies.models import NoPolicy
from orders.models import Order
from orders.tests.factories import make_order, make_orders
from workorders.models import WorkOrder
from workorders.services import Question, open_work_order, open_work_orders

from .factories import QUESTION, ask

pytestmark = pytest.mark.django_db


def questions(orders, **said):
    return [Question(order.pk, **{"type": "not_received", "platform_text": QUESTION, **said}) for order in orders]


def rows_of(orders):
    """What matters of the cases of these orders, and what was recorded and told, by the order's place."""
    place = {order.pk: number for number, order in enumerate(orders)}
    cases = WorkOrder.objects.filter(order_id__in=place).order_by("pk")
    left = [
        (place[c.order_id], c.type, c.status, c.due_at, c.next_reminder_at, c.asked_slots, c.compensation_bp, c.stage, c.version)
        for c in cases
    ]
    said = [
        (place[e.order_id], e.verb, e.to_state)
        for e in Entry.objects.filter(order_id__in=place, verb__startswith="workorders.").order_by("pk")
    ]
    told = Notice.objects.filter(subject_type="workorders.workorder", subject_id__in=[c.pk for c in cases])
    noted = [(o.open_work_orders, o.work_order_state) for o in Order.objects.filter(pk__in=place).order_by("pk")]
    return left, sorted(said), told.count(), noted


def test_a_chunk_of_many_is_many_chunks_of_one(shop, owner, now):
    first, second = make_orders(shop, 6, now), make_orders(shop, 6, now)

    def asked(orders):
        twice = [*questions(orders), *questions(orders[:2], type="wrong_or_missing", compensation_bp=1_000)]
        return [*twice, *questions(orders[2:3], asked_slots=["shipping_slip", "shipping_slip"], platform_text="再问一次")]

    open_work_orders(asked(first), by=owner, now=now)
    for question in asked(second):
        open_work_orders([question], by=owner, now=now)
    assert rows_of(first) == rows_of(second)
    assert len(rows_of(first)[0]) == 9


def test_the_second_question_on_an_order_waits_for_the_first(shop, now):
    order = make_order(shop, now)
    first, second = open_work_orders(
        [*questions([order]), *questions([order], type="wrong_or_missing")], by=None, now=now
    )
    assert (first.status, first.due_at) == ("open", now + timedelta(hours=48))
    assert (second.status, second.due_at) == ("queued", None)


def test_the_same_question_in_one_chunk_is_asked_once(shop, now):
    order = make_order(shop, now)
    case, refusal = open_work_orders(questions([order, order]), by=None, now=now)
    assert isinstance(refusal, Blocked)
    assert case.number in str(refusal)
    assert WorkOrder.objects.count() == 1


def test_a_refused_question_takes_no_other_with_it(shop, now):
    orders = make_orders(shop, 3, now)
    known = ask(shop, now, order=orders[0])
    strange_line = orders[2].lines.first()
    outcomes = open_work_orders(
        [
            *questions(orders), *questions(orders[1:2], platform_text="  "),
            *questions(orders[1:2], line=strange_line, platform_text="x"),
        ],
        by=None, now=now,
    )
    assert [type(one) for one in outcomes] == [Blocked, WorkOrder, WorkOrder, Invalid, Invalid]
    assert known.number in str(outcomes[0])
    assert WorkOrder.objects.count() == 3


def test_one_question_is_refused_with_the_sentence_itself(shop, now):
    case = ask(shop, now)
    with pytest.raises(Blocked, match=case.number):
        open_work_order(case.order_id, type=case.type, platform_text=case.platform_text, by=None, now=now)


def test_a_type_without_a_rule_refuses_the_chunk(shop, now):
    orders = make_orders(shop, 2, now)
    with pytest.raises(NoPolicy):
        open_work_orders([*questions(orders[:1]), *questions(orders[1:], type="nonsense")], by=None, now=now)
    assert not WorkOrder.objects.exists()


def test_statements_do_not_grow_with_the_chunk(shop, owner, now):
    few, many = make_orders(shop, 30, now), make_orders(shop, 60, now)

    with transaction.atomic():
        hold([shop.pk])  # the shop's first case makes its deposit account

    def statements(orders):
        """SQLite inserts a few dozen rows at a time, so inserts are left out."""
        with CaptureQueriesContext(connection) as captured:
            open_work_orders(questions(orders), by=owner, now=now)
        return [query for query in captured if "INSERT" not in str(query["sql"]) and "COPY" not in str(query["sql"])]

    assert len(statements(few)) == len(statements(many)) <= 20

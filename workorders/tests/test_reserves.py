"""Unfinished cases keep back of a deposit refund exactly what losing them all would draw (rules §7.4)."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from deposits.eligibility import look
from deposits.models import ViolationPolicy
from foundation.accounts.tests.factories import make_shop
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from orders.models import Order
from orders.services import refund
from orders.tests.factories import make_order
from workorders import services
from workorders.models import WorkOrder
from workorders.reserves import with_most, work_orders
from workorders.rule_rows import NOT_RECEIVED, QUALITY, WRONG_OR_MISSING
from workorders.services import effects
from workorders.states import UNFINISHED

from . import factories

pytestmark = pytest.mark.django_db
LATER = timedelta(days=30)


@pytest.fixture(autouse=True)
def no_deductions(db):
    ViolationPolicy.objects.all().delete()


def rule(now, kind, minor, **fields):
    return ViolationPolicy.objects.create(
        kind=kind, severity="minor", deduct_minor=minor, effective_from=now - timedelta(days=1), name_zh="试",
        name_en="trial", **fields,
    )  # fmt: skip


def drawn():
    return sum(row.total_minor for row in Transaction.objects.filter(movement__in=["refund", "compensation"]))


def lose_all(now):
    """Every clock runs out, those of the queue one after the other."""
    while WorkOrder.objects.filter(status__in=UNFINISHED).exists():
        now += LATER
        assert services.forfeit_due(now)["parked"] == 0


def test_nothing_open_keeps_nothing_back(shop, now):
    assert work_orders(shop, now, lines=20) is None
    factories.ask(make_shop("other"), now)
    assert work_orders(shop, now, lines=20) is None


def test_each_case_with_its_link_the_dearest_first(shop, now):
    small = factories.ask(shop, now, order=make_order(shop, now, paid_minor=3_000))
    large = factories.ask(shop, now, type=WRONG_OR_MISSING)
    reserve = work_orders(shop, now, lines=20)
    assert (reserve.amount_minor, reserve.count) == (12_500 + 3_600 + 3_000, 2)
    assert [(line.amount_minor, line.url) for line in reserve.lines] == [
        (16_100, f"/s/{shop.code}/work-orders/{large.number}/"), (3_000, f"/s/{shop.code}/work-orders/{small.number}/"),
    ]  # fmt: skip
    assert large.number in reserve.lines[0].label and "Wrong or missing items" in reserve.lines[0].label


def test_the_sum_is_over_all_of_them_however_few_are_named(shop, now):
    for _n in range(3):
        factories.ask(shop, now)
    reserve = work_orders(shop, now, lines=1)
    assert (reserve.amount_minor, reserve.count, len(reserve.lines), reserve.more) == (37_500, 3, 1, 2)
    assert work_orders(shop, now, lines=0).lines == ()


def test_a_queued_and_an_answered_case_count_like_an_open_one(shop, now):
    case = factories.ask(shop, now)
    before = work_orders(shop, now, lines=9)
    factories.answer(case, now)
    assert work_orders(shop, now, lines=9).amount_minor == before.amount_minor
    factories.ask(shop, now, order=case.order, type=WRONG_OR_MISSING)
    assert work_orders(shop, now, lines=9).amount_minor == 12_500 + 3_600  # paid can be refunded once


def test_a_closed_case_is_free_again(shop, now):
    case = factories.ask(shop, now)
    services.agree_refund(case.pk, version=case.version, by=None, now=now)
    assert work_orders(shop, now, lines=9) is None


def test_what_was_refunded_already_is_not_kept_back(shop, now):
    case = factories.ask(shop, now)
    refund(case.order_id, amount_minor=12_000, cause="platform", reason="x", key="r", by=None, now=now)
    assert work_orders(shop, now, lines=9).amount_minor == 500


def test_the_dearer_deduction_of_the_two_bad_ends_counts_by_type(shop, now):
    factories.ask(shop, now)
    factories.ask(shop, now, type=WRONG_OR_MISSING)
    free = work_orders(shop, now, lines=9).amount_minor
    rule(now, "forfeited", 200)
    rule(now, "lost", 300)
    assert work_orders(shop, now, lines=9).amount_minor == free + 600
    rule(now, f"lost:{WRONG_OR_MISSING}", 5_000)
    assert work_orders(shop, now, lines=9).amount_minor == free + 300 + 5_000
    rule(now, f"lost:{WRONG_OR_MISSING}", 5_000, counts=False)
    assert work_orders(shop, now, lines=9).amount_minor == free + 300 + 200
    rule(now + LATER, "lost", 9_999)  # not in force yet
    assert work_orders(shop, now, lines=9).amount_minor == free + 300 + 200


def test_what_it_asks_of_the_database(shop, now, django_assert_num_queries):
    for _n in range(5):
        factories.ask(shop, now)
    with django_assert_num_queries(3):
        work_orders(shop, now, lines=20)
    with django_assert_num_queries(2):
        work_orders(shop, now, lines=0)


def test_what_the_account_page_asks_for_what_can_be_refunded(shop, now, django_assert_num_queries):
    """Rule, days, money, violation, restrictions, debt, interceptions, and three for the work orders."""
    factories.ask(shop, now)
    with django_assert_num_queries(10):
        found = look(shop, now)
    assert [one.code for one in found.reserves] == ["work_orders"]


case_shapes = st.fixed_dictionaries(
    {
        "order": st.integers(0, 1),
        "type": st.sampled_from([NOT_RECEIVED, WRONG_OR_MISSING, QUALITY]),
        "compensation_bp": st.sampled_from([0, 1, 5, 3_333, 10_000, 47_001]),
        "share": st.sampled_from([0, 1, 3_333, 5_000, 10_000, 20_000]),
        "line": st.sampled_from([None, 0, 1]),
    }
)


class TestSameFigures(TestCase):
    def setUp(self):
        ViolationPolicy.objects.all().delete()
        self.shop = make_shop()

    @given(shapes=st.lists(case_shapes, min_size=1, max_size=4), gone=st.integers(0, 12_500))
    @settings(max_examples=25, deadline=None)
    def test_the_reserve_is_what_losing_them_all_draws(self, shapes, gone):
        now = clock.now()
        orders = [make_order(self.shop, now), make_order(self.shop, now, paid_minor=777, lines=())]
        if gone:
            refund(orders[0].pk, amount_minor=gone, cause="platform", reason="x", key=f"g:{orders[0].pk}", by=None, now=now)
        for place, shape in enumerate(shapes):
            order = orders[shape["order"]]
            lines = list(order.lines.order_by("position"))
            line = lines[shape["line"]] if shape["line"] is not None and lines else None
            case = factories.ask(
                self.shop, now, order=order, type=shape["type"], platform_text=f"问题{place}", line=line,
                compensation_bp=shape["compensation_bp"],
            )  # fmt: skip
            WorkOrder.objects.filter(pk=case.pk).update(refund_share_bp=shape["share"])
        cases = list(with_most(WorkOrder.objects.filter(status__in=UNFINISHED), now).order_by("pk"))
        first = {case.order_id: case for case in reversed(cases)}
        for case in first.values():
            case.order = Order.objects.get(pk=case.order_id)
            [planned] = effects.plan_many([case], now=now)
            assert case.most_minor == planned.total_minor
        reserve, before = work_orders(self.shop, now, lines=0), drawn()
        lose_all(now)
        assert (reserve.amount_minor if reserve else 0) == drawn() - before

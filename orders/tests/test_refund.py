"""The one verb that gives money back."""

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from foundation.accounts.models import Restriction
from foundation.accounts.tests.factories import make_shop
from foundation.audit.models import Entry
from foundation.ledger.models import Transaction
from foundation.ledger.services import Draw, balances, draw
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Blocked, IllegalMove, Invalid
from orders import refund_gates
from orders.models import Cause, Order, OrderLine, Refund, RefundLine
from orders.services import RefundRequest, refund, refund_many
from orders.services.shares import split
from orders.signals import order_refunded
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db


def give_back(order, now, amount=None, key="k", by=None, cause=Cause.BUYER_REQUEST, **more):
    return refund(order.pk, amount_minor=amount, cause=cause, reason="破损", key=key, by=by, now=now, **more)


def everything():
    """What a refused refund must not touch."""
    return (
        list(Order.objects.values("pk", "status", "version", "refunded_minor").order_by("pk")),
        list(OrderLine.objects.values("pk", "refunded_minor").order_by("pk")),
        Refund.objects.count(), Transaction.objects.count(), Entry.objects.count(),
    )


def test_part_of_an_order_goes_back_from_its_own_pending_money(shop, owner, now):
    order = make_order(shop, now)
    done = give_back(order, now, 2500, by=owner)
    order.refresh_from_db()
    assert (order.status, order.refunded_minor, order.left_minor, order.version) == ("signed", 2500, 10000, 1)
    assert balances(shop)["pending"] == 10000
    assert done.transaction.total_minor == 2500
    entry = Entry.objects.get(verb="orders.refunded")
    assert (entry.actor, entry.reason, entry.data["amount_minor"], entry.to_state) == (owner, "破损", 2500, "")


def test_the_rest_of_an_order_ends_it_as_refunded(shop, owner, now):
    order = make_order(shop, now)
    give_back(order, now, 2500, "a", by=owner)
    give_back(order, now, None, "b", by=owner)
    order.refresh_from_db()
    assert (order.status, order.left_minor) == ("refunded", 0)
    assert [line.left_minor for line in order.lines.all()] == [0, 0]
    last = Entry.objects.filter(verb="orders.refunded").latest("id")
    assert (last.from_state, last.to_state) == ("signed", "refunded")


def test_an_amount_is_shared_over_lines_and_postage_to_the_fen(shop, now):
    order = make_order(shop, now)
    done = give_back(order, now, 1001)
    shares = {line.line.title: line.amount_minor for line in RefundLine.objects.filter(refund=done).select_related("line")}
    assert shares == {"纯棉四件套": 641, "保温杯": 320}
    assert sum(shares.values()) <= 1001


def test_one_line_goes_back_only_as_far_as_it_was_paid(shop, now):
    order = make_order(shop, now)
    cup = order.lines.get(title="保温杯")
    give_back(order, now, 3000, "a", lines={cup.pk: 3000})
    before = everything()
    with pytest.raises(Invalid) as refused:
        give_back(order, now, 1001, "b", lines={cup.pk: 1001})
    assert refused.value.field == "lines"
    assert everything() == before


@pytest.mark.parametrize("amount", [12501, 0, -5, 2**62])
def test_more_than_is_left_or_nothing_is_refused_and_changes_nothing(shop, now, amount):
    order = make_order(shop, now)
    before = everything()
    with pytest.raises(Invalid):
        give_back(order, now, amount)
    assert everything() == before


@pytest.mark.parametrize("state", ["cancelled", "refunded"])
def test_an_order_with_nothing_left_is_not_refunded_again(shop, now, state):
    said = {"paid_minor": 0} if state == "cancelled" else {"refunded_minor": 12500}
    order = make_order(shop, now, status=state, **said)
    before = everything()
    for amount in (None, 100):
        with pytest.raises((Blocked, IllegalMove)):
            give_back(order, now, amount)
    assert everything() == before
    assert refund_many([RefundRequest(order.pk, None, Cause.PLATFORM, "", "x")], by=None, now=now) == [None]
    assert everything() == before


def test_the_same_key_is_the_same_refund(shop, now):
    order = make_order(shop, now)
    first = give_back(order, now, 500)
    before = everything()
    assert give_back(order, now, 500).pk == first.pk
    assert everything() == before
    with pytest.raises(Invalid):
        give_back(order, now, 600)
    assert everything() == before


def test_a_settled_order_is_refunded_from_the_shops_money_and_what_lacks_is_debt(shop, now):
    order = make_order(shop, now, status="completed")
    spent = Draw("spent", "compensation", shop.pk, 10000, order.pk)
    draw(spent, by=None, now=now)
    give_back(order, now, None)
    found = balances(shop)
    assert (found["settlement"], found["debt"]) == (0, -10000)
    assert Restriction.objects.get(shop=shop).reason == "debt"


@pytest.fixture
def gate():
    """A registry of its own for the test."""
    kept, refund_gates.GATES[:] = refund_gates.GATES[:], []
    yield refund_gates
    refund_gates.GATES[:] = kept


def test_a_gate_holds_a_sellers_refund_back_with_its_sentence(shop, now, gate):
    gate.register(lambda order, cause, amount: "今天的额度用完了" if amount > 1000 else None)
    order = make_order(shop, now)
    before = everything()
    with pytest.raises(Blocked, match="额度"):
        give_back(order, now, 1001)
    assert everything() == before
    give_back(order, now, 1000)


def test_a_gate_that_fails_holds_the_refund_back(shop, now, gate):
    gate.register(lambda order, cause, amount: 1 / 0)
    order = make_order(shop, now)
    before = everything()
    with pytest.raises(Blocked):
        give_back(order, now, 100)
    assert everything() == before


def test_the_platforms_refund_asks_no_gate(shop, now, gate):
    gate.register(lambda order, cause, amount: "never")
    order = make_order(shop, now)
    give_back(order, now, None, cause=Cause.PLATFORM)
    order.refresh_from_db()
    assert order.status == "refunded"


def test_upper_apps_hear_of_a_refund_in_its_transaction(shop, now):
    heard = []

    def listen(sender, refunds, now, **_more):
        heard.append([row.order.number for row in refunds])
        raise RuntimeError("the upper app can't take it")

    order_refunded.connect(listen)
    order = make_order(shop, now)
    before = everything()
    try:
        with pytest.raises(RuntimeError):
            give_back(order, now, 100)
    finally:
        order_refunded.disconnect(listen)
    assert heard == [[order.number]]
    assert everything() == before


def test_a_chunk_costs_the_same_statements_for_2_and_for_20(shop, now, django_assert_max_num_queries):
    from_here = [make_order(shop, now) for _ in range(22)]
    for pks, tag in ((from_here[:2], "a"), (from_here[2:], "b")):
        requests = [RefundRequest(order.pk, None, Cause.PLATFORM, "", f"{tag}{order.pk}") for order in pks]
        with django_assert_max_num_queries(25):
            refund_many(requests, by=None, now=now)


@given(st.lists(st.integers(0, 10**6), max_size=8).flatmap(
    lambda pots: st.tuples(st.just(pots), st.integers(0, sum(pots)))
))
def test_shares_add_up_and_never_exceed_a_pot(case):
    pots, amount = case
    shares = split(amount, pots)
    assert sum(shares) == amount
    assert all(0 <= share <= pot for share, pot in zip(shares, pots, strict=True))


class ChunksTest(TestCase):
    """Law 3: a chunk of N is N chunks of one, row for row."""

    @settings(max_examples=12, deadline=None)
    @given(
        st.lists(
            st.tuples(st.integers(0, 3), st.one_of(st.none(), st.integers(1, 2000))), min_size=1, max_size=8
        )
    )
    def test_a_chunk_of_n_is_n_chunks_of_one(self, asked):
        now = clock.now()
        together = self._run(make_shop("one"), asked, now, chunk=True)
        alone = self._run(make_shop("two"), asked, now, chunk=False)
        assert together == alone

    def _run(self, shop, asked, now, *, chunk):
        states = ("signed", "completed", "to_ship", "shipped")
        orders = [
            make_order(shop, now, number=f"n{index}", status=state) for index, state in enumerate(states)
        ]
        requests = []
        for step, (index, amount) in enumerate(asked):
            key = f"{shop.code}-{step}"
            requests.append(RefundRequest(orders[index].pk, amount, Cause.PLATFORM, "", key))
        if chunk:
            answers = self._or_refused(requests, now)
        else:
            answers = []
            with transaction.atomic():
                for request in requests:
                    one = self._or_refused([request], now)
                    if one is None:
                        transaction.set_rollback(True)
                        answers = None
                        break
                    answers += one
        amounts = None if answers is None else [answer and answer.amount_minor for answer in answers]
        return amounts, self._rows(shop)

    def _or_refused(self, requests, now):
        try:
            return refund_many(requests, by=None, now=now)
        except (Invalid, Blocked, IllegalMove):
            return None

    def _rows(self, shop):
        orders = Order.objects.for_shop(shop).order_by("number")
        return (
            list(orders.values_list("number", "status", "refunded_minor", "version")),
            list(OrderLine.objects.filter(order__shop=shop).order_by("order__number", "position").values_list(
                "order__number", "position", "refunded_minor"
            )),
            list(Entry.objects.filter(shop_id=shop.pk, verb="orders.refunded").order_by("id").values_list(
                "from_state", "to_state", "data__amount_minor"
            )),
            list(Transaction.objects.filter(shop=shop, movement="refund").order_by("pk").values_list("total_minor")),
            balances(shop),
        )

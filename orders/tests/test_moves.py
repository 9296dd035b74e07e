"""An order's other verbs, and the summary columns upper apps keep on it."""

from itertools import product

import pytest

from foundation.audit.models import Entry
from foundation.ledger.models import Transaction
from foundation.ledger.services import pending_of
from foundation.lifecycle.errors import Blocked, IllegalMove, Invalid
from orders import services
from orders.models import Order
from orders.services import ArrivingLine
from orders.services.moves import locked
from orders.states import LIFECYCLE, OrderState
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db

VERBS = {
    "complete_group": lambda order, now: services.complete_group(order.pk, by=None, now=now),
    "ship": lambda order, now: services.mark_shipped(order.pk, by=None, now=now, carrier="示例快递", tracking_number="SF1"),
    "sign": lambda order, now: services.mark_signed(order.pk, by=None, now=now),
    "confirm": lambda order, now: services.confirm_receipt(order.pk, by=None, now=now),
    "cancel": lambda order, now: services.cancel_order(order.pk, reason="", by=None, now=now),
    "refund": lambda order, now: services.refund(
        order.pk, amount_minor=None, cause="platform", reason="", key=f"k{order.pk}", by=None, now=now
    ),
}
PAID = {"cancelled": {"paid_minor": 0}, "refunded": {"refunded_minor": 12500}}


@pytest.mark.parametrize(("verb", "state"), list(product(VERBS, OrderState.values)))
def test_every_verb_in_every_state_does_what_the_table_says(shop, now, verb, state):
    said = {"paid_minor": 0} if verb == "cancel" and state != "refunded" else PAID.get(state, {})
    order = make_order(shop, now, status=state, **said)
    before = _all(order)
    if LIFECYCLE.can(verb, state):
        VERBS[verb](order, now)
        order.refresh_from_db()
        assert order.status == LIFECYCLE.target(verb, state)
        last = Entry.objects.filter(order_id=order.pk).exclude(to_state="").latest("id")
        assert (last.from_state, last.to_state) == (state, order.status)
    else:
        with pytest.raises((IllegalMove, Blocked)):
            VERBS[verb](order, now)
        assert _all(order) == before


def _all(order):
    return (
        Order.objects.filter(pk=order.pk).values().get(),
        Transaction.objects.count(), Entry.objects.count(),
    )


def test_shipped_and_number_entered_are_two_facts(shop, now):
    order = make_order(shop, now, status="to_ship", tracking_number="", physically_shipped_at=None,
                       tracking_uploaded_at=None, signed_at=None)
    order = services.mark_shipped(order.pk, by=None, now=now)
    assert order.number_missing and order.status == "shipped"
    assert list(Order.objects.number_missing()) == [order]
    order = services.note_tracking(order.pk, "示例快递", "SF9", by=None, now=now)
    assert not order.number_missing and (order.tracking_number, order.tracking_uploaded_at) == ("SF9", now)
    version = order.version
    assert services.note_tracking(order.pk, "示例快递", "SF9", by=None, now=now).version == version


def test_an_unpaid_order_is_paid_once(shop, now):
    order = make_order(shop, now, status="grouping", paid_minor=0)
    services.record_paid(order.pk, paid_minor=700, by=None, now=now)
    services.record_paid(order.pk, paid_minor=700, by=None, now=now)
    assert pending_of([order.pk]) == {order.pk: 700}
    for wrong, error in ((800, Blocked), (0, Invalid), (-1, Invalid)):
        with pytest.raises(error):
            services.record_paid(order.pk, paid_minor=wrong, by=None, now=now)
    order.refresh_from_db()
    assert (order.paid_minor, Transaction.objects.count()) == (700, 1)


def test_what_is_paid_later_falls_on_the_lines(shop, now):
    lines = (ArrivingLine("a", "", 1, 600), ArrivingLine("b", "", 2, 150))
    order = make_order(shop, now, status="to_ship", paid_minor=0, postage_minor=100, lines=lines)
    services.record_paid(order.pk, paid_minor=1001, by=None, now=now)
    assert list(order.lines.order_by("position").values_list("paid_minor", flat=True)) == [601, 300]


def test_a_paid_order_is_not_cancelled_but_refunded(shop, now):
    order = make_order(shop, now, status="to_ship")
    with pytest.raises(Blocked):
        services.cancel_order(order.pk, reason="", by=None, now=now)
    order.refresh_from_db()
    assert order.status == "to_ship"


def test_upper_apps_keep_their_summaries_here(shop, now):
    one, two = make_order(shop, now), make_order(shop, now)
    lost = {one.pk: services.Lost(disputes=1, compensation_minor=100)}
    services.note_work_order_many({one.pk: (1, "open"), two.pk: (0, "won")}, now=now, lost=lost)
    services.note_compensation_many({one.pk: 200}, now=now)
    services.note_after_sale(one.pk, state="open", now=now)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.open_work_orders, one.work_order_state, one.dispute_count, one.dispute_flag) == (1, "open", 1, True)
    assert (one.compensation_minor, one.after_sale_state) == (300, "open")
    assert (two.open_work_orders, two.work_order_state, two.dispute_count, two.dispute_flag) == (0, "won", 0, False)
    with pytest.raises(Invalid):
        services.note_after_sale(one.pk, state="lost", now=now)


def test_a_lock_needs_a_transaction_and_knows_a_stale_version(shop, now):
    order = make_order(shop, now)
    assert locked(order.pk, version=0).pk == order.pk

"""The buyer asks for a refund: a row each time with the facts of the moment, and the first fitting rule acts."""

import pytest

from foundation.audit.models import Entry
from foundation.lifecycle.errors import IllegalMove, Invalid
from logistics.models import Interception, RefundRequest
from logistics.services import create_rule, refund_requested, switch_rule, withdraw_request
from logistics.services.rules import Terms
from logistics.states import Origin, ParcelState, RequestKind, Status
from logistics.tests.factories import carrier, intercept, make_parcel
from orders.models import Order
from orders.services import refund

pytestmark = pytest.mark.django_db
PAID = 12500


@pytest.fixture
def parcel(shop, now):
    return make_parcel(shop, now)


def a_rule(shop, owner, now, name="All", on=True, **said):
    return create_rule(shop.pk, Terms(name, **said), by=owner, now=now, enabled=on)


def ask(parcel, now, **said):
    given = {"kind": RequestKind.REFUND_ONLY, "amount_minor": None, "at": now} | said
    return refund_requested(parcel.order, **given)


def test_the_facts_of_the_moment_are_kept(parcel, owner, now):
    row = ask(parcel, now, by=owner)
    assert (row.parcel, row.carrier.code, row.parcel_state, row.could_intercept) == (parcel, "zto", "in_transit", True)
    assert (row.order_minor, row.amount_minor, row.fee_minor, row.by) == (PAID, PAID, 400, owner)
    parcel.order.refresh_from_db()
    assert parcel.order.after_sale_state == "open"
    assert Entry.objects.filter(verb="logistics.refund_requested", order_id=parcel.order_id).count() == 1


def test_every_time_is_a_row_but_the_same_key_is_the_first(parcel, now):
    rows = [ask(parcel, now, key="a"), ask(parcel, now, key="a"), ask(parcel, now, key="b"), ask(parcel, now)]
    assert rows[0].pk == rows[1].pk and RefundRequest.objects.count() == 3


def test_the_first_fitting_rule_asks_the_carrier(shop, parcel, owner, now):
    a_rule(shop, owner, now, "Dear", from_minor=PAID + 1)
    second, _third = a_rule(shop, owner, now, "Fits", to_minor=PAID), a_rule(shop, owner, now, "Fits too")
    row = ask(parcel, now)
    assert row.rule == second and row.why_not == ""
    made = Interception.objects.get()
    assert (row.interception, made.origin, made.rule, made.requested_by) == (made, Origin.RULE, second, None)
    parcel.refresh_from_db()
    assert parcel.interception_status == Status.REQUESTED


@pytest.mark.parametrize(
    "said",
    [
        {"kind": RequestKind.RETURN_REFUND},
        {"kind": RequestKind.EXCHANGE},
        {"amount_minor": 500},
    ],
)
def test_a_return_an_exchange_and_a_part_are_never_intercepted(shop, parcel, owner, now, said):
    a_rule(shop, owner, now)
    row = ask(parcel, now, **said)
    assert row.rule is None and not Interception.objects.exists()


@pytest.mark.parametrize("status", [ParcelState.LABEL, ParcelState.OUT_FOR_DELIVERY, ParcelState.SIGNED])
def test_a_parcel_the_carrier_does_not_take_any_more_is_left_alone(shop, owner, now, status):
    a_rule(shop, owner, now)
    row = ask(make_parcel(shop, now, status=status), now)
    assert not row.could_intercept and row.rule is None and not Interception.objects.exists()


def test_a_carrier_that_cannot_intercept_is_left_alone(shop, owner, now):
    a_rule(shop, owner, now)
    row = ask(make_parcel(shop, now, carrier=carrier("post")), now)
    assert not row.could_intercept and row.fee_minor == 0 and not Interception.objects.exists()


def test_a_rule_of_other_carriers_or_that_is_off_does_nothing(shop, parcel, owner, now):
    a_rule(shop, owner, now, carriers=(carrier("sf").pk,))
    off = a_rule(shop, owner, now)
    switch_rule(off.pk, on=False, version=off.version, by=owner, now=now)
    assert ask(parcel, now).rule is None


def test_a_running_interception_stops_the_rule_and_not_the_request(shop, parcel, owner, now):
    a_rule(shop, owner, now)
    intercept(parcel, now)
    row = ask(parcel, now)
    assert row.rule is not None and row.interception is None and "running" in row.why_not
    assert Interception.objects.count() == 1


@pytest.mark.parametrize("said", [{"kind": "gift"}, {"amount_minor": 0}, {"amount_minor": -1}, {"amount_minor": PAID + 1}])
def test_what_makes_no_sense_is_refused(parcel, now, said):
    with pytest.raises(Invalid):
        ask(parcel, now, **said)
    assert not RefundRequest.objects.exists()


def test_at_most_what_is_left_is_asked_for_whatever_the_page_had_read(parcel, now, owner):
    stale = Order.objects.get(pk=parcel.order_id)
    refund(parcel.order_id, amount_minor=PAID - 300, cause="platform", reason="test", by=owner, now=now, key="most of it")
    assert stale.left_minor == PAID
    parcel.order = stale
    with pytest.raises(Invalid) as refusal:
        ask(parcel, now, amount_minor=301)
    assert refusal.value.field == "amount" and "¥3.00" in str(refusal.value)
    assert ask(parcel, now, amount_minor=300).full is False
    row = ask(parcel, now)
    assert (row.full, row.amount_minor, row.order_minor) == (True, 300, PAID)


def test_nothing_is_asked_for_once_nothing_is_left(parcel, now, owner):
    refund(parcel.order_id, amount_minor=PAID, cause="platform", reason="test", by=owner, now=now, key="all of it")
    with pytest.raises(Invalid):
        ask(parcel, now)


def test_taken_back_it_was_a_wrong_catch_and_the_after_sale_is_closed(shop, parcel, owner, now):
    a_rule(shop, owner, now)
    row = withdraw_request(ask(parcel, now).pk, by=owner, now=now)
    assert row.withdrawn_at == now
    parcel.order.refresh_from_db()
    assert parcel.order.after_sale_state == "closed"
    assert Interception.objects.get().status == Status.REQUESTED, "calling it off is a door of its own"
    with pytest.raises(IllegalMove):
        withdraw_request(row.pk, by=owner, now=now)

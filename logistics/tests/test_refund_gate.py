"""A refund the seller causes waits while the carrier has the parcel, or may have it."""

import pytest

from foundation.lifecycle.errors import Blocked
from logistics import refund_gates, services
from logistics.models import CarrierCall
from logistics.states import CallState
from orders.models import Cause
from orders.services import refund

from .factories import intercept, make_parcel, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(shop, now):
    return intercept(make_parcel(shop, now), now)


def pay_back(interception, now, cause=Cause.GOODWILL):
    return refund(interception.order_id, amount_minor=100, cause=cause, reason="x", key=f"r:{now}:{cause}", by=None, now=now)


@pytest.mark.parametrize("verb", ["accept", "begin", "succeed", "turn_back"])
def test_it_waits_while_the_carrier_has_it(one, now, verb):
    say(one, verb, now)
    with pytest.raises(Blocked, match=one.number):
        pay_back(one, now)
    assert pay_back(one, now, cause=Cause.PLATFORM).amount_minor == 100


@pytest.mark.parametrize("state", [CallState.SENDING, CallState.SENT, CallState.UNKNOWN])
def test_it_waits_while_the_carrier_may_have_it(one, now, state):
    CarrierCall.objects.update(status=state)
    with pytest.raises(Blocked, match="cancel the interception first"):
        pay_back(one, now)


def test_it_does_not_wait_for_a_request_that_has_not_left(one, now):
    assert pay_back(one, now).amount_minor == 100


@pytest.mark.parametrize("verb", ["come_back", "refuse", "fail"])
def test_it_goes_on_once_the_parcel_is_back_or_nobody_has_it(one, now, verb):
    say(one, verb, now)
    assert pay_back(one, now).amount_minor == 100


def test_it_goes_on_after_the_cancel(one, now):
    say(one, "accept", now)
    services.cancel_many([one.pk], reason="mistake", note="", by=None, now=now)
    assert pay_back(one, now).amount_minor == 100


def test_when_it_can_not_be_looked_up_the_refund_is_held_back(one, now, monkeypatch):
    monkeypatch.setattr(refund_gates.calls, "may_have_arrived", lambda one: 1 // 0)
    with pytest.raises(Blocked, match="held back"):
        pay_back(one, now)


def test_the_page_says_the_earliest_safe_moment_after_the_return_only(one, now):
    moments = []
    for verb in ("accept", "succeed", "turn_back", "come_back"):
        say(one, verb, now)
        one.refresh_from_db()
        moments.append(services.earliest_refund(one))
    assert [moment.safe for moment in moments] == [False, False, False, True]
    assert moments[-1].at == now
    assert "back" in moments[0].sentence

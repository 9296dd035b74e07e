"""Asking a carrier to stop a parcel."""

from datetime import timedelta

import pytest
from django.http import Http404

from foundation.audit.models import Entry
from foundation.lifecycle.errors import Blocked, Invalid
from logistics import services
from logistics.models import Carrier, CarrierCall, CarrierFee, Interception
from logistics.states import CallKind, CallState, ParcelKind, ParcelState, Status, WhyIntercept
from orders.services import record_contact

from .factories import intercept, make_parcel, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def parcel(shop, now):
    return make_parcel(shop, now)


def test_it_is_pending_its_call_waits_and_what_it_will_cost_is_copied(parcel, owner, now):
    one = intercept(parcel, now, by=owner, note="refund only")
    assert (one.status, one.shop_id, one.requested_by, one.requested_at) == (Status.REQUESTED, parcel.shop_id, owner, now)
    assert (one.fee_minor, one.charged_on, one.storage_free_days, one.storage_minor_per_day) == (400, "succeeded", 3, 100)
    parcel.refresh_from_db()
    assert parcel.interception_status == Status.REQUESTED
    call = CarrierCall.objects.get()
    assert (call.kind, call.status, call.key, call.next_at) == (
        CallKind.REQUEST, CallState.PENDING, f"interception:{one.pk}:request", now
    )  # fmt: skip
    entry = Entry.objects.get(verb="logistics.interception_requested")
    assert (entry.order_id, entry.to_state, entry.actor, entry.reason) == (parcel.order_id, "requested", owner, "refund only")


def test_a_later_fee_row_does_not_touch_what_was_copied(parcel, now):
    one = intercept(parcel, now)
    CarrierFee.objects.update(intercept_minor=9_900)
    one.refresh_from_db()
    assert one.fee_minor == 400


def test_the_same_key_again_gives_the_first(parcel, now):
    first = intercept(parcel, now, key="click")
    assert intercept(parcel, now, key="click") == first
    assert (Interception.objects.count(), CarrierCall.objects.count()) == (1, 1)


def test_another_request_while_one_is_open_is_refused(parcel, now):
    intercept(parcel, now, key="one")
    with pytest.raises(Blocked, match="running already"):
        intercept(parcel, now, key="two")


@pytest.mark.parametrize(
    "state",
    [ParcelState.LABEL, ParcelState.OUT_FOR_DELIVERY, ParcelState.SIGNED, ParcelState.RETURNING, ParcelState.RETURNED],
)
def test_only_while_the_carrier_takes_one(shop, now, state):
    parcel = make_parcel(shop, now, status=state)
    with pytest.raises(Blocked, match="only while a parcel is: Picked up, In transit, Problem"):
        intercept(parcel, now)


def test_a_carrier_that_can_not_gives_its_phone_and_its_service(shop, now):
    post = Carrier.objects.get(code="post")
    with pytest.raises(Blocked, match="11183") as refusal:
        intercept(make_parcel(shop, now, carrier=post), now)
    assert refusal.value.details == {"phone": "11183", "url": post.service_url}


def test_without_a_number_or_a_carrier_there_is_nothing_to_stop(shop, now):
    with pytest.raises(Blocked, match="Enter the carrier"):
        intercept(make_parcel(shop, now, tracking_number="", status=ParcelState.LABEL), now)


def test_a_return_parcel_is_not_intercepted(shop, now):
    parcel = make_parcel(shop, now, kind=ParcelKind.RETURN)
    assert services.can_request(parcel) == "This parcel is on its way to the shop already."


def test_a_buyer_who_changed_their_mind_is_talked_to_first(parcel, now):
    with pytest.raises(Blocked, match="Talk to the buyer first"):
        intercept(parcel, now, reason=WhyIntercept.CHANGED_MIND)
    talk = {"channel": "phone", "at": now, "said": "不要了。", "files": [], "by": None, "now": now}
    to_carrier = record_contact(parcel.order_id, who="carrier", **talk)
    with pytest.raises(Blocked, match="Talk to the buyer first"):
        intercept(parcel, now, reason=WhyIntercept.CHANGED_MIND, contact=to_carrier)
    to_buyer = record_contact(parcel.order_id, who="buyer", **talk)
    assert intercept(parcel, now, reason=WhyIntercept.CHANGED_MIND, contact=to_buyer).reason == "changed_mind"


def test_an_unknown_reason_a_long_note_and_an_unknown_parcel_are_refused(parcel, now):
    with pytest.raises(Invalid):
        intercept(parcel, now, reason="because")
    with pytest.raises(Invalid):
        intercept(parcel, now, note="x" * 301)
    parcel.pk = 10**9
    with pytest.raises(Http404):
        intercept(parcel, now)


def test_a_carrier_the_platform_gave_no_fee_for_is_not_asked(parcel, now):
    CarrierFee.objects.all().delete()
    with pytest.raises(Blocked, match="no fee"):
        intercept(parcel, now)


@pytest.mark.parametrize(("code", "again"), [("zto", True), ("sf", False)])
def test_after_a_cancel_only_some_carriers_take_another(shop, now, code, again):
    parcel = make_parcel(shop, now, carrier=Carrier.objects.get(code=code))
    one = intercept(parcel, now)
    services.cancel_many([one.pk], reason="mistake", note="", by=None, now=now)
    assert (services.can_request(parcel) == "") is again


def test_after_a_refusal_it_may_be_asked_for_again(parcel, now):
    say(intercept(parcel, now), "refuse", now)
    assert intercept(parcel, now + timedelta(minutes=1)).status == Status.REQUESTED


def test_many_are_asked_for_at_once_and_the_others_say_why_not(shop, now):
    parcels = [make_parcel(shop, now) for _ in range(3)]
    signed = make_parcel(shop, now, status=ParcelState.SIGNED)
    asked = {"reason": "fraud", "by": None, "now": now, "key_prefix": "batch"}
    pks = [one.pk for one in [*parcels, signed]]
    refused = services.request_many(pks, **asked)
    assert list(refused) == [signed.pk]
    assert Interception.objects.count() == CarrierCall.objects.count() == 3
    assert services.request_many(pks, **asked).keys() == {signed.pk}
    assert Interception.objects.count() == 3

"""Calling an interception off: once, for good, and never after the carrier has the parcel."""

from datetime import timedelta

import pytest
from django.http import Http404

from foundation.audit.models import Entry
from foundation.ledger.models import Transaction
from foundation.ledger.services import order_story
from foundation.lifecycle.errors import IllegalMove, Invalid, Stale
from foundation.notifications.models import Notice
from logistics import services
from logistics.models import Carrier, CarrierCall, Interception
from logistics.signals import interception_settled
from logistics.states import CANCELLABLE, CallKind, CallState, Payer, Status, WhyCancel

from .factories import intercept, make_parcel, say

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def one(shop, now):
    return intercept(make_parcel(shop, now), now)


def cancel(interception, now, **said):
    given = {"reason": WhyCancel.CLICKED_BY_MISTAKE, "note": "", "typed": interception.parcel.tail, "by": None}
    return services.cancel_interception(interception.pk, now=now, **(given | said))


def test_it_is_cancelled_with_who_why_and_when(one, now, owner):
    done = cancel(one, now, by=owner, note="wrong button")
    assert (done.status, done.cancelled_by, done.cancel_reason, done.cancel_note, done.ended_at) == (
        Status.CANCELLED, owner, "mistake", "wrong button", now
    )  # fmt: skip
    one.parcel.refresh_from_db()
    assert one.parcel.interception_status == Status.CANCELLED
    entry = Entry.objects.get(verb="logistics.interception_cancelled")
    assert (entry.from_state, entry.to_state, entry.reason, entry.data["why"]) == (
        "requested", "cancelled", "wrong button", "mistake"
    )  # fmt: skip


def test_apps_above_are_told_once(one, now):
    heard = []

    def hear(interception, now, **_said):
        heard.append(interception.pk)

    interception_settled.connect(hear)
    cancel(one, now)
    interception_settled.disconnect(hear)
    assert heard == [one.pk]


@pytest.mark.parametrize("typed", ["", "0000x", "12345", " "])
def test_other_than_the_last_four_characters_changes_nothing(one, now, typed):
    with pytest.raises(Invalid) as refusal:
        cancel(one, now, typed=typed)
    assert refusal.value.field == "typed"
    assert Interception.objects.get().status == Status.REQUESTED


def test_the_four_characters_may_be_typed_in_small_letters_with_a_space(shop, now):
    one = intercept(make_parcel(shop, now, tracking_number="YT00000000ABCD"), now)
    assert cancel(one, now, typed=" abcd ").status == Status.CANCELLED


@pytest.mark.parametrize(("field", "value"), [("reason", "because"), ("payer", "nobody"), ("note", "x" * 301)])
def test_an_unknown_reason_or_party_and_a_long_note_are_refused(one, now, field, value):
    with pytest.raises(Invalid) as refusal:
        cancel(one, now, **{field: value})
    assert refusal.value.field == field


def test_another_reason_is_written_down(one, now):
    with pytest.raises(Invalid) as refusal:
        cancel(one, now, reason=WhyCancel.OTHER)
    assert refusal.value.field == "note"


@pytest.mark.parametrize("verb", ["succeed", "turn_back", "come_back", "fail"])
def test_after_the_carrier_has_it_the_refusal_shows_the_carriers_word(one, now, verb):
    say(one, verb, now, text="快件已拦截")
    with pytest.raises(IllegalMove, match="快件已拦截"):
        cancel(one, now + HOUR)
    assert Interception.objects.get().status not in CANCELLABLE + (Status.CANCELLED,)


def test_a_second_cancel_is_refused(one, now):
    cancel(one, now)
    with pytest.raises(IllegalMove, match="already “Cancelled”"):
        cancel(one, now)


def test_an_older_page_is_told_so_and_an_unknown_one_is_a_404(one, now):
    say(one, "accept", now)
    with pytest.raises(Stale):
        cancel(one, now, version=0)
    assert cancel(one, now, version=1).status == Status.CANCELLED
    one.pk = 10**9
    with pytest.raises(Http404):
        cancel(one, now)


def test_a_request_that_has_not_left_is_dropped_and_the_carrier_hears_nothing(one, now):
    cancel(one, now)
    call = CarrierCall.objects.get()
    assert (call.kind, call.status, call.done_at) == (CallKind.REQUEST, CallState.FAILED, now)


@pytest.mark.parametrize("state", [CallState.SENDING, CallState.SENT, CallState.UNKNOWN])
def test_a_request_the_carrier_may_have_is_called_off_there(one, now, state):
    CarrierCall.objects.update(status=state)
    cancel(one, now)
    call = CarrierCall.objects.get(kind=CallKind.CANCEL)
    assert (call.status, call.key) == (CallState.PENDING, f"interception:{one.pk}:cancel")


def test_a_wrong_number_goes_back_to_whoever_asked_for_it(one, now, owner):
    Interception.objects.update(requested_by=owner)
    cancel(one, now, reason=WhyCancel.WRONG_SHIPPING)
    assert Notice.objects.get(kind="logistics.interception_to_correct").user == owner


@pytest.fixture
def sf(shop, now):
    """A carrier that charges when it accepts."""
    one = intercept(make_parcel(shop, now, carrier=Carrier.objects.get(code="sf")), now)
    say(one, "accept", now)
    return Interception.objects.get(pk=one.pk)


def test_a_cancel_itself_costs_nothing(one, now):
    cancel(one, now, payer=Payer.BUYER)
    assert not Transaction.objects.filter(idempotency_key__startswith="interception:").exists()


@pytest.mark.parametrize(
    ("payer", "net"), [(Payer.SHOP, -1200), (Payer.BUYER, 0), (Payer.PLATFORM, 0), (Payer.CARRIER, 0)]
)
def test_what_it_cost_so_far_is_the_responsible_partys(sf, now, payer, net):
    cancel(sf, now, payer=payer)
    story = [row for row in order_story(sf.order_id) if row.movement.startswith("interception")]
    assert sum(row.amount_minor for row in story) == net
    keys = Transaction.objects.filter(idempotency_key__startswith="interception:").values_list("idempotency_key", flat=True)
    assert sorted(keys) == [f"interception:{sf.pk}:fee", f"interception:{sf.pk}:fee:back"][: 1 + (payer != Payer.SHOP)]


def test_the_sheet_says_what_it_costs_who_pays_where_it_is_and_whether_again(sf, one, now):
    told = services.consequences(sf, now)
    assert (told.cost_minor, told.storage_minor, told.payer, told.parcel_state, told.again) == (
        1200, 0, Payer.SHOP, "in_transit", False
    )  # fmt: skip
    assert services.consequences(one, now).again is True
    assert services.consequences(one, now).cost_minor == 0


def test_many_are_cancelled_and_who_is_too_late_is_named(shop, now):
    running = [intercept(make_parcel(shop, now), now) for _ in range(4)]
    say(running[0], "succeed", now)
    refused = services.cancel_many([one.pk for one in running[:3]], reason="mistake", note="", by=None, now=now)
    assert list(refused) == [running[0].pk]
    assert "carrier: succeed" in refused[running[0].pk]
    assert set(Interception.objects.running()) == {running[0], running[3]}

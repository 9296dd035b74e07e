"""The outbox to carriers: what may have arrived is never sent again by itself."""

from datetime import timedelta

import pytest

from foundation.lifecycle.errors import Blocked
from foundation.notifications.models import Notice
from logistics import services
from logistics.carriers.base import Answer, Final, Retryable, Unknown
from logistics.models import CarrierCall, CarrierEvent, Interception
from logistics.services import calls
from logistics.states import CallKind, CallState, Status

from .factories import intercept, make_parcel, say
from .fake_carrier import fake  # noqa: F401

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def one(shop, now, fake):  # noqa: F811
    return intercept(make_parcel(shop, now), now)


def state(interception):
    interception.refresh_from_db()
    return interception.status


def cancel(interception, now):
    services.cancel_many([interception.pk], reason="mistake", note="", by=None, now=now)


def test_what_the_carrier_answers_is_its_first_word(one, fake, now):  # noqa: F811
    fake.say["intercept"] = Answer("registered", "登记", reference="R-1")
    assert services.deliver_due(now) == {"answered": 1, "later": 0, "refused": 0, "unknown": 0}
    assert (state(one), one.reference, one.said) == (Status.ACCEPTED, "R-1", "登记")
    [(what, said)] = fake.heard
    assert (what, said["number"], said["key"]) == (
        "intercept", one.parcel.tracking_number, f"interception:{one.pk}:request"
    )  # fmt: skip
    assert CarrierCall.objects.get().status == CallState.SENT
    assert services.deliver_due(now + MINUTE)["answered"] == 0
    assert fake.times == ["intercept"]


def test_what_certainly_did_not_arrive_is_tried_again_a_little_later_each_time(one, fake, now):  # noqa: F811
    fake.say["intercept"] = Retryable("connection refused")
    assert services.deliver_due(now)["later"] == 1
    call = CarrierCall.objects.get()
    assert (call.status, call.next_at, state(one)) == (CallState.PENDING, now + timedelta(seconds=30), Status.REQUESTED)
    services.deliver_due(now)
    assert fake.times == ["intercept"]
    fake.say["intercept"] = Answer("registered")
    services.deliver_due(call.next_at)
    assert (fake.times, state(one)) == (["intercept"] * 2, Status.ACCEPTED)


def test_the_waits_grow_to_ten_minutes():
    assert [calls.back_off(n).total_seconds() for n in (1, 2, 3, 12)] == [30, 60, 120, 600]


def test_a_carrier_that_can_not_be_reached_at_all_ends_it(one, fake, now, owner):  # noqa: F811
    fake.say["intercept"] = Retryable("connection refused")
    CarrierCall.objects.update(attempts=calls.MAX_ATTEMPTS - 1)
    assert services.deliver_due(now)["refused"] == 1
    assert (state(one), CarrierCall.objects.get().status) == (Status.REFUSED, CallState.FAILED)
    assert one.said == "The carrier could not be reached. Call it."


def test_a_no_ends_it_with_the_carriers_words(one, fake, now, owner):  # noqa: F811
    fake.say["intercept"] = Final("已派送，无法拦截")
    assert services.deliver_due(now)["refused"] == 1
    assert (state(one), one.said) == (Status.REFUSED, "已派送，无法拦截")
    assert Notice.objects.filter(kind="logistics.interception_refused").count() == 1


@pytest.mark.parametrize("problem", [Unknown("read timed out"), OSError("closed"), ValueError("broken body")])
def test_what_may_have_arrived_is_unknown_and_never_sent_again(one, fake, now, owner, problem):  # noqa: F811
    fake.say["intercept"] = problem
    assert services.deliver_due(now)["unknown"] == 1
    assert (state(one), CarrierCall.objects.get().status) == (Status.UNKNOWN, CallState.UNKNOWN)
    assert Notice.objects.filter(kind="logistics.interception_unanswered").count() == 1
    for hours in range(1, 100, 7):
        later = now + timedelta(hours=hours)
        services.deliver_due(later), services.rescue_stuck(later), services.lose_answers(later)
    assert fake.times == ["intercept"]


def test_an_unknown_one_is_settled_by_asking(one, fake, now, owner):  # noqa: F811
    fake.say["intercept"] = Unknown("read timed out")
    services.deliver_due(now)
    fake.say["ask"] = Answer("intercepting", "拦截中")
    asked = services.reconcile(one.pk, by=owner, now=now)
    assert services.reconcile(one.pk, by=owner, now=now) == asked
    services.deliver_due(now)
    assert (state(one), fake.times) == (Status.INTERCEPTING, ["intercept", "ask"])
    assert fake.heard[1][1]["key"] == f"interception:{one.pk}:request"
    assert services.reconcile(one.pk, by=owner, now=now).key == f"interception:{one.pk}:query:2"


def test_when_the_carrier_has_none_of_it_it_is_over_and_may_be_asked_for_again(one, fake, now, owner):  # noqa: F811
    fake.say["intercept"] = Unknown("read timed out")
    services.deliver_due(now)
    services.reconcile(one.pk, by=owner, now=now)
    services.deliver_due(now)
    assert (state(one), one.said) == (Status.REFUSED, "The carrier has nothing of this request.")
    one.parcel.refresh_from_db()
    assert services.can_request(one.parcel) == ""
    with pytest.raises(Blocked):
        services.reconcile(one.pk, by=owner, now=now)


def test_a_question_the_carrier_does_not_answer_moves_nothing(one, fake, now, owner):  # noqa: F811
    fake.say |= {"intercept": Unknown("timed out"), "ask": Unknown("timed out")}
    services.deliver_due(now)
    services.reconcile(one.pk, by=owner, now=now)
    services.deliver_due(now)
    assert state(one) == Status.UNKNOWN


def test_the_same_answer_to_a_second_question_is_the_same_word(one, fake, now, owner):  # noqa: F811
    fake.say["ask"] = Answer("registered", "登记")
    with pytest.raises(Blocked, match="has not left"):
        services.reconcile(one.pk, by=owner, now=now)
    services.deliver_due(now)
    for minutes in range(3):
        services.reconcile(one.pk, by=owner, now=now + minutes * MINUTE)
        services.deliver_due(now + minutes * MINUTE)
    assert CarrierEvent.objects.count() == 1


def test_no_answer_within_the_rules_minutes_is_unknown(one, fake, now):  # noqa: F811
    fake.say["intercept"] = Answer("77", "a code nobody knows")
    services.deliver_due(now)
    assert services.lose_answers(now + 29 * MINUTE) == {"unknown": 0}
    assert services.lose_answers(now + 30 * MINUTE) == {"unknown": 1}
    assert services.lose_answers(now + 30 * MINUTE) == {"unknown": 0}
    assert state(one) == Status.UNKNOWN


def test_a_request_that_still_waits_to_leave_is_not_lost(one, fake, now):  # noqa: F811
    assert services.lose_answers(now + 90 * MINUTE) == {"unknown": 0}
    assert state(one) == Status.REQUESTED


def stuck(now):
    CarrierCall.objects.update(status=CallState.SENDING, claimed_at=now - timedelta(minutes=6), attempts=1)


def test_a_call_whose_sender_died_is_settled_by_asking(one, fake, now):  # noqa: F811
    stuck(now)
    fake.say["ask"] = Answer("registered", "登记")
    assert services.rescue_stuck(now) == {"answered": 1, "later": 0, "unknown": 0}
    assert services.rescue_stuck(now) == {"answered": 0, "later": 0, "unknown": 0}
    assert (state(one), fake.times) == (Status.ACCEPTED, ["ask"])


def test_when_the_carrier_has_nothing_of_it_it_had_not_left(one, fake, now):  # noqa: F811
    stuck(now)
    assert services.rescue_stuck(now)["later"] == 1
    assert (state(one), CarrierCall.objects.get().status) == (Status.REQUESTED, CallState.PENDING)


def test_when_it_can_not_be_asked_it_is_unknown(one, fake, now):  # noqa: F811
    stuck(now)
    fake.say["ask"] = Unknown("timed out")
    assert services.rescue_stuck(now)["unknown"] == 1
    assert (state(one), CarrierCall.objects.get().status) == (Status.UNKNOWN, CallState.UNKNOWN)


def test_a_call_being_sent_is_left_alone(one, fake, now):  # noqa: F811
    CarrierCall.objects.update(status=CallState.SENDING, claimed_at=now - timedelta(minutes=4))
    assert services.rescue_stuck(now) == {"answered": 0, "later": 0, "unknown": 0}
    assert services.deliver_due(now)["answered"] == 0


def test_cancelled_while_the_carrier_is_asked_its_answer_is_kept_and_it_is_called_off(one, fake, now, owner):  # noqa: F811
    fake.meanwhile = lambda: cancel(one, now)
    services.deliver_due(now)
    fake.meanwhile = lambda: None
    assert state(one) == Status.CANCELLED
    assert CarrierEvent.objects.get().moved is False
    services.deliver_due(now + MINUTE)
    assert fake.times == ["intercept", "call_off"]
    assert CarrierCall.objects.get(kind=CallKind.CANCEL).status == CallState.SENT


def test_cancelled_while_it_could_not_be_reached_nothing_is_sent_any_more(one, fake, now):  # noqa: F811
    fake.say["intercept"], fake.meanwhile = Retryable("refused"), lambda: cancel(one, now)
    services.deliver_due(now)
    fake.meanwhile = lambda: None
    services.deliver_due(now + 60 * MINUTE)
    assert fake.times == ["intercept"]
    assert set(CarrierCall.objects.values_list("status", flat=True)) == {CallState.FAILED}


def test_a_cancel_does_not_overtake_its_request(one, fake, now):  # noqa: F811
    CarrierCall.objects.update(status=CallState.SENDING, claimed_at=now)
    cancel(one, now)
    services.deliver_due(now)
    assert fake.times == []


@pytest.mark.parametrize("problem", [Final("too late"), Unknown("timed out")])
def test_a_cancel_the_carrier_does_not_take_is_told_to_the_leaders(one, fake, now, owner, problem):  # noqa: F811
    services.deliver_due(now)
    cancel(one, now)
    fake.say["call_off"] = problem
    services.deliver_due(now)
    services.deliver_due(now + 60 * MINUTE)
    assert fake.times == ["intercept", "call_off"]
    assert Notice.objects.get(kind="logistics.interception_cancel_not_taken").user == owner
    assert state(one) == Status.CANCELLED


def test_the_answer_to_a_cancel_that_says_too_late_is_flagged(one, fake, now, owner):  # noqa: F811
    services.deliver_due(now)
    cancel(one, now)
    fake.say["call_off"] = Answer("success", "已拦截")
    services.deliver_due(now)
    assert state(one) == Status.CANCELLED
    assert Notice.objects.filter(kind="logistics.interception_late").count() == 1


def test_a_carrier_nobody_can_talk_to_refuses(one, fake, now):  # noqa: F811
    one.carrier.adapter = "nobody"
    one.carrier.save(update_fields=["adapter"])
    services.deliver_due(now)
    assert state(one) == Status.REFUSED


def test_a_word_that_comes_before_the_answer_is_not_lost(one, fake, now):  # noqa: F811
    fake.meanwhile = lambda: say(one, "succeed", now)
    services.deliver_due(now)
    assert state(one) == Status.SUCCEEDED
    assert Interception.objects.get().events.filter(moved=False).count() == 1


@pytest.mark.parametrize("verb", ["refuse", "fail", "accept", "succeed"])
def test_a_request_that_waits_is_dropped_once_the_carrier_has_spoken_otherwise(one, fake, now, verb):  # noqa: F811
    fake.say["intercept"] = Retryable("connection refused")
    services.deliver_due(now)
    say(one, verb, now)
    fake.say["intercept"] = Answer("registered")
    services.deliver_due(now + 5 * MINUTE)
    assert fake.times == ["intercept"]
    assert CarrierCall.objects.get().status == CallState.FAILED


def test_a_no_heard_after_a_rescue_put_the_request_back_sends_it_no_second_time(one, fake, now, owner):  # noqa: F811
    fake.say["intercept"] = Final("已派送，无法拦截")
    fake.meanwhile = lambda: CarrierCall.objects.update(status=CallState.PENDING, claimed_at=None)
    services.deliver_due(now)
    services.deliver_due(now + 5 * MINUTE)
    assert (fake.times, state(one)) == (["intercept"], Status.REFUSED)


def test_the_wait_for_an_answer_begins_when_the_request_left(one, fake, now):  # noqa: F811
    fake.say["intercept"] = Retryable("connection refused")
    services.deliver_due(now)
    fake.say["intercept"] = Answer("nobody knows this code")
    services.deliver_due(now + 40 * MINUTE)
    assert services.lose_answers(now + 41 * MINUTE) == {"unknown": 0}
    assert services.lose_answers(now + 71 * MINUTE) == {"unknown": 1}


@pytest.mark.parametrize(
    "no", [lambda one, now: CarrierCall.objects.filter(kind=CallKind.REQUEST).update(status=CallState.FAILED),
           lambda one, now: say(one, "refuse", now), lambda one, now: say(one, "fail", now)],
    ids=["its call", "a push", "delivered"],
)  # fmt: skip
def test_a_queued_cancel_of_what_the_carrier_refused_meanwhile_is_not_sent(one, fake, now, owner, no):  # noqa: F811
    services.deliver_due(now)
    cancel(one, now)
    waiting = calls.due(now).get()
    no(one, now)
    assert services.deliver_due(now) == {"answered": 0, "later": 0, "refused": 0, "unknown": 0}
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error) == (CallState.FAILED, "not needed any more")
    assert fake.times == ["intercept"] and state(one) == Status.CANCELLED
    assert not Notice.objects.filter(kind="logistics.interception_cancel_not_taken").exists()


def test_a_refusal_that_comes_while_a_round_runs_stops_the_calls_behind_it(shop, one, fake, now):  # noqa: F811
    services.deliver_due(now)
    other = intercept(make_parcel(shop, now), now)
    cancel(one, now)
    CarrierCall.objects.filter(kind=CallKind.CANCEL).update(next_at=now + MINUTE)  # behind the other one's request
    fake.meanwhile = lambda: say(one, "refuse", now)
    services.deliver_due(now + MINUTE)
    assert [(what, said["key"]) for what, said in fake.heard[1:]] == [("intercept", f"interception:{other.pk}:request")]


def test_a_question_about_one_that_ended_meanwhile_is_not_asked(one, fake, now, owner):  # noqa: F811
    services.deliver_due(now)
    services.reconcile(one.pk, by=owner, now=now)
    say(one, "fail", now)
    services.deliver_due(now)
    assert fake.times == ["intercept"]
    assert CarrierCall.objects.get(kind=CallKind.QUERY).status == CallState.FAILED

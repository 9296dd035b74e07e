"""Interception pages: asking once, the sheet of consequences, the one door out, too late, whose they are."""

import re
import uuid
from datetime import timedelta

import pytest

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.ledger.models import Transaction
from foundation.shell.urls_for import shop_url
from logistics.models import Interception
from logistics.services import refund_requested
from logistics.states import ParcelState, Payer, Status, WhyCancel, WhyIntercept
from logistics.tests.factories import carrier, intercept, make_parcel, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sign_in_in_english, owner):
    return sign_in_in_english(owner)


@pytest.fixture
def parcel(shop, now):
    return make_parcel(shop, now, last_scan_text="Left the sorting centre", last_scan_at=now)


@pytest.fixture
def running(parcel, now):
    return intercept(parcel, now)


def url(shop, name, **kwargs):
    return shop_url(shop, f"logistics:{name}", **kwargs)


def cancel_url(row):
    return url(row.shop, "cancel-interception", number=row.number)


def cancelling(row, **said):
    given = {"version": row.version, "reason": WhyCancel.CLICKED_BY_MISTAKE, "payer": Payer.SHOP, "note": "",
             "typed": row.parcel.tracking_number[-4:]}  # fmt: skip
    return given | said


def state(row):
    row.refresh_from_db()
    return row.status


# asking for one


def test_the_page_shows_the_price_and_who_pays_before_anything_is_asked(client, parcel):
    said = client.get(url(parcel.shop, "request-interception", number=parcel.number)).content.decode()
    assert "¥4.00" in said and "when the parcel is intercepted" in said and "the shop" in said
    assert not Interception.objects.exists()


def test_asking_twice_with_one_form_asks_once(client, parcel):
    page = url(parcel.shop, "request-interception", number=parcel.number)
    form = {"reason": WhyIntercept.WRONG_ADDRESS, "note": "house 5", "request_key": str(uuid.uuid4())}
    for _twice in range(2):
        answer = client.post(page, form)
        assert answer.status_code == 302
    made = Interception.objects.get()
    assert answer["Location"].endswith(f"/interceptions/{made.number}/") and made.fee_minor == 400


def test_a_carrier_that_cannot_is_named_with_phone_and_link_instead_of_a_button(client, shop, now):
    parcel = make_parcel(shop, now, carrier=carrier("post"))
    page = url(shop, "request-interception", number=parcel.number)
    said = client.get(page).content.decode()
    assert "tel:11183" in said and "https://post.example.test/service/" in said and 'name="reason"' not in said
    form = {"reason": WhyIntercept.OTHER, "request_key": str(uuid.uuid4())}
    assert client.post(page, form).status_code == 409 and not Interception.objects.exists()


def test_when_the_buyer_changed_their_mind_a_talk_comes_first(client, parcel):
    page = url(parcel.shop, "request-interception", number=parcel.number)
    answer = client.post(page, {"reason": WhyIntercept.CHANGED_MIND, "request_key": str(uuid.uuid4())})
    assert answer.status_code == 409 and "Talk to the buyer first" in answer.content.decode()


def test_a_running_one_is_shown_instead_of_a_second_button(client, running, shop):
    said = client.get(url(shop, "request-interception", number=running.parcel.number)).content.decode()
    assert running.number in said and 'name="reason"' not in said


# looking at one


def test_the_page_tells_progress_next_step_safe_moment_and_every_word(client, running, shop, now):
    say(running, "accept", now, text="已登记")
    say(running, "succeed", now + timedelta(minutes=1), text="已拦截")
    say(running, "fail", now + timedelta(minutes=2), text="too late a word")
    answer = client.get(url(shop, "interception", number=running.number))
    said = answer.content.decode()
    assert [step.state for step in answer.context["steps"]] == ["done", "done", "done", "now", "to_come", "to_come"]
    assert "The carrier sends the parcel back" in said and "Not before the parcel is back" in said
    assert "已拦截" in said and "too late a word" in said and "It changed nothing." in said


def test_after_the_return_a_refund_is_safe(client, running, shop, now):
    for step, verb in enumerate(["accept", "begin", "succeed", "turn_back", "come_back"]):
        say(running, verb, now + timedelta(minutes=step))
    answer = client.get(url(shop, "interception", number=running.number))
    assert {step.state for step in answer.context["steps"]} == {"done"}
    assert "a refund is safe now" in answer.content.decode()


def test_what_nobody_answered_can_be_asked_about(client, running, shop):
    running.calls.update(status="unknown")
    answer = client.post(url(shop, "ask-carrier", number=running.number))
    assert answer.status_code == 302 and running.calls.filter(kind="query").count() == 1


# the one door out


def test_the_sheet_says_cost_payer_place_and_whether_another_request_would_be_taken(client, running):
    said = client.get(cancel_url(running)).content.decode()
    for part in ("Cost so far", "¥0.00", "Left the sorting centre", "would take another request", "This is no undo."):
        assert part in said


def test_wrong_characters_cancel_nothing_and_keep_what_was_typed(client, running):
    answer = client.post(cancel_url(running), cancelling(running, typed="0000x", note="kept"))
    assert answer.status_code == 422 and "kept" in answer.content.decode()
    assert state(running) == Status.REQUESTED


def test_without_a_reason_nothing_is_cancelled(client, running):
    assert client.post(cancel_url(running), cancelling(running, reason="")).status_code == 422
    assert state(running) == Status.REQUESTED


def test_cancelled_once_however_often_it_is_sent(client, running, owner):
    form = cancelling(running, payer=Payer.PLATFORM, note="clicked")
    answers = [client.post(cancel_url(running), form) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [302] * 3
    assert state(running) == Status.CANCELLED
    assert (running.cancel_reason, running.payer, running.cancelled_by) == ("mistake", "platform", owner)
    assert running.version == 1 and Transaction.objects.filter(movement__startswith="interception").count() == 0
    assert 'name="typed"' not in client.get(cancel_url(running)).content.decode(), (
        "the back button finds the door closed"
    )


def test_a_page_from_before_the_carrier_answered_is_refused_and_shown_anew(client, running, now):
    form = cancelling(running)
    say(running, "accept", now)
    answer = client.post(cancel_url(running), form)
    assert answer.status_code == 409 and state(running) == Status.ACCEPTED
    version = re.search(r'name="version" value="(\d+)"', answer.content.decode())[1]
    assert int(version) == running.version
    assert client.post(cancel_url(running), cancelling(running)).status_code == 302


def test_too_late_is_said_with_the_carriers_own_word(client, running, now):
    form = cancelling(running)
    say(running, "succeed", now, text="已拦截成功")
    for answer in (client.get(cancel_url(running)), client.post(cancel_url(running), form)):
        said = answer.content.decode()
        assert "已拦截成功" in said and 'name="typed"' not in said
    assert answer.status_code == 409 and state(running) == Status.SUCCEEDED


def test_a_wrong_number_opens_the_correction(client, running):
    answer = client.post(cancel_url(running), cancelling(running, reason=WhyCancel.WRONG_SHIPPING))
    assert f"/parcels/{running.parcel.number}/" in answer["Location"]


@pytest.mark.parametrize("role", ["service", "warehouse", "finance"])
def test_only_leaders_cancel(sign_in, shop, running, role):
    client = sign_in(make_member(shop, role))
    assert client.get(cancel_url(running)).status_code == 403
    assert client.post(cancel_url(running), cancelling(running)).status_code == 403
    assert client.get(url(shop, "interception", number=running.number)).status_code == 200
    assert state(running) == Status.REQUESTED


def test_another_shops_interception_is_not_there(client, shop, now):
    theirs = intercept(make_parcel(make_shop("other"), now), now)
    for name in ("interception", "cancel-interception"):
        assert client.get(url(shop, name, number=theirs.number)).status_code == 404
    assert client.post(url(shop, "cancel-interception", number=theirs.number), cancelling(theirs)).status_code == 404
    assert client.get(url(shop, "request-interception", number=theirs.parcel.number)).status_code == 404


# on the order


def test_the_order_page_offers_what_the_role_may(sign_in_in_english, shop, parcel, owner, now):
    order = shop_url(shop, "orders:order", number=parcel.order.number)
    said = sign_in_in_english(owner).get(order).content.decode()
    assert url(shop, "request-interception", number=parcel.number) in said
    assert url(shop, "ask-refund", number=parcel.order.number) in said
    row = intercept(parcel, now)
    assert cancel_url(row) in sign_in_in_english(owner).get(order).content.decode()
    said = sign_in_in_english(make_member(shop, "finance")).get(order).content.decode()
    assert cancel_url(row) not in said and url(shop, "interception", number=row.number) in said


def test_the_buyer_asks_for_a_refund_and_takes_it_back(client, parcel, shop):
    page = url(shop, "ask-refund", number=parcel.order.number)
    assert client.get(page).status_code == 200
    form = {"kind": "refund_only", "how_much": "full", "request_key": str(uuid.uuid4())}
    for _twice in range(2):
        assert client.post(page, form).status_code == 302
    row = parcel.order.refund_requests.get()
    assert row.full and row.amount_minor == 12500
    assert client.post(page, form | {"how_much": "part", "request_key": str(uuid.uuid4())}).status_code == 422
    back = url(shop, "withdraw-request", number=parcel.order.number)
    assert [client.post(back, {"request": row.pk}).status_code for _twice in range(2)] == [302, 409]
    for nonsense in ("", "x", "²", "9" * 30, row.pk + 1):
        assert client.post(back, {"request": nonsense}).status_code == 422


def test_another_shops_request_is_not_there(client, shop, parcel, now):
    theirs = make_parcel(make_shop("other"), now)
    row = refund_requested(theirs.order, kind="refund_only", amount_minor=100, at=now)
    assert (
        client.post(url(shop, "withdraw-request", number=theirs.order.number), {"request": row.pk}).status_code == 404
    )
    assert (
        client.post(url(shop, "withdraw-request", number=parcel.order.number), {"request": row.pk}).status_code == 422
    )
    assert client.get(url(shop, "ask-refund", number=theirs.order.number)).status_code == 404
    row.refresh_from_db()
    assert row.withdrawn_at is None


def test_a_parcel_at_the_door_says_why_it_is_too_late(client, shop, now):
    parcel = make_parcel(shop, now, status=ParcelState.OUT_FOR_DELIVERY)
    said = client.get(url(shop, "request-interception", number=parcel.number)).content.decode()
    assert "takes an interception only while a parcel is" in said

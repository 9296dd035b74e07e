"""What the carrier says: taken once, in the order its table allows, kept as evidence when it comes too late."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from foundation.accounts.tests.factories import make_member
from foundation.audit.models import Entry
from foundation.lifecycle.deadlines import SHANGHAI
from foundation.lifecycle.errors import Invalid
from foundation.notifications.models import Notice
from logistics import services
from logistics.models import CarrierCode, CarrierEvent, Interception, Parcel
from logistics.signals import interception_settled
from logistics.states import ParcelState, Status

from .factories import intercept, make_parcel, say

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def one(shop, now):
    return intercept(make_parcel(shop, now), now)


@pytest.fixture
def settled():
    heard = []

    def hear(interception, now, **_said):
        heard.append((interception.pk, interception.status))

    interception_settled.connect(hear)
    yield heard
    interception_settled.disconnect(hear)


def kinds(interception):
    return list(Notice.objects.filter(subject_id=interception.pk, cancelled_at=None).values_list("kind", flat=True))


def test_the_whole_way_is_taken_step_by_step(one, now, owner, settled):
    steps = [
        ("accept", Status.ACCEPTED), ("begin", Status.INTERCEPTING), ("succeed", Status.SUCCEEDED),
        ("turn_back", Status.RETURNING), ("come_back", Status.RETURNED),
    ]  # fmt: skip
    for hours, (verb, status) in enumerate(steps):
        event = say(one, verb, now + hours * HOUR)
        one.refresh_from_db()
        assert (event.moved, one.status, one.said) == (True, status, f"carrier: {verb}")
        assert Parcel.objects.get().interception_status == status
    assert (one.accepted_at, one.succeeded_at) == (now, now + 2 * HOUR)
    assert (one.returning_at, one.returned_at, one.ended_at) == (now + 3 * HOUR, now + 4 * HOUR, now + 4 * HOUR)
    assert settled == [(one.pk, Status.RETURNED)]
    assert kinds(one) == ["logistics.interception_came_back"]
    moves = Entry.objects.filter(subject_type="logistics.interception").exclude(to_state="").order_by("pk")
    assert list(moves.values_list("to_state", flat=True)) == ["requested", *(status.value for _verb, status in steps)]


def test_the_same_word_again_changes_nothing(one, now):
    assert say(one, "accept", now) == say(one, "accept", now)
    again = services.carrier_says(one.pk, code="accept", verb="accept", text="x", at=None, source="test", now=now)
    later = now + HOUR
    assert again == services.carrier_says(one.pk, code="accept", verb="accept", text="x", at=None, source="test", now=later)
    one.refresh_from_db()
    assert (one.version, CarrierEvent.objects.count()) == (1, 2)


def test_a_carrier_may_leave_steps_out(one, now, settled):
    say(one, "come_back", now)
    one.refresh_from_db()
    assert (one.status, one.succeeded_at, one.returned_at) == (Status.RETURNED, now, now)
    assert settled == [(one.pk, Status.RETURNED)]


@pytest.mark.parametrize("verb", ["refuse", "fail"])
def test_a_refusal_and_a_failure_end_it_and_ask_for_somebody(one, now, owner, settled, verb):
    say(one, verb, now, text="已派送")
    one.refresh_from_db()
    assert (one.is_open, one.ended_at, one.said) == (False, now, "已派送")
    assert settled == [(one.pk, one.status)]
    assert kinds(one) == [f"logistics.interception_{'refused' if verb == 'refuse' else 'failed'}"]


def test_a_word_the_table_does_not_allow_is_kept_and_moves_nothing(one, now):
    say(one, "succeed", now)
    event = say(one, "begin", now + HOUR)
    one.refresh_from_db()
    assert (one.status, event.moved) == (Status.SUCCEEDED, False)
    assert event.why_not == "“Intercepting” is not possible: it is already “Intercepted”."


def test_intercepted_after_the_cancel_is_evidence_and_flagged_once_to_the_leaders(shop, one, now, owner):
    service = make_member(shop, "service")
    services.cancel_many([one.pk], reason="mistake", note="", by=owner, now=now)
    for hours, verb in enumerate(["succeed", "turn_back", "come_back"], start=1):
        assert not say(one, verb, now + hours * HOUR).moved
    one.refresh_from_db()
    assert (one.status, one.fee_at) == (Status.CANCELLED, None)
    assert CarrierEvent.objects.filter(moved=False).count() == 3
    told = Notice.objects.filter(kind="logistics.interception_late")
    assert [notice.user for notice in told] == [owner]
    assert service not in {notice.user for notice in told}


def test_a_code_nobody_knows_goes_to_the_list_and_changes_nothing(shop, one, now):
    said = {"kuaidinum": one.parcel.tracking_number, "status": "77", "message": "?"}
    event = services.from_push(shop.pk, said, source="kuaidi100", now=now)
    one.refresh_from_db()
    assert (event.verb, event.moved, one.status) == ("", False, Status.REQUESTED)
    code = CarrierCode.objects.get(source="kuaidi100:intercept", code="77")
    assert (code.meaning, code.seen, code.sample) == ("", 1, "?")


def test_once_somebody_explained_the_code_its_words_are_taken(shop, one, now):
    said = {"kuaidinum": one.parcel.tracking_number, "status": "77", "message": "拦到了"}
    services.from_push(shop.pk, said, source="kuaidi100", now=now)
    CarrierCode.objects.filter(code="77").update(meaning="succeed")
    assert services.read_words_again(now) == {"read": 1}
    assert services.read_words_again(now) == {"read": 0}
    one.refresh_from_db()
    event = CarrierEvent.objects.get()
    assert (one.status, event.verb, event.moved, event.why_not) == (Status.SUCCEEDED, "succeed", True, "")


def test_a_push_finds_its_interception_by_number_and_is_told_once(shop, one, now):
    said = {"kuaidinum": one.parcel.tracking_number, "status": "20", "message": "拦截成功"}
    first = services.from_push(shop.pk, said, source="kuaidi100", now=now)
    assert services.from_push(shop.pk, said, source="kuaidi100", now=now + HOUR) == first
    one.refresh_from_db()
    assert one.status == Status.SUCCEEDED
    assert services.from_push(shop.pk, {"kuaidinum": "nobody's", "status": "20"}, source="kuaidi100", now=now) is None
    with pytest.raises(Invalid):
        services.from_push(shop.pk, {**said, "time": "yesterday"}, source="kuaidi100", now=now)
    assert services.from_push(shop.pk + 1, said, source="kuaidi100", now=now) is None


def test_a_late_push_of_the_first_request_does_not_move_the_second(shop, one, now):
    services.cancel_many([one.pk], reason="mistake", note="", by=None, now=now + HOUR)
    again = intercept(one.parcel, now + 3 * HOUR)
    at = timezone.localtime(now + 2 * HOUR, SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    said = {"kuaidinum": one.parcel.tracking_number, "status": "20", "time": at}
    assert services.from_push(shop.pk, said, source="kuaidi100", now=now + 4 * HOUR).interception == one
    again.refresh_from_db()
    assert again.status == Status.REQUESTED


@pytest.mark.parametrize(
    ("said", "state", "ends"),
    [
        (["accept", "begin"], ParcelState.RETURNING, Status.RETURNING),
        (["accept"], ParcelState.RETURNED, Status.RETURNED),
        (["accept"], ParcelState.SIGNED, Status.FAILED),
        ([], ParcelState.SIGNED, Status.FAILED),
        ([], ParcelState.RETURNING, Status.REQUESTED),  # it turned round for another reason
        ([], ParcelState.RETURNED, Status.FAILED),
        (["succeed"], ParcelState.SIGNED, Status.SUCCEEDED),
        (["succeed", "turn_back"], ParcelState.RETURNED, Status.RETURNED),
    ],
)
def test_what_the_scans_say_of_it(one, now, said, state, ends):
    for verb in said:
        say(one, verb, now)
    parcel = one.parcel
    parcel.status, parcel.last_scan_at, parcel.last_scan_text = state, now + HOUR, "scan"
    for _twice in range(2):
        services.parcel_moved(parcel, now=now + 2 * HOUR)
        one.refresh_from_db()
        assert one.status == parcel.interception_status == ends
    assert (one.fee_at is not None) == (ends in (Status.SUCCEEDED, Status.RETURNING, Status.RETURNED))


def test_an_intercepted_parcel_that_is_signed_after_all_is_told(one, now, owner):
    say(one, "succeed", now)
    parcel = one.parcel
    parcel.status, parcel.last_scan_text = ParcelState.SIGNED, "本人签收"
    services.parcel_moved(parcel, now=now)
    assert "logistics.interception_signed" in kinds(one)


def test_an_unknown_interception_is_a_404(db, now):
    with pytest.raises(Http404):
        services.carrier_says(10**9, code="x", verb="accept", text="", at=now, source="test", now=now)
    assert not Interception.objects.exists()

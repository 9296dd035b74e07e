"""Operations' desk: what nobody answered is asked about, or written down as heard by phone."""

import pytest
from django.urls import reverse

from foundation.accounts import access
from foundation.accounts.tests.factories import make_reviewer
from foundation.audit.models import Entry
from logistics import services
from logistics.carriers.base import Unknown
from logistics.models import CarrierCall, Interception
from logistics.states import CallKind, Status

from .factories import intercept, make_parcel, say
from .fake_carrier import fake  # noqa: F401

pytestmark = pytest.mark.django_db
DESK = reverse("admin:logistics_interception_changelist")


@pytest.fixture
def operator(db):
    return make_reviewer("operator", access.OPERATIONS)


@pytest.fixture
def one(shop, now, fake):  # noqa: F811
    """Of unknown outcome."""
    asked = intercept(make_parcel(shop, now), now)
    fake.say["intercept"] = Unknown("timed out")
    services.deliver_due(now)
    return Interception.objects.get(pk=asked.pk)


@pytest.fixture
def press(sign_in_in_english, operator):
    client = sign_in_in_english(operator)

    def pressed(interception, action):
        answer = client.post(DESK, {"action": action, "_selected_action": [interception.pk]}, follow=True)
        interception.refresh_from_db()
        return answer.content.decode()

    return pressed


def test_unknown_ones_are_listed_with_their_calls_and_words(sign_in_in_english, operator, one):
    client = sign_in_in_english(operator)
    listed = client.get(DESK, {"status__exact": "unknown"}).content.decode()
    assert one.number in listed
    assert "Unknown: timed out" in client.get(reverse("admin:logistics_interception_change", args=[one.pk])).content.decode()
    calls = client.get(reverse("admin:logistics_carriercall_changelist"), {"status__exact": "unknown"}).content.decode()
    assert f"interception:{one.pk}:request" in calls


def test_the_carrier_is_asked_and_nothing_is_sent_again(press, one, operator):
    assert "The carrier is being asked" in press(one, "ask_the_carrier")
    assert CarrierCall.objects.filter(kind=CallKind.QUERY).count() == 1
    assert CarrierCall.objects.filter(kind=CallKind.REQUEST).count() == 1
    assert Entry.objects.get(verb="logistics.interception_asked").actor == operator


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("it_has_it", Status.ACCEPTED), ("it_refused", Status.REFUSED), ("it_failed", Status.FAILED),
        ("it_came_back", Status.RETURNED),
    ],
)  # fmt: skip
def test_what_was_heard_by_phone_moves_it_and_says_who_heard_it(press, one, operator, action, status):
    assert "Written down." in press(one, action)
    assert one.status == status
    assert "operator" in one.said
    assert Entry.objects.filter(subject_id=one.pk, to_state=status, actor=operator).count() == 1


def test_what_the_table_does_not_allow_is_said(press, one, now):
    services.cancel_many([one.pk], reason="mistake", note="", by=None, now=now)
    assert "is not possible: it is already “Cancelled”" in press(one, "it_has_it")
    assert "there is nothing to ask" in press(one, "ask_the_carrier")
    assert "There is no fee to book" in press(one, "book_the_fee")


def test_a_fee_of_one_intercepted_after_its_cancel_is_listed_and_booked(press, sign_in_in_english, operator, one, now):
    services.cancel_many([one.pk], reason="mistake", note="", by=None, now=now)
    say(one, "succeed", now)
    listed = sign_in_in_english(operator).get(DESK, {"fee": "late"})
    assert one.number in listed.content.decode()
    assert "Booked." in press(one, "book_the_fee")
    assert one.fee_at is not None
    assert one.number not in sign_in_in_english(operator).get(DESK, {"fee": "late"}).content.decode()

"""What a carrier says of an interception nobody can tell is kept for operations, who place it or set it aside."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse

from foundation.accounts import access
from foundation.accounts.tests.factories import make_reviewer, make_shop
from foundation.audit.models import Entry
from foundation.lifecycle.errors import Blocked, Invalid
from logistics.models import CarrierCode, CarrierEvent, Interception, Parcel, UnplacedWord
from logistics.services import unplaced
from logistics.states import Status

from . import pushes
from .factories import intercept, make_parcel

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TAKEN = {"result": True, "returnCode": "200", "message": "成功"}


@pytest.fixture
def one(shop, now):
    return intercept(make_parcel(shop, now), now)


@pytest.fixture
def several(shop, now):
    """Two parcels with one number, an interception running on each."""
    pair = [make_parcel(shop, now, tracking_number="YT0000000000077") for _twin in range(2)]
    return [intercept(parcel, now) for parcel in pair]


def push(shop, **said):
    answer = pushes.send(Client(), shop, {"status": "20", "message": "拦截成功", **said}, "interception")
    assert answer.json() == TAKEN


def test_a_word_about_an_unknown_interception_is_kept_once(shop, now):
    for _replay in range(3):
        push(shop, kuaidinum="yt0000000000009")
    word = UnplacedWord.objects.get()
    assert (word.number, word.code, word.text, word.why) == ("YT0000000000009", "20", "拦截成功", "unknown")
    assert not CarrierEvent.objects.exists() and not CarrierCode.objects.filter(meaning="", seen__gt=0).exists()


def test_a_document_that_names_nothing_is_not_kept(shop):
    push(shop, remark="?")
    assert not UnplacedWord.objects.exists()


def test_a_word_that_may_be_about_several_is_kept_and_moves_none(shop, several):
    push(shop, kuaidinum="YT0000000000077")
    assert UnplacedWord.objects.get().why == "several"
    assert set(Interception.objects.values_list("status", flat=True)) == {Status.REQUESTED}


def test_its_reference_takes_the_doubt_away(shop, several):
    Interception.objects.filter(pk=several[0].pk).update(reference="R1")
    push(shop, kuaidinum="YT0000000000077", orderId="R1")
    assert dict(Interception.objects.values_list("pk", "status")) == {
        several[0].pk: Status.SUCCEEDED, several[1].pk: Status.REQUESTED,
    }  # fmt: skip
    assert not UnplacedWord.objects.exists()


def test_one_that_ended_leaves_no_doubt(shop, several):
    Interception.objects.filter(pk=several[0].pk).update(status=Status.CANCELLED)
    push(shop, kuaidinum="YT0000000000077")
    assert Interception.objects.get(pk=several[1].pk).status == Status.SUCCEEDED


def test_a_replay_of_an_unknown_code_is_not_counted_again(shop, one, now):
    for _replay in range(4):
        push(shop, kuaidinum=one.parcel.tracking_number, status="7001")
    assert CarrierCode.objects.get(code="7001").seen == 1
    assert CarrierEvent.objects.count() == 1


def test_operations_place_it_and_it_counts(shop, several, owner, now):
    push(shop, kuaidinum="YT0000000000077", time="2026-11-01 10:00:00")
    word = UnplacedWord.objects.get()
    event = unplaced.place(word.pk, several[1].pk, by=owner, now=now)
    word.refresh_from_db()
    assert (word.event, word.settled_by, word.settled_at, event.at) == (event, owner, now, word.at)
    assert Interception.objects.get(pk=several[1].pk).status == Status.SUCCEEDED
    assert Entry.objects.get(verb="logistics.word_placed").data["number"] == several[1].number
    with pytest.raises(Blocked):
        unplaced.place(word.pk, several[0].pk, by=owner, now=now)
    assert Interception.objects.get(pk=several[0].pk).status == Status.REQUESTED
    push(shop, kuaidinum="YT0000000000077", time="2026-11-01 10:00:00")
    assert UnplacedWord.objects.count() == 1


def test_another_shops_interception_is_refused(shop, one, owner, now):
    other = make_shop("other")
    push(other, kuaidinum=one.parcel.tracking_number)
    word = UnplacedWord.objects.get(shop=other)
    with pytest.raises(Invalid):
        unplaced.place(word.pk, one.pk, by=owner, now=now)
    with pytest.raises(Http404):
        unplaced.set_aside(word.pk + 1, by=owner, now=now)


@pytest.mark.parametrize("about", ["none", "it"])
def test_the_desk_says_what_it_is_about_once(shop, one, now, sign_in_in_english, about):
    push(shop, kuaidinum="YT0000000000009")
    word = UnplacedWord.objects.get()
    desk = sign_in_in_english(make_reviewer("operations", access.OPERATIONS))
    page = reverse("admin:logistics_unplacedword_change", args=[word.pk])
    assert one.number in desk.get(page).content.decode()
    chosen = "none" if about == "none" else str(one.pk)
    assert desk.post(page, {"interception": chosen}).status_code == 302
    word.refresh_from_db()
    assert word.settled_by.username == "operations" and (word.event is None) == (about == "none")
    assert Parcel.objects.get().interception_status == (Status.REQUESTED if about == "none" else Status.SUCCEEDED)
    assert desk.post(page, {"interception": str(one.pk)}).status_code == 403
    listed = desk.get(reverse("admin:logistics_unplacedword_changelist")).content.decode()
    assert "YT0000000000009" in listed

"""The invariants hold on what the verbs leave, and say so when a row is bent."""

from datetime import timedelta

import pytest

from foundation.lifecycle.invariants import INVARIANTS
from logistics import invariants, services
from logistics.models import CarrierCall, CarrierEvent, Interception, Parcel

from .factories import intercept, make_parcel, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def one(shop, now):
    """Came back after two days of storage; another was cancelled, a third waits."""
    done, cancelled, _waiting = (intercept(make_parcel(shop, now), now) for _ in range(3))
    say(done, "succeed", now)
    say(done, "come_back", now + timedelta(days=5))
    services.cancel_many([cancelled.pk], reason="mistake", note="", by=None, now=now)
    return Interception.objects.get(pk=done.pk)


def violations():
    return [text for one in INVARIANTS for text in one.check()]


def test_they_hold_on_what_the_verbs_leave(one):
    assert violations() == []


@pytest.mark.parametrize(
    ("check", "bend"),
    [
        ("one_open_and_the_newest_shows", lambda one: Parcel.objects.filter(pk=one.parcel_id).update(interception_status="")),
        ("fees_match", lambda one: Interception.objects.filter(pk=one.pk).update(fee_minor=1)),
        ("fees_match", lambda one: Interception.objects.filter(pk=one.pk).update(fee_at=None)),
        ("fees_match", lambda one: Interception.objects.filter(pk=one.pk).update(storage_days=3)),
        ("words_match", lambda one: Interception.objects.filter(pk=one.pk).update(ended_at=None)),
        ("words_match", lambda one: CarrierEvent.objects.update(interception=Interception.objects.get(status="cancelled"))),
        ("moves_chain", lambda one: Interception.objects.filter(pk=one.pk).update(status="failed")),
        ("parents_agree", lambda one: Interception.objects.filter(pk=one.pk).update(order=Parcel.objects.last().order)),
        ("calls_leave", lambda one: CarrierCall.objects.filter(status="pending").update(next_at=one.requested_at - timedelta(hours=1))),
    ],
)  # fmt: skip
def test_a_bent_row_is_named(one, check, bend):
    assert list(getattr(invariants, check)()) == []
    bend(one)
    assert list(getattr(invariants, check)())

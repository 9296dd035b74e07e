"""A parcel sent once more: made once, with a number of its own, free to the buyer."""

import pytest
from django.http import Http404

from foundation.audit.models import Entry
from foundation.ledger.models import Transaction
from foundation.ledger.services import order_story
from foundation.lifecycle.errors import Invalid
from logistics.models import Parcel, ParkedPush, Watch
from logistics.services.reships import reship_for
from logistics.services.scanning import take_in
from logistics.states import ParcelKind, ParcelState, Payer
from logistics.tests.factories import ZTO_NUMBER, journey, shipped

pytestmark = pytest.mark.django_db
OWN = "SF1000000000001"


def again(order, by, now, **said):
    given = {"key": "test:1", "carrier_text": "顺丰速运", "number": OWN, "payer": Payer.SHOP} | said
    return reship_for(order.pk, by=by, now=now, **given)


def test_the_reship_is_a_parcel_of_its_own_that_is_watched(shop, owner, now):
    order = shipped(shop, now)
    parcel = again(order, owner, now)
    assert (parcel.kind, parcel.tracking_number, parcel.carrier.code) == (ParcelKind.RESHIP, OWN, "sf")
    assert (parcel.status, parcel.payer, parcel.province) == (ParcelState.LABEL, Payer.SHOP, order.province)
    assert Watch.objects.filter(parcel=parcel).exists()


def test_the_same_key_again_gives_the_first_and_books_nothing_more(shop, owner, now):
    order = shipped(shop, now)
    first = again(order, owner, now, cost_minor=800)
    entries = Entry.objects.count()
    second = again(order, owner, now, cost_minor=800, number="SF1000000000002")
    assert (second.pk, second.tracking_number) == (first.pk, OWN)
    assert Transaction.objects.filter(movement="parcel_reship").count() == 1
    assert Entry.objects.count() == entries


def test_another_key_with_a_reships_number_is_the_same_parcel(shop, owner, now):
    order = shipped(shop, now)
    first = again(order, owner, now, cost_minor=800)
    assert again(order, owner, now, key="test:2", number=OWN.lower(), cost_minor=800).pk == first.pk
    assert Transaction.objects.filter(movement="parcel_reship").count() == 1


@pytest.mark.parametrize("number", [ZTO_NUMBER, f" {ZTO_NUMBER} "])
def test_the_first_parcels_number_is_refused(shop, owner, now, number):
    with pytest.raises(Invalid, match="first parcel's number"):
        again(shipped(shop, now), owner, now, number=number)
    assert not Parcel.objects.filter(kind=ParcelKind.RESHIP).exists()


@pytest.mark.parametrize("said", [{"payer": Payer.BUYER}, {"payer": "nobody"}, {"cost_minor": -1}, {"number": "??"}])
def test_what_no_reship_can_be_is_refused(shop, owner, now, said):
    with pytest.raises(Invalid):
        again(shipped(shop, now), owner, now, **said)


def test_an_unknown_order_is_not_found(shop, owner, now):
    with pytest.raises(Http404):
        reship_for(0, key="x", carrier_text="", number="", by=owner, now=now, payer=Payer.SHOP)


def test_without_a_number_it_is_listed_as_number_missing(shop, owner, now):
    parcel = again(shipped(shop, now), owner, now, number="", carrier_text="谁也不认识的快递")
    assert parcel.carrier is None and parcel.shipped_at is None
    assert parcel in Parcel.objects.number_missing()


@pytest.mark.parametrize(
    ("payer", "movement", "ours"),
    [(Payer.SHOP, "parcel_reship", -800), (Payer.PLATFORM, "parcel_reship_platform", 0)],
)
def test_the_freight_is_booked_once_and_shown_on_the_order(shop, owner, now, payer, movement, ours):
    order = shipped(shop, now)
    parcel = again(order, owner, now, payer=payer, cost_minor=800)
    booked = Transaction.objects.get(movement=movement)
    assert (booked.idempotency_key, booked.total_minor) == (f"parcel:{parcel.pk}:reship", 800)
    assert [(row.movement, row.amount_minor) for row in order_story(order.pk)][-1] == (movement, ours)


def test_what_the_carrier_pays_is_recorded_and_not_booked(shop, owner, now):
    parcel = again(shipped(shop, now), owner, now, payer=Payer.CARRIER, cost_minor=800)
    assert (parcel.payer, parcel.cost_minor) == (Payer.CARRIER, 800)
    assert not Transaction.objects.filter(subject_type="logistics.parcel").exists()


def test_scans_that_came_first_are_taken_in(shop, owner, now):
    events = journey(now, ParcelState.PICKED_UP)
    take_in(shop_pk=shop.pk, carrier_code="shunfeng", number=OWN, events=events, source="test", now=now)
    assert ParkedPush.objects.count() == 1
    parcel = again(shipped(shop, now), owner, now)
    parcel.refresh_from_db()
    assert parcel.status == ParcelState.PICKED_UP

"""Handing an order's parcel over."""

from datetime import timedelta

import pytest

from foundation.lifecycle.errors import IllegalMove, Invalid
from logistics.models import Parcel
from logistics.services.shipping import ship_order
from logistics.states import ParcelState
from logistics.tests.factories import ZTO_NUMBER, carrier, shipped, to_ship
from orders.models import Order

pytestmark = pytest.mark.django_db


def test_shipping_makes_the_first_parcel_and_moves_the_order(shop, owner, now):
    order = to_ship(shop, now)
    parcel = ship_order(order.pk, carrier=carrier(), tracking_number=" 7310 0000000001 ", by=owner, now=now)
    order.refresh_from_db()
    assert (order.status, order.carrier, order.tracking_number) == ("shipped", "中通快递", ZTO_NUMBER)
    assert (parcel.tracking_number, parcel.carrier.code, parcel.status) == (ZTO_NUMBER, "zto", ParcelState.LABEL)
    assert parcel.shipped_at == parcel.numbered_at == now
    assert not parcel.number_missing


def test_shipped_offline_the_number_is_missing_until_it_is_entered(shop, owner, now):
    order = to_ship(shop, now)
    parcel = ship_order(order.pk, by=owner, now=now, at=now - timedelta(hours=5))
    order.refresh_from_db()
    assert parcel.number_missing and order.number_missing
    assert parcel.shipped_at == order.physically_shipped_at == now - timedelta(hours=5)
    assert list(Parcel.objects.number_missing()) == [parcel]


def test_an_order_ships_once(shop, owner, now):
    order = to_ship(shop, now)
    ship_order(order.pk, by=owner, now=now)
    with pytest.raises(IllegalMove):
        ship_order(order.pk, by=owner, now=now)
    assert Parcel.objects.filter(order=order).count() == 1


def test_an_order_on_its_way_is_not_shipped_again(shop, owner, now):
    with pytest.raises(IllegalMove):
        ship_order(shipped(shop, now).pk, by=owner, now=now)


@pytest.mark.parametrize("number", ["12345", "7310000000000?", "7" * 33, "七三一零零零零零"])
def test_a_number_no_carrier_could_have_given_is_refused_and_nothing_is_saved(shop, owner, now, number):
    order = to_ship(shop, now)
    with pytest.raises(Invalid) as refused:
        ship_order(order.pk, carrier=carrier(), tracking_number=number, by=owner, now=now)
    assert refused.value.field == "number"
    assert Order.objects.get(pk=order.pk).status == "to_ship" and not Parcel.objects.exists()


def test_a_number_needs_its_carrier(shop, owner, now):
    with pytest.raises(Invalid) as refused:
        ship_order(to_ship(shop, now).pk, tracking_number=ZTO_NUMBER, by=owner, now=now)
    assert refused.value.field == "carrier"


@pytest.mark.parametrize("ago", [timedelta(minutes=-1), timedelta(days=30)])
def test_nothing_is_handed_over_in_the_future_or_before_it_was_ordered(shop, owner, now, ago):
    with pytest.raises(Invalid) as refused:
        ship_order(to_ship(shop, now).pk, by=owner, now=now, at=now - ago)
    assert refused.value.field == "at"


def test_an_order_that_came_with_a_number_keeps_its_one_parcel(shop, owner, now):
    order = to_ship(shop, now, carrier="圆通速递", tracking_number="YT1234567890123")
    parcel = ship_order(order.pk, by=owner, now=now)
    assert Parcel.objects.get(order=order) == parcel
    assert (parcel.tracking_number, parcel.carrier.code) == ("YT1234567890123", "yto")

"""Parcels of orders that arrive, are revised, and were here before."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from logistics.models import Parcel
from logistics.services.arriving import arrive_parcels
from logistics.services.intercepting import request_interception
from logistics.tests.factories import journey, make_scans, shipped, to_ship
from orders.models import Order
from orders.services import revise_many
from orders.tests.factories import arriving, make_order, make_orders

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"status": "signed"}, "signed"),
        ({"status": "completed"}, "signed"),
        ({"status": "completed", "tracking_number": "", "carrier": ""}, "signed"),
        ({"status": "shipped", "signed_at": None}, "in_transit"),
        ({"status": "shipped", "signed_at": None, "tracking_number": ""}, "label"),
        ({"status": "to_ship", "signed_at": None}, "label"),
        ({"status": "refunded", "refunded_minor": 12500}, "signed"),
        ({"status": "refunded", "refunded_minor": 12500, "signed_at": None}, "returned"),
    ],
)
def test_a_parcel_starts_as_its_order_says(shop, now, said, state):
    order = make_order(shop, now, **said)
    parcel = Parcel.objects.get(order=order)
    assert (parcel.status, parcel.arrival_status, parcel.kind) == (state, state, "first")
    assert parcel.tracking_number == order.tracking_number


@pytest.mark.parametrize("status", ["to_ship", "grouping", "cancelled"])
def test_what_was_never_handed_over_has_no_parcel(shop, now, status):
    paid = 0 if status == "cancelled" else 12500
    to_ship(shop, now, status=status, paid_minor=paid, postage_minor=0, lines=())
    assert not Parcel.objects.exists()


@pytest.mark.parametrize("name", ["中通快递", "中通", "ZTO", "zto express", "zhongtong", " 中 通 快 递 "])
def test_the_carrier_is_found_by_any_of_its_names(shop, now, name):
    assert Parcel.objects.get(order=shipped(shop, now, carrier=name)).carrier.code == "zto"


def test_an_unknown_carrier_is_left_open_and_the_name_stands_on_the_order(shop, now):
    order = shipped(shop, now, carrier="示例快递")
    assert Parcel.objects.get(order=order).carrier is None and order.carrier == "示例快递"


def revised(order, now, **said):
    known = {
        "number": order.number, "placed_at": order.placed_at, "status": order.status, "signed_at": order.signed_at,
        "carrier": order.carrier, "tracking_number": order.tracking_number, "lines": (),
        "physically_shipped_at": order.physically_shipped_at, "tracking_uploaded_at": order.tracking_uploaded_at,
    }  # fmt: skip
    revise_many([arriving(now, **(known | said))], shop=order.shop, by=None, now=now)
    return Parcel.objects.get(order=order)


def test_a_revised_order_brings_the_number_that_was_missing(shop, now):
    order = shipped(shop, now, carrier="", tracking_number="", tracking_uploaded_at=None)
    parcel = revised(order, now, carrier="中通快递", tracking_number="73100000000009", tracking_uploaded_at=now)
    assert (parcel.tracking_number, parcel.carrier.code, parcel.status) == ("73100000000009", "zto", "in_transit")


def test_an_order_revised_to_signed_signs_its_parcel(shop, now):
    order = shipped(shop, now)
    parcel = revised(order, now, status="signed", signed_at=now - timedelta(hours=1))
    assert (parcel.status, parcel.signed_at) == ("signed", now - timedelta(hours=1))


def test_an_order_revised_to_signed_ends_the_interception_that_was_running(shop, owner, now):
    order = shipped(shop, now)
    parcel = Parcel.objects.get(order=order)
    run = request_interception(parcel.pk, reason="wrong_goods", by=owner, now=now, key="k")
    assert revised(order, now, status="signed", signed_at=now).interception_status == "failed"
    run.refresh_from_db()
    assert run.status == "failed"


def test_scans_are_stronger_than_a_revised_order_except_at_the_end(shop, now):
    order = shipped(shop, now)
    parcel = Parcel.objects.get(order=order)
    make_scans(parcel, journey(now - timedelta(days=1), "picked_up", "delivering"))
    parcel = revised(order, now, province="别省")
    assert (parcel.status, parcel.province) == ("in_transit", "别省")
    assert revised(order, now, status="signed", signed_at=now).status == "signed"


def test_the_same_again_changes_nothing(shop, now):
    orders = make_orders(shop, 3, now)
    before = list(Parcel.objects.order_by("pk").values())
    assert arrive_parcels(orders, now=now + timedelta(days=1)) == 0
    assert list(Parcel.objects.order_by("pk").values()) == before


def test_a_chunk_costs_the_same_few_statements_however_many(shop, now, django_assert_max_num_queries):
    orders = make_orders(shop, 40, now, status="shipped", signed_at=None)
    Parcel.objects.all().delete()
    with django_assert_max_num_queries(12):
        assert arrive_parcels(orders, now=now, fresh=True) == 40


def test_the_backfill_makes_what_is_missing_and_nothing_twice(shop, now, capsys):
    make_orders(shop, 5, now)
    to_ship(shop, now)
    Parcel.objects.filter(order__in=Order.objects.order_by("pk")[:3]).delete()
    call_command("make_parcels", chunk=2)
    call_command("make_parcels", chunk=2)
    assert capsys.readouterr().out.split("\n")[:2] == ["3 parcels made", "0 parcels made"]
    assert Parcel.objects.count() == 5


def test_a_parcel_keeps_the_number_that_an_interception_was_asked_for_with(shop, now):
    order = shipped(shop, now)
    parcel = Parcel.objects.get(order=order)
    request_interception(parcel.pk, reason="other", by=None, now=now, key="k")
    order.carrier, order.tracking_number = "圆通速递", "YT1234567890123"
    arrive_parcels([order], now=now)
    again = Parcel.objects.get(order=order)
    assert (again.tracking_number, again.carrier_id) == (parcel.tracking_number, parcel.carrier_id)

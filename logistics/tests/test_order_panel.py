"""Parcels on the order page, and shipping from there."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from foundation.shell.urls_for import shop_url
from logistics.models import Parcel
from logistics.services.shipping import ship_order, upload_tracking
from logistics.states import ParcelKind
from logistics.tests.factories import ZTO_NUMBER, carrier, make_parcel, to_ship
from orders.services import record_contact, refund

pytestmark = pytest.mark.django_db


def page_of(order):
    return shop_url(order.shop, "orders:order", number=order.number)


def ship_url(order):
    return shop_url(order.shop, "logistics:ship-order", number=order.number)


def test_the_order_page_shows_its_parcels(shop, owner, sign_in, now):
    parcel = make_parcel(shop, now, last_scan_at=now, last_scan_text="【示例市】已到达")
    page = sign_in(owner).get(page_of(parcel.order)).content.decode()
    assert f"/shipping/parcels/{parcel.number}/" in page and "【示例市】已到达" in page


def test_the_order_page_still_takes_twelve_statements(shop, owner, sign_in, now):
    parcel = make_parcel(shop, now)
    refund(parcel.order_id, amount_minor=500, cause="goodwill", reason="赔一点", key="k", by=owner, now=now)
    record_contact(parcel.order_id, who="buyer", channel="phone", at=now, said="好", files=[], by=owner, now=now)
    client = sign_in(owner)
    client.get(page_of(parcel.order))
    with CaptureQueriesContext(connection) as asked:
        client.get(page_of(parcel.order))
    assert len(asked) <= 12, "\n".join(query["sql"][:150] for query in asked)


def test_an_order_to_be_shipped_leads_to_the_form_and_back(shop, owner, sign_in_in_english, now):
    order = to_ship(shop, now)
    client = sign_in_in_english(owner)
    assert ship_url(order) in client.get(page_of(order)).content.decode()
    assert "Tracking number" in client.get(ship_url(order)).content.decode()
    answer = client.post(ship_url(order), {"carrier": "zto", "number": ZTO_NUMBER, "next": page_of(order)})
    assert (answer.status_code, answer.url) == (302, page_of(order))
    assert Parcel.objects.get(order=order).tracking_number == ZTO_NUMBER


def test_shipped_offline_without_a_number(shop, owner, sign_in, now):
    order = to_ship(shop, now)
    assert sign_in(owner).post(ship_url(order), {"carrier": "", "number": ""}).status_code == 302
    assert Parcel.objects.get(order=order).number_missing


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"carrier": "", "number": ZTO_NUMBER}, "Choose the carrier"),
        ({"carrier": "zto", "number": "x"}, "6 to 32 letters"),
        ({"carrier": "zto", "number": "YT1234567890123"}, "one of YTO Express"),
        ({"carrier": "nobody", "number": ""}, "marked fields"),
        ({"at": "2300-01-01T00:00"}, "marked fields"),
        ({"at": "2030-01-01T00:00"}, "in the future"),
    ],
)
def test_what_is_wrong_stands_on_the_form_and_what_was_typed_is_kept(shop, owner, sign_in_in_english, now, said, words):
    order = to_ship(shop, now)
    answer = sign_in_in_english(owner).post(ship_url(order), said)
    page = answer.content.decode()
    assert answer.status_code == 422 and words in page and said.get("number", "") in page
    assert not Parcel.objects.exists()


def test_a_shipped_order_says_why_it_is_not_shipped_again(shop, owner, sign_in, now):
    parcel = make_parcel(shop, now)
    client = sign_in(owner)
    assert client.get(ship_url(parcel.order)).status_code == 200
    assert client.post(ship_url(parcel.order), {}).status_code == 409


def test_only_who_may_and_only_ones_own(shop, owner, sign_in, now):
    order = to_ship(shop, now)
    client = sign_in(make_member(shop, "finance"))
    assert client.post(ship_url(order), {}).status_code == 403
    assert "/ship/" not in client.get(page_of(order)).content.decode()
    other = to_ship(make_shop("other"), now)
    assert sign_in(owner).get(f"/s/{shop.code}/shipping/orders/{other.number}/ship/").status_code == 404


def test_shipping_and_the_number_stand_once_in_the_orders_timeline(shop, owner, sign_in_in_english, now):
    order = to_ship(shop, now)
    parcel = ship_order(order.pk, by=owner, now=now)
    upload_tracking(parcel.pk, carrier=carrier(), number=ZTO_NUMBER, by=owner, now=now + timedelta(minutes=1))
    page = sign_in_in_english(owner).get(page_of(order)).content.decode()
    assert page.count("Shipped with") == 1 and "Handed to" not in page
    assert page.count(f"Tracking number {ZTO_NUMBER} (") == 1
    assert Entry.objects.for_subject(parcel).count() == 2, "the parcel's own page still has both"


def test_what_only_a_parcel_says_stays_in_the_orders_timeline(shop, owner, sign_in_in_english, now):
    parcel = make_parcel(shop, now, kind=ParcelKind.RESHIP, tracking_number="", carrier=None)
    upload_tracking(parcel.pk, carrier=carrier(), number="73100000099999", by=owner, now=now)
    assert "Tracking number 73100000099999 (" in sign_in_in_english(owner).get(page_of(parcel.order)).content.decode()

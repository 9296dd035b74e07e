"""One parcel on one page."""

from datetime import timedelta

import pytest

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from logistics.services.shipping import ship_order, upload_tracking
from logistics.tests.factories import ZTO_NUMBER, carrier, journey, make_parcel, make_scans, photo, to_ship

pytestmark = pytest.mark.django_db
OTHER = "73100000000002"


def url(parcel, verb=""):
    return f"/s/{parcel.shop.code}/shipping/parcels/{parcel.number}/{verb}"


def test_the_page_says_where_it_is_whom_to_call_and_what_happened(shop, owner, sign_in_in_english, now):
    parcel = make_parcel(shop, now)
    make_scans(parcel, journey(now - timedelta(days=1), "picked_up", "in_transit"))
    page = sign_in_in_english(owner).get(url(parcel)).content.decode()
    for said in (
        parcel.tracking_number,
        parcel.order.number,
        "ZTO Express",
        "95311",
        "400-000-0000",
        "In transit 1",
        "Picked up 0",
    ):
        assert said in page
    assert page.index("In transit 1") < page.index("Picked up 0")
    assert parcel.order.buyer_phone not in page and parcel.order.address not in page


def test_a_page_full_of_everything_takes_twelve_statements(shop, owner, sign_in, now, django_assert_max_num_queries):
    parcel = make_parcel(shop, now)
    make_parcel(shop, now, order=parcel.order, kind="reship", tracking_number=OTHER)
    make_scans(parcel, journey(now - timedelta(days=1), "picked_up", "in_transit"))
    client = sign_in(owner)
    client.post(url(parcel, "attach/"), {"files": [photo()], "caption": "聊天记录"})
    client.get(url(parcel))
    with django_assert_max_num_queries(12):
        assert client.get(url(parcel)).status_code == 200


def test_another_shops_parcel_is_not_there(shop, owner, sign_in, now):
    parcel = make_parcel(make_shop("other"), now)
    assert sign_in(owner).get(f"/s/{shop.code}/shipping/parcels/{parcel.number}/").status_code == 404


def test_the_number_is_entered_on_the_page(shop, owner, sign_in, now):
    parcel = ship_order(to_ship(shop, now).pk, by=owner, now=now)
    answer = sign_in(owner).post(
        url(parcel, "number/"), {"carrier": "zto", "number": ZTO_NUMBER, "version": parcel.version}
    )
    assert answer.status_code == 302
    parcel.refresh_from_db()
    assert (parcel.tracking_number, parcel.carrier.code) == (ZTO_NUMBER, "zto")


def test_a_strange_number_is_shown_once_with_its_warning_and_saved_the_second_time(
    shop, owner, sign_in_in_english, now
):
    parcel = ship_order(to_ship(shop, now).pk, by=owner, now=now)
    said = {"carrier": "zto", "number": "YT1234567890123", "version": parcel.version}
    client = sign_in_in_english(owner)
    answer = client.post(url(parcel, "number/"), said)
    page = answer.content.decode()
    assert answer.status_code == 422 and "it looks like one of YTO Express" in page and "Save anyway" in page
    assert 'value="zto:YT1234567890123"' in page
    parcel.refresh_from_db()
    assert parcel.number_missing
    assert client.post(url(parcel, "number/"), said | {"warned": "zto:YT1234567890123"}).status_code == 302
    parcel.refresh_from_db()
    assert parcel.tracking_number == "YT1234567890123"


def test_a_scanned_parcels_number_is_corrected_with_a_tick_only(shop, owner, sign_in, now):
    parcel = make_parcel(shop, now, last_scan_at=now)
    said = {"carrier": "zto", "number": OTHER, "version": parcel.version}
    client = sign_in(owner)
    assert client.post(url(parcel, "number/"), said).status_code == 409
    assert client.post(url(parcel, "number/"), said | {"correct": "on"}).status_code == 302


def test_a_page_older_than_a_colleagues_change_answers_409_and_keeps_what_was_typed(shop, owner, sign_in, now):
    parcel = ship_order(to_ship(shop, now).pk, by=owner, now=now)
    upload_tracking(parcel.pk, carrier=carrier(), number=ZTO_NUMBER, by=owner, now=now)
    answer = sign_in(owner).post(url(parcel, "number/"), {"carrier": "zto", "number": OTHER, "version": parcel.version})
    assert answer.status_code == 409 and OTHER in answer.content.decode()


def test_finance_looks_and_changes_nothing(shop, sign_in, now):
    client = sign_in(make_member(shop, "finance"))
    parcel = make_parcel(shop, now)
    assert client.get(url(parcel)).status_code == 200
    assert client.post(url(parcel, "number/"), {}).status_code == 403
    assert client.post(url(parcel, "attach/"), {}).status_code == 403


def test_the_contact_card_holds_the_address_only_when_asked_for_and_says_who_looked(shop, owner, sign_in, now):
    parcel = make_parcel(shop, now)
    answer = sign_in(owner).post(url(parcel, "contact/"), HTTP_HX_REQUEST="true")
    card = answer.content.decode()
    assert parcel.order.address in card and parcel.order.buyer_phone in card and parcel.tracking_number in card
    assert "no-store" in answer["Cache-Control"]
    assert Entry.objects.filter(verb="orders.buyer_revealed", order_id=parcel.order_id).count() == 1


def test_who_may_not_reveal_gets_no_address(shop, sign_in, now):
    parcel = make_parcel(shop, now)
    assert sign_in(make_member(shop, "finance")).post(url(parcel, "contact/")).status_code == 403


def test_a_number_is_looked_at_while_it_is_typed(shop, owner, sign_in, now):
    client = sign_in(owner)
    assert "圆通速递" in client.get(f"/s/{shop.code}/shipping/suggest/?number=YT1234567890123").content.decode()
    for typed in ("", "x", "a\x00b", "9" * 500):
        assert client.get(f"/s/{shop.code}/shipping/suggest/", {"number": typed}).status_code == 200

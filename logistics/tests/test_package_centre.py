"""The package centre 包裹中心: tabs, filters, search, files, batches."""

from datetime import timedelta

import pytest

from foundation.accounts.tests.factories import make_shop
from logistics.batches import VERBS
from logistics.lists import PARCELS
from logistics.services.shipping import ship_order
from logistics.tests.factories import carrier, make_parcel, shipped, to_ship
from orders.services import note_after_sale

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(shop, owner, sign_in, now):
    """A function: query string → the numbers the list shows."""
    client = sign_in(owner)

    def numbers(query=""):
        answer = client.get(f"/s/{shop.code}/shipping/?{query}")
        assert answer.status_code == 200
        return {row.number for row in answer.context["page"].rows}

    return numbers


def test_the_list_takes_seven_statements(shop, owner, sign_in, now, django_assert_max_num_queries):
    for _one in range(3):
        make_parcel(shop, now)
    client = sign_in(owner)
    client.get(f"/s/{shop.code}/shipping/")
    with django_assert_max_num_queries(7):
        client.get(f"/s/{shop.code}/shipping/")
    with django_assert_max_num_queries(7):
        client.get(f"/s/{shop.code}/shipping/?made=3m&carrier=zto&anomaly=any&after_sale=open&province=示例省")


def test_each_tab_has_its_own(shop, owner, now, listed):
    going, lost = make_parcel(shop, now), make_parcel(shop, now, anomaly="lost", anomaly_at=now)
    seen = make_parcel(shop, now, anomaly="stalled", anomaly_at=now, anomaly_seen_at=now)
    offline = ship_order(to_ship(shop, now).pk, by=owner, now=now)
    make_parcel(make_shop("other"), now)
    assert listed() == {one.number for one in (going, lost, seen, offline)}
    assert listed("tab=number_missing") == listed("tab=label") == {offline.number}
    assert listed("tab=anomalies") == {lost.number}
    assert listed("tab=in_transit") == {going.number, lost.number, seen.number}
    assert listed("tab=signed") == set()


def test_the_filters_narrow(shop, now, listed):
    new = make_parcel(shop, now, province="远省")
    old = make_parcel(shop, now, created_at=now - timedelta(days=100), carrier=carrier("sf"))
    odd = make_parcel(shop, now, anomaly="stalled", anomaly_at=now, interception_status="accepted")
    note_after_sale(odd.order_id, state="open", now=now)
    assert listed("made=3m") == {new.number, odd.number}
    assert listed("carrier=sf") == {old.number}
    assert listed("province=远省") == {new.number}
    assert listed("anomaly=any") == listed("anomaly=stalled") == listed("interception=accepted") == {odd.number}
    assert listed("after_sale=open") == {odd.number}
    assert listed("after_sale=none") == {new.number, old.number}
    assert listed("state=in_transit&kind=first") == {new.number, old.number, odd.number}
    assert listed("carrier=nobody&made=never&anomaly=x") == {new.number, old.number, odd.number}


def test_search_finds_by_tracking_number_order_number_and_its_own(shop, now, listed):
    parcel, other = make_parcel(shop, now, tracking_number="YT1234567890123"), make_parcel(shop, now)
    for text in ("YT1234567890123", "yt1234567890123", parcel.order.number, parcel.number.lower()):
        assert listed(f"q={text}") == {parcel.number}
    assert listed(f"q={parcel.number}+{other.tracking_number}") == {parcel.number, other.number}


def test_the_opened_filter_bar_names_the_provinces_and_carriers(shop, owner, sign_in, now):
    make_parcel(shop, now, province="远省")
    page = sign_in(owner).get(f"/s/{shop.code}/shipping/?filters=1").content.decode()
    assert "远省" in page and "中通快递" in page


def test_the_search_box_jumps_to_a_parcel_by_its_own_number_and_to_the_order_by_the_tracking_number(
    shop, owner, sign_in, now
):
    parcel = make_parcel(shop, now)
    reship = make_parcel(shop, now, order=parcel.order, kind="reship", tracking_number="73100000000077")
    client = sign_in(owner)
    assert client.get(f"/s/{shop.code}/search/?q={reship.tracking_number}").url.endswith(f"/parcels/{reship.number}/")
    assert client.get(f"/s/{shop.code}/search/?q={parcel.number}").url.endswith(f"/shipping/parcels/{parcel.number}/")
    assert client.get(f"/s/{shop.code}/search/?q={parcel.tracking_number}").url.endswith(
        f"/orders/{parcel.order.number}/"
    )


def test_a_file_of_the_list_is_written_by_the_database_where_it_can(shop, now):
    shipped(shop, now)
    assert all(len(field.sources) == 1 for column in PARCELS.columns for field in column.fields)


def test_flagging_parcels_flags_their_orders(shop, owner, now):
    parcel = make_parcel(shop, now)
    [flag] = [verb for verb in VERBS if verb.key == "flag"]
    assert flag.apply([parcel.pk], flag="red", by=owner, now=now) == {}
    parcel.order.refresh_from_db()
    assert parcel.order.flag == "red"

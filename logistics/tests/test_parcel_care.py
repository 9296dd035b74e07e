"""What is wrong with a parcel, on its page: disputed, looked at, to be settled or recalled."""

from datetime import timedelta

import pytest

from foundation.accounts.tests.factories import make_member, make_shop
from logistics.services import open_recall
from logistics.states import Anomaly, ParcelState
from logistics.tests.factories import make_parcel

pytestmark = pytest.mark.django_db


def url(parcel, verb=""):
    return f"/s/{parcel.shop.code}/shipping/parcels/{parcel.number}/{verb}"


def test_a_parcel_on_its_way_asks_for_nothing(shop, owner, sign_in, now):
    page = sign_in(owner).get(url(make_parcel(shop, now))).content.decode()
    assert 'id="care"' not in page


def test_the_buyer_says_no_and_somebody_looked(shop, owner, sign_in, now):
    parcel, client = make_parcel(shop, now, status=ParcelState.SIGNED), sign_in(owner)
    assert url(parcel, "dispute/") in client.get(url(parcel)).content.decode()
    assert client.post(url(parcel, "dispute/"), {"version": 0, "note": "没收到"}).status_code == 302
    parcel.refresh_from_db()
    assert parcel.anomaly == Anomaly.DISPUTED
    assert client.post(url(parcel, "set-aside/"), {"version": 0, "note": ""}).status_code == 409
    assert client.post(url(parcel, "set-aside/"), {"version": parcel.version, "note": ""}).status_code == 302
    parcel.refresh_from_db()
    assert parcel.anomaly_seen_at is not None
    assert "没收到" in client.get(url(parcel)).content.decode()


@pytest.mark.parametrize("verb", ["dispute/", "set-aside/"])
def test_who_may_not_and_whose_it_is_not(shop, owner, sign_in, now, verb):
    parcel = make_parcel(shop, now, status=ParcelState.SIGNED, anomaly=Anomaly.NUMBER_REUSED, anomaly_at=now)
    assert sign_in(make_member(shop, "warehouse")).post(url(parcel, verb), {"version": 0}).status_code == 403
    theirs = make_parcel(make_shop("other"), now, status=ParcelState.SIGNED)
    address = url(theirs, verb).replace("/s/other/", f"/s/{shop.code}/")
    assert sign_in(owner).post(address, {"version": 0}).status_code == 404
    assert sign_in(owner).post(url(parcel, verb), {}).status_code == 422


def test_a_lost_parcels_page_leads_to_the_ways_out(shop, owner, sign_in, now):
    parcel = make_parcel(shop, now, anomaly=Anomaly.LOST, anomaly_at=now, last_scan_at=now - timedelta(days=3))
    assert f"/shipping/lost/{parcel.number}/" in sign_in(owner).get(url(parcel)).content.decode()
    page = sign_in(make_member(shop, "warehouse")).get(url(parcel)).content.decode()
    assert f"/shipping/lost/{parcel.number}/" not in page


@pytest.mark.parametrize("kind", ["lost", "unnumbered"])
def test_the_page_stays_within_twelve_statements(shop, owner, sign_in, now, kind, django_assert_max_num_queries):
    said = (
        {"anomaly": Anomaly.LOST, "anomaly_at": now} if kind == "lost" else {"tracking_number": "", "status": "label"}
    )
    parcel = make_parcel(shop, now, **said)
    if kind == "unnumbered":
        open_recall(parcel.pk, by=owner, now=now, key="x")
    client = sign_in(owner)
    client.get(url(parcel))
    with django_assert_max_num_queries(12):
        assert client.get(url(parcel)).status_code == 200

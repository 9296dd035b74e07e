"""Entering and correcting a parcel's tracking number."""

from datetime import timedelta

import pytest

from foundation.audit.models import Entry
from foundation.lifecycle.errors import Blocked, Invalid, Stale
from logistics.models import Parcel
from logistics.services.scanning import take_in
from logistics.services.shipping import ship_order, upload_tracking, warnings
from logistics.states import ParcelKind
from logistics.tests.factories import ZTO_NUMBER, carrier, journey, make_parcel, to_ship

pytestmark = pytest.mark.django_db
OTHER = "73100000000002"


def offline(shop, owner, now):
    return ship_order(to_ship(shop, now).pk, by=owner, now=now)


def test_the_number_stands_on_parcel_and_order_and_nothing_is_missing_any_more(shop, owner, now):
    parcel = offline(shop, owner, now)
    done = upload_tracking(
        parcel.pk, carrier=carrier(), number="73100000000001", by=owner, now=now + timedelta(hours=1)
    )
    parcel.order.refresh_from_db()
    assert (parcel.order.tracking_number, parcel.order.carrier) == (ZTO_NUMBER, "中通快递")
    assert done.numbered_at == parcel.order.tracking_uploaded_at == now + timedelta(hours=1)
    assert not Parcel.objects.number_missing().exists()


def test_the_same_number_again_changes_nothing(shop, owner, now):
    parcel = offline(shop, owner, now)
    first = upload_tracking(parcel.pk, carrier=carrier(), number=ZTO_NUMBER, by=owner, now=now)
    before = Entry.objects.count()
    again = upload_tracking(
        parcel.pk, carrier=carrier(), number=ZTO_NUMBER.lower(), by=owner, now=now + timedelta(hours=2)
    )
    assert (again.version, again.numbered_at, Entry.objects.count()) == (first.version, now, before)


def test_a_scanned_parcel_keeps_its_number_unless_somebody_says_it_was_wrong(shop, owner, now):
    parcel = make_parcel(shop, now, last_scan_at=now)
    with pytest.raises(Blocked):
        upload_tracking(parcel.pk, carrier=carrier(), number=OTHER, by=owner, now=now)
    done = upload_tracking(parcel.pk, carrier=carrier(), number=OTHER, by=owner, now=now, correct=True)
    assert done.tracking_number == OTHER


def test_a_number_under_interception_is_not_changed(shop, owner, now):
    parcel = make_parcel(shop, now, interception_status="accepted")
    with pytest.raises(Blocked):
        upload_tracking(parcel.pk, carrier=carrier(), number=OTHER, by=owner, now=now, correct=True)


def test_a_reship_never_has_the_first_parcels_number(shop, owner, now):
    first = make_parcel(shop, now)
    reship = make_parcel(shop, now, order=first.order, kind=ParcelKind.RESHIP, tracking_number="")
    with pytest.raises(Invalid) as refused:
        upload_tracking(reship.pk, carrier=carrier(), number=first.tracking_number, by=owner, now=now)
    assert refused.value.field == "number"
    upload_tracking(reship.pk, carrier=carrier(), number=OTHER, by=owner, now=now)
    first.order.refresh_from_db()
    assert first.order.tracking_number == first.tracking_number


def test_a_page_made_before_a_colleagues_change_is_refused(shop, owner, now):
    parcel = offline(shop, owner, now)
    upload_tracking(parcel.pk, carrier=carrier(), number=ZTO_NUMBER, by=owner, now=now, version=parcel.version)
    with pytest.raises(Stale):
        upload_tracking(parcel.pk, carrier=carrier(), number=OTHER, by=owner, now=now, version=parcel.version)


def test_an_old_numbers_anomaly_goes_with_it(shop, owner, now):
    parcel = make_parcel(shop, now, anomaly="no_scan", anomaly_at=now)
    assert upload_tracking(parcel.pk, carrier=carrier(), number=OTHER, by=owner, now=now).anomaly == ""


def test_a_strange_number_warns_and_names_the_carrier_it_looks_like(shop, now, in_english):
    assert warnings(shop, carrier("zto"), ZTO_NUMBER) == []
    [said] = warnings(shop, carrier("zto"), "YT1234567890123")
    assert said == "This does not look like a number of ZTO Express; it looks like one of YTO Express."
    assert warnings(shop, carrier("zto"), "ABCDEF") == ["This does not look like a number of ZTO Express."]


def test_a_number_used_elsewhere_warns_and_is_taken(shop, owner, now):
    first = make_parcel(shop, now)
    second = offline(shop, owner, now)
    said = warnings(shop, carrier(), first.tracking_number, parcel=second)
    assert said == [f"This number stands on order {first.order.number} already."]
    upload_tracking(second.pk, carrier=carrier(), number=first.tracking_number, by=owner, now=now)


def test_scans_that_came_before_the_number_move_the_parcel_as_soon_as_it_is_entered(shop, owner, now):
    parcel = offline(shop, owner, now)
    events = journey(now - timedelta(hours=9), "picked_up", "in_transit")
    assert take_in(
        shop_pk=shop.pk, carrier_code="zto", number=ZTO_NUMBER, events=events, source="kuaidi100", now=now
    ).parked
    done = upload_tracking(parcel.pk, carrier=carrier(), number=ZTO_NUMBER, by=owner, now=now)
    assert (done.status, done.scans.count()) == ("in_transit", 2)

"""The watch: what is wrong with parcels is marked once, the worst stands, and moving takes it away."""

from datetime import timedelta

import pytest

from foundation.audit.models import Entry
from foundation.lifecycle.errors import Blocked, Invalid, Stale
from foundation.notifications.models import Notice
from logistics.models import Loss, Parcel
from logistics.services import dispute, refund_requested, set_aside, watch
from logistics.services.scanning import take_in
from logistics.states import Anomaly, ParcelKind, ParcelState, Status, WayOut
from logistics.tests.factories import make_parcel
from logistics.tracking import Event
from orders.states import AfterSaleState, OrderState

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def quiet(shop, now, hours, **said):
    """A parcel whose last scan was so many hours ago."""
    facts = {"last_scan_at": now - hours * HOUR, "arrival_status": ParcelState.LABEL}
    return make_parcel(shop, now, **(facts | said))


def waiting(shop, now, hours, **said):
    """A parcel whose number was entered so many hours ago and which nobody scanned."""
    facts = {"status": ParcelState.LABEL, "numbered_at": now - hours * HOUR, "picked_up_at": None}
    return make_parcel(shop, now, **(facts | said))


def found(parcel):
    parcel.refresh_from_db()
    return parcel.anomaly


@pytest.mark.parametrize(("hours", "anomaly"), [(23, ""), (25, Anomaly.NO_FIRST_SCAN)])
def test_no_first_scan_a_day_after_the_number(shop, now, hours, anomaly):
    parcel = waiting(shop, now, hours)
    watch(now)
    assert found(parcel) == anomaly


@pytest.mark.parametrize(
    ("hours", "anomaly"), [(23, ""), (25, Anomaly.STALLED), (47, Anomaly.STALLED), (49, Anomaly.LOST)]
)
def test_no_movement_is_stalled_after_a_day_and_lost_after_two(shop, now, hours, anomaly):
    parcel = quiet(shop, now, hours)
    watch(now)
    assert found(parcel) == anomaly


@pytest.mark.parametrize(
    "said",
    [
        {"status": ParcelState.IN_LOCKER},  # waits for the buyer
        {"status": ParcelState.SIGNED},
        {"status": ParcelState.RETURNED, "interception_status": Status.RETURNED},
        {"interception_status": Status.SUCCEEDED},  # we asked for it to be stopped
    ],
)
def test_a_parcel_that_is_to_rest_is_not_lost(shop, now, said):
    parcel = quiet(shop, now, 100, **said)
    watch(now)
    assert found(parcel) == ""


@pytest.mark.parametrize("status", [OrderState.CANCELLED, OrderState.REFUNDED])
def test_nobody_waits_for_the_scan_of_an_order_that_is_off(shop, now, status):
    parcel = waiting(shop, now, 30)
    watch(now)
    assert found(parcel) == Anomaly.NO_FIRST_SCAN
    parcel.order.__class__.objects.filter(pk=parcel.order_id).update(status=status)
    watch(now)
    assert found(parcel) == ""


@pytest.mark.parametrize("state", [ParcelState.RETURNING, ParcelState.RETURNED])
def test_coming_back_unasked_is_unexpected(shop, now, state):
    parcel = quiet(shop, now, 1, status=state, returned_at=now if state == ParcelState.RETURNED else None)
    watch(now)
    assert found(parcel) == Anomaly.UNEXPECTED_RETURN


@pytest.mark.parametrize(
    "said",
    [
        {"interception_status": Status.RETURNING},
        {"kind": ParcelKind.RETURN},
        {"arrival_status": ParcelState.RETURNED, "status": ParcelState.RETURNED},
    ],
)
def test_coming_back_as_it_should_is_not(shop, now, said):
    parcel = quiet(shop, now, 1, **({"status": ParcelState.RETURNING} | said))
    watch(now)
    assert found(parcel) == ""


def test_a_return_the_buyer_asked_for_is_expected_and_no_longer_wrong(shop, now):
    parcel = quiet(shop, now, 1, status=ParcelState.RETURNING)
    watch(now)
    assert found(parcel) == Anomaly.UNEXPECTED_RETURN
    refund_requested(parcel.order, kind="return_refund", amount_minor=None, at=now)
    assert parcel.order.__class__.objects.get(pk=parcel.order_id).after_sale_state == AfterSaleState.OPEN
    watch(now)
    assert found(parcel) == ""


def test_a_number_of_another_order_is_marked_on_the_later_parcel_only(shop, now):
    first = make_parcel(shop, now, tracking_number="73109999999999", last_scan_at=now)
    second = waiting(shop, now, 2, tracking_number="73109999999999")
    watch(now)
    assert (found(first), found(second)) == ("", Anomaly.NUMBER_REUSED)
    Parcel.objects.filter(pk=first.pk).update(tracking_number="73109999999998")
    watch(now)
    assert found(second) == ""


def test_twice_changes_nothing(shop, owner, now):
    quiet(shop, now, 50)
    quiet(shop, now, 30)
    waiting(shop, now, 30)
    quiet(shop, now, 1, status=ParcelState.RETURNING)
    first = watch(now)
    assert sum(first.values()) == 4
    before = (Entry.objects.count(), Notice.objects.count(), list(Parcel.objects.order_by("pk").values()))
    assert not any(watch(now).values())
    assert before == (Entry.objects.count(), Notice.objects.count(), list(Parcel.objects.order_by("pk").values()))


def test_leaders_are_told_once_however_many_are_lost(shop, owner, now):
    for _one in range(3):
        quiet(shop, now, 50)
    watch(now)
    watch(now + HOUR)
    notice = Notice.objects.get(kind="logistics.parcels_lost", user=owner)
    assert notice.data["count"] == 3


def test_what_was_set_aside_stays_so_until_something_worse(shop, owner, now):
    parcel = quiet(shop, now, 30)
    watch(now)
    set_aside(parcel.pk, note="The carrier called", by=owner, now=now)
    watch(now + HOUR)
    parcel.refresh_from_db()
    assert (parcel.anomaly, parcel.anomaly_seen_at) == (Anomaly.STALLED, now)
    watch(now + 20 * HOUR)
    parcel.refresh_from_db()
    assert (parcel.anomaly, parcel.anomaly_seen_at) == (Anomaly.LOST, None)


def test_a_worse_one_is_not_taken_back_by_a_lesser(shop, now):
    parcel = quiet(shop, now, 50, status=ParcelState.RETURNING)
    watch(now)
    assert found(parcel) == Anomaly.LOST
    assert not any(watch(now).values())


def test_it_is_over_when_the_parcel_moves(shop, now):
    parcel = quiet(shop, now, 50)
    watch(now)
    take_in(
        shop_pk=shop.pk, carrier_code="zhongtong", number=parcel.tracking_number, source="test", now=now,
        events=[Event(now, ParcelState.IN_TRANSIT, text="Arrived at the depot")],
    )  # fmt: skip
    assert found(parcel) == ""


def test_what_ended_otherwise_is_taken_away_by_the_watch(shop, now):
    parcel = quiet(shop, now, 50)
    watch(now)
    Parcel.objects.filter(pk=parcel.pk).update(status=ParcelState.SIGNED)
    assert watch(now)["over"] == 1
    assert found(parcel) == ""


def test_a_lost_parcel_that_is_settled_stays_what_it_was(shop, owner, now):
    parcel = quiet(shop, now, 50)
    watch(now)
    Loss.objects.create(parcel=parcel, shop=shop, way=WayOut.COMPENSATE, payer="shop", key="x", at=now)
    Parcel.objects.filter(pk=parcel.pk).update(status=ParcelState.SIGNED)
    watch(now)
    assert found(parcel) == Anomaly.LOST


# Signed, buyer says no -------------------------------------------------------------------------------------------------


def test_a_signed_parcel_is_disputed_once(shop, owner, now):
    parcel = make_parcel(shop, now, status=ParcelState.SIGNED)
    dispute(parcel.pk, note="“I never got it”", by=owner, now=now)
    assert found(parcel) == Anomaly.DISPUTED
    before = Entry.objects.count()
    dispute(parcel.pk, note="again", by=owner, now=now)
    watch(now)
    assert (found(parcel), Entry.objects.count()) == (Anomaly.DISPUTED, before)


def test_only_what_is_signed_for_is_disputed(shop, owner, now):
    parcel = make_parcel(shop, now)
    with pytest.raises(Blocked, match="signed for"):
        dispute(parcel.pk, note="", by=owner, now=now)
    assert found(parcel) == ""


def test_an_older_page_and_a_long_note_are_refused(shop, owner, now):
    parcel = make_parcel(shop, now, status=ParcelState.SIGNED)
    with pytest.raises(Stale):
        dispute(parcel.pk, note="", by=owner, now=now, version=parcel.version + 1)
    with pytest.raises(Invalid):
        dispute(parcel.pk, note="x" * 301, by=owner, now=now)
    assert found(parcel) == ""


def test_nothing_is_set_aside_twice_or_where_nothing_is_wrong(shop, owner, now):
    parcel = make_parcel(shop, now, anomaly=Anomaly.STALLED, anomaly_at=now)
    set_aside(parcel.pk, note="", by=owner, now=now)
    for other in (parcel, make_parcel(shop, now)):
        with pytest.raises(Blocked):
            set_aside(other.pk, note="", by=owner, now=now)


def test_a_chunk_leaves_what_chunks_of_one_would(shop, now, monkeypatch):
    monkeypatch.setattr("logistics.services.anomalies.CHUNK", 2)
    parcels = [quiet(shop, now, 50) for _one in range(5)]
    assert watch(now)["lost"] == 5
    assert {found(one) for one in parcels} == {Anomaly.LOST}

"""A tracking number that was wrong: its scans stay as history, and the parcel is where the right number's scans say."""

from datetime import timedelta

import pytest

from logistics.models import Parcel, ParkedPush, Scan
from logistics.services import arriving, parked, scanning
from logistics.services.shipping import upload_tracking
from logistics.states import Anomaly
from logistics.states import ParcelState as P
from logistics.tests.factories import carrier
from logistics.tracking import Event
from logistics.tracks import tracks_of
from orders.models import Order
from orders.services import lock_orders

from . import pushes

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WRONG, RIGHT = "73100000000001", "73100000000002"


@pytest.fixture
def parcel(shop, now):
    return pushes.fresh_parcel(shop, now, tracking_number=WRONG)


def event(at, state, text="示例"):
    return Event(at=at, state=state, text=text, place="浙江", code="")


def take(parcel, number, *events, now):
    return scanning.take_in(
        shop_pk=parcel.shop_id, carrier_code="zto", number=number, events=events, source="kuaidi100", now=now
    )


def correct(parcel, number, owner, now):
    return upload_tracking(parcel.pk, carrier=carrier(), number=number, by=owner, now=now, correct=True)


def facts(parcel):
    row = Parcel.objects.get(pk=parcel.pk)
    return row.status, row.picked_up_at, row.signed_at, row.last_scan_at, row.last_scan_text


def test_after_a_correction_the_old_numbers_scans_move_nothing_and_stay_visible(parcel, owner, now, sign_in_in_english):
    take(parcel, WRONG, event(now - 5 * HOUR, P.PICKED_UP), event(now - 4 * HOUR, P.SIGNED, "已签收"), now=now)
    assert correct(parcel, RIGHT, owner, now).status == P.LABEL
    assert facts(parcel) == (P.LABEL, None, None, None, "")
    assert set(Scan.objects.filter(parcel=parcel).values_list("number", flat=True)) == {WRONG}
    take(parcel, RIGHT, event(now - 3 * HOUR, P.PICKED_UP), event(now - 2 * HOUR, P.IN_TRANSIT, "运输中"), now=now)
    assert facts(parcel) == (P.IN_TRANSIT, now - 3 * HOUR, None, now - 2 * HOUR, "运输中")
    page = sign_in_in_english(owner).get(f"/s/{parcel.shop.code}/shipping/parcels/{parcel.number}/").content.decode()
    assert "已签收" in page and page.count(f"Of the earlier number {WRONG}, which was wrong") == 2
    assert [scan.number for scan in tracks_of(parcel.order_id)[0].scans] == ["", "", WRONG, WRONG]


def test_a_push_of_the_old_number_after_the_correction_waits_for_whoever_has_it(parcel, shop, owner, now):
    take(parcel, WRONG, event(now - 5 * HOUR, P.PICKED_UP), now=now)
    correct(parcel, RIGHT, owner, now)
    before = facts(parcel)
    assert take(parcel, WRONG, event(now - HOUR, P.SIGNED), now=now).parked
    assert parked.apply_late(now) == {"applied": 0}
    assert (facts(parcel), Scan.objects.filter(parcel=parcel).count()) == (before, 1)
    owner_of_it = pushes.fresh_parcel(shop, now, tracking_number="73100000000003")
    upload_tracking(owner_of_it.pk, carrier=carrier(), number=WRONG, by=owner, now=now)
    assert (facts(owner_of_it)[0], facts(parcel)) == (P.SIGNED, before)
    assert not ParkedPush.objects.filter(applied_at=None).exists()


def test_two_parcels_scanned_together_have_their_own_scans_after_a_swap(parcel, owner, now):
    """The same second, the same words: the new number's scan is no replay of the old one's."""
    same = event(now - 5 * HOUR, P.PICKED_UP)
    take(parcel, WRONG, same, now=now)
    correct(parcel, RIGHT, owner, now)
    assert take(parcel, RIGHT, same, now=now).new == 1
    assert take(parcel, RIGHT, same, now=now).new == 0
    assert facts(parcel)[:2] == (P.PICKED_UP, now - 5 * HOUR)


def test_a_correction_that_was_wrong_itself_is_taken_back_with_its_scans(parcel, owner, now):
    first = [event(now - 5 * HOUR, P.PICKED_UP), event(now - 4 * HOUR, P.IN_TRANSIT)]
    take(parcel, WRONG, *first, now=now)
    before = facts(parcel)
    correct(parcel, RIGHT, owner, now)
    take(parcel, RIGHT, event(now - HOUR, P.SIGNED), now=now)
    correct(parcel, WRONG, owner, now)
    assert facts(parcel) == before
    assert take(parcel, WRONG, *first, now=now).new == 0
    assert list(Scan.objects.filter(number=RIGHT).values_list("state", flat=True)) == [P.SIGNED]


def test_what_the_carrier_reported_before_the_correction_is_taken_at_once(parcel, owner, now):
    take(parcel, WRONG, event(now - 5 * HOUR, P.SIGNED), now=now)
    take(parcel, RIGHT, event(now - 3 * HOUR, P.OUT_FOR_DELIVERY), now=now)
    assert correct(parcel, RIGHT, owner, now).status == P.OUT_FOR_DELIVERY


def test_a_code_explained_later_changes_no_parcel_by_its_history(parcel, owner, now):
    take(parcel, WRONG, event(now - 5 * HOUR, P.IN_TRANSIT), now=now)
    correct(parcel, RIGHT, owner, now)
    scanning.recompute(parcel.shop_id, RIGHT, now)
    assert facts(parcel)[0] == P.LABEL


def test_what_the_old_number_worried_about_goes_a_dispute_stays(parcel, owner, now):
    take(parcel, WRONG, event(now - 90 * HOUR, P.IN_TRANSIT), now=now)
    for anomaly, after in ((Anomaly.STALLED, ""), (Anomaly.DISPUTED, Anomaly.DISPUTED)):
        Parcel.objects.filter(pk=parcel.pk).update(anomaly=anomaly, anomaly_at=now)
        number = RIGHT if anomaly == Anomaly.STALLED else WRONG
        assert correct(parcel, number, owner, now).anomaly == after


def test_an_import_that_says_another_number_is_a_correction_too(parcel, now):
    take(parcel, WRONG, event(now - 5 * HOUR, P.EXCEPTION), now=now)
    Order.objects.filter(pk=parcel.order_id).update(tracking_number=RIGHT)
    [order] = lock_orders([parcel.order_id])
    arriving.arrive_parcels([order], now=now)
    assert facts(parcel)[3:] == (None, "")
    assert list(Scan.objects.filter(parcel=parcel).values_list("number", flat=True)) == [WRONG]


def test_what_it_came_in_as_is_what_it_falls_back_to(parcel, owner, now):
    Parcel.objects.filter(pk=parcel.pk).update(status=P.SIGNED, arrival_status=P.SIGNED, signed_at=now - 9 * HOUR)
    take(parcel, WRONG, event(now - 5 * HOUR, P.RETURNED), now=now)
    correct(parcel, RIGHT, owner, now)
    assert facts(parcel)[0] == P.SIGNED and facts(parcel)[2] == now - 9 * HOUR

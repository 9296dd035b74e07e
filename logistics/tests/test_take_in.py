"""Scans are stored once each, and whatever order they come in, the parcel is where all of them say."""

from datetime import timedelta
from itertools import permutations

import pytest

from foundation.audit.models import Entry
from logistics.models import CarrierCode, Parcel, ParkedPush, Scan
from logistics.services import codes, meanings, parked, scanning
from logistics.states import ParcelState as P
from logistics.tracking import Event
from orders.models import Order

from . import pushes

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def parcel(shop, now):
    return pushes.fresh_parcel(shop, now)


def event(at, state, text="", **more):
    return Event(at=at, state=state, text=text or str(state), **more)


def take(parcel, *events, now):
    return scanning.take_in(
        shop_pk=parcel.shop_id,
        carrier_code="zhongtong",
        number=parcel.tracking_number,
        events=events,
        source="kuaidi100",
        now=now,
    )


def facts(parcel):
    row = Parcel.objects.get(pk=parcel.pk)
    return (row.status, row.picked_up_at, row.signed_at, row.returned_at, row.last_scan_at, row.last_scan_text)


SETS = {
    "signed at the end": [P.PICKED_UP, P.IN_TRANSIT, P.OUT_FOR_DELIVERY, P.IN_LOCKER, P.SIGNED],
    "an older scan after sign-off": [P.PICKED_UP, P.IN_TRANSIT, P.SIGNED, P.IN_TRANSIT, P.OUT_FOR_DELIVERY],
    "returned, then noise": [P.PICKED_UP, P.SIGNED, P.RETURNING, P.RETURNED, P.SIGNED],
    "a code nobody knows is the newest": [P.PICKED_UP, P.EXCEPTION, P.IN_TRANSIT, P.REFUSED, ""],
}


@pytest.mark.long
@pytest.mark.parametrize("states", SETS.values(), ids=SETS.keys())
def test_all_120_orders_of_five_scans_give_the_same_parcel(shop, now, states):
    numbers = [f"YT{place:013d}" for place in range(120)]
    moments = [now - (5 - place) * HOUR for place in range(5)]
    moments[3] = moments[2]  # two scans of one moment
    events = [event(at, state, f"{place}") for place, (at, state) in enumerate(zip(moments, states, strict=True))]
    found = set()
    for number, order in zip(numbers, permutations(events), strict=True):
        parcel = pushes.fresh_parcel(shop, now, tracking_number=number)
        for one in order:
            take(parcel, one, now=now)
        found.add(facts(parcel))
        assert Scan.objects.filter(parcel=parcel).count() == 5
    assert len(found) == 1


def test_the_order_is_signed_with_its_first_parcel_when_it_is_known(parcel, now):
    take(parcel, event(now - HOUR, P.SIGNED), now=now)
    order = Order.objects.get(pk=parcel.order_id)
    assert (order.status, order.signed_at) == ("signed", now - HOUR)
    assert Entry.objects.filter(verb="logistics.parcel_moved", subject_id=parcel.pk).count() == 1


def test_a_scan_that_is_known_changes_nothing(parcel, now):
    one = event(now - HOUR, P.IN_TRANSIT)
    assert take(parcel, one, now=now).new == 1
    before = Parcel.objects.filter(pk=parcel.pk).values().get()
    assert take(parcel, one, one, now=now + HOUR).new == 0
    assert Parcel.objects.filter(pk=parcel.pk).values().get() == before


def test_every_parcel_with_the_number_gets_the_scans_and_no_other_shops(parcel, shop, now):
    twin = pushes.fresh_parcel(shop, now, tracking_number=parcel.tracking_number)
    take(parcel, event(now - HOUR, P.PICKED_UP), now=now)
    assert {Parcel.objects.get(pk=one.pk).status for one in (parcel, twin)} == {P.PICKED_UP}


def test_moving_clears_what_the_watch_found(parcel, now):
    Parcel.objects.filter(pk=parcel.pk).update(anomaly="lost", anomaly_at=now)
    take(parcel, event(now - HOUR, P.IN_TRANSIT), now=now)
    assert Parcel.objects.get(pk=parcel.pk).anomaly == ""


def test_what_it_arrived_as_is_not_undone_by_an_older_scan(shop, now):
    parcel = pushes.fresh_parcel(shop, now)
    Parcel.objects.filter(pk=parcel.pk).update(status=P.SIGNED, arrival_status=P.SIGNED, signed_at=now - HOUR)
    take(parcel, event(now - 9 * HOUR, P.IN_TRANSIT), now=now)
    assert facts(parcel)[0::2][:2] == (P.SIGNED, now - HOUR)


def test_a_push_without_codes_says_the_state_of_its_newest_scan_whatever_comes_first(parcel, now):
    old, new = now - 2 * HOUR, now - HOUR
    take(parcel, event(new, P.SIGNED, "b"), event(old, "", "a"), now=now)
    take(parcel, event(old, P.OUT_FOR_DELIVERY, "a"), now=now)
    assert list(Scan.objects.filter(parcel=parcel).order_by("at").values_list("state", flat=True)) == [
        "delivering",
        "signed",
    ]


def test_scans_of_an_unknown_number_wait_for_their_parcel(shop, now):
    parcel = pushes.fresh_parcel(shop, now)
    parcel.tracking_number = "SF0000000000001"
    events = [event(now - 2 * HOUR, P.PICKED_UP), event(now - HOUR, P.IN_TRANSIT)]
    for _again in range(3):
        assert take(parcel, *events, now=now) == (0, None, True)
    assert ParkedPush.objects.count() == 1
    Parcel.objects.filter(pk=parcel.pk).update(tracking_number="SF0000000000001")
    assert parked.apply_for(parcel, now) == 1
    assert (Parcel.objects.get(pk=parcel.pk).status, Scan.objects.count()) == (P.IN_TRANSIT, 2)
    assert (parked.apply_for(parcel, now), parked.apply_late(now)) == (0, {"applied": 0})


def test_what_came_in_the_same_moment_as_its_parcel_is_applied_by_the_clock(shop, now):
    parcel = pushes.fresh_parcel(shop, now)
    parcel.tracking_number = "SF0000000000002"
    take(parcel, event(now - HOUR, P.PICKED_UP), now=now)
    Parcel.objects.filter(pk=parcel.pk).update(tracking_number="SF0000000000002")
    assert parked.apply_late(now) == {"applied": 1}
    assert parked.apply_late(now) == {"applied": 0}
    assert Parcel.objects.get(pk=parcel.pk).status == P.PICKED_UP


def test_a_code_nobody_knows_goes_to_the_list_and_counts_only_new_scans(parcel, now):
    for _again in range(3):
        take(parcel, event(now - HOUR, "", "到了柜子", code="501"), now=now)
    code = CarrierCode.objects.get(source="kuaidi100", code="501")
    assert (code.meaning, code.seen, code.sample, code.first_seen_at) == ("", 1, "到了柜子", now)
    assert Parcel.objects.get(pk=parcel.pk).status == P.LABEL


def test_when_a_code_gets_a_meaning_its_scans_are_read_again(parcel, owner, now):
    take(parcel, event(now - 2 * HOUR, P.PICKED_UP), event(now - HOUR, "", code="501"), now=now)
    code = CarrierCode.objects.get(code="501")
    meanings.give_meaning(code.pk, P.IN_LOCKER, by=owner, now=now)
    assert meanings.read_again(now) == {"read": 1}
    assert Parcel.objects.get(pk=parcel.pk).status == P.IN_LOCKER
    assert list(Scan.objects.filter(code="501").values_list("state", flat=True)) == [P.IN_LOCKER]
    assert meanings.read_again(now) == {"read": 0}
    assert Entry.objects.filter(verb="logistics.code_explained").count() == 1


def test_a_meaning_is_asked_for_until_it_is_given_and_never_again(shop, owner, now, django_assert_num_queries):
    unread = [Event(now - HOUR, "", "到了柜子", code="501")]
    assert codes.read(unread, source="kuaidi100", now=now) == {"501": ""}
    CarrierCode.objects.filter(code="501").update(meaning=P.IN_LOCKER)  # said in another process
    assert codes.read(unread, source="kuaidi100", now=now) == {"501": P.IN_LOCKER}
    with django_assert_num_queries(0):
        assert codes.read(unread, source="kuaidi100", now=now) == {"501": P.IN_LOCKER}


def test_a_waiting_report_is_taken_by_the_callers_parcel_and_by_the_others_with_the_clock(shop, now):
    older, younger = pushes.fresh_parcel(shop, now), pushes.fresh_parcel(shop, now)
    ghost = Parcel(shop_id=shop.pk, tracking_number="SF0000000000003")
    take(ghost, event(now - HOUR, P.PICKED_UP), now=now)
    Parcel.objects.filter(pk__in=[older.pk, younger.pk]).update(tracking_number=ghost.tracking_number)
    younger.refresh_from_db()
    assert parked.apply_for(younger, now) == 1
    assert [Parcel.objects.get(pk=one.pk).status for one in (older, younger)] == [P.LABEL, P.PICKED_UP]
    assert parked.apply_late(now) == {"applied": 1}
    assert [Parcel.objects.get(pk=one.pk).status for one in (older, younger)] == [P.PICKED_UP, P.PICKED_UP]
    assert Scan.objects.count() == 2

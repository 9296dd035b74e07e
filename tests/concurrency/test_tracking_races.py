"""The same report from ten sides at once, reports that contradict each other, a parcel and its first report in one moment.

First with the guard off. PostgreSQL: the order's and parcel's locks. SQLite (a file): the IMMEDIATE transaction.
"""

import threading
import time
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, connections, transaction

from foundation.accounts.tests.factories import make_shop
from foundation.lifecycle import clock
from logistics.models import CarrierCode, Parcel, ParkedPush, Scan
from logistics.services import meanings, parked, scanning, shipping
from logistics.states import ParcelState as P
from logistics.tests import factories, pushes
from logistics.tracking import Event
from orders.models import Order
from orders.services import lock_orders

from .rounds import ROUNDS, broken, refused, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
HOUR = timedelta(hours=1)
SIDES = 10


@pytest.fixture
def shop():
    return make_shop()


@pytest.fixture
def off(monkeypatch):
    """The lock off, and everybody held a moment between looking and writing."""

    def unlocked(shop_pk, number):
        rows = Parcel.objects.filter(shop_id=shop_pk, tracking_number=number).select_related("order")
        found = [(parcel, scanning.scans_of(parcel)) for parcel in rows.order_by("order_id", "pk")]
        time.sleep(0.1)
        return found

    monkeypatch.setattr(scanning, "hold", unlocked)
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")
        monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 1)


def journey(now):
    states = [P.PICKED_UP, P.IN_TRANSIT, P.OUT_FOR_DELIVERY, P.SIGNED]
    return [Event(now - (4 - place) * HOUR, state, f"第{place}条") for place, state in enumerate(states)]


def taking(parcel, events, now):
    return partial(
        scanning.take_in, shop_pk=parcel.shop_id, carrier_code="zhongtong", number=parcel.tracking_number, events=events,
        source="kuaidi100", now=now,
    )  # fmt: skip


def test_without_the_lock_duplicates_collide(shop, off):
    now = clock.now()
    for place in range(5):
        parcel = pushes.fresh_parcel(shop, now, tracking_number=f"YT{place:013d}")
        outcomes = together(*[taking(parcel, journey(now), now)] * 4)
        if broken(outcomes) or sum(one.new for one in outcomes) != 4:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_a_report_from_ten_sides_at_once_is_stored_once(shop):
    now = clock.now()
    for place in range(ROUNDS):
        parcel = pushes.fresh_parcel(shop, now, tracking_number=f"YT{place:013d}")
        outcomes = together(*[taking(parcel, journey(now), now)] * SIDES)
        assert refused(outcomes) == []
        assert sorted(one.new for one in outcomes) == [0] * (SIDES - 1) + [4]
        assert Scan.objects.filter(parcel=parcel).count() == 4
        assert Parcel.objects.get(pk=parcel.pk).status == P.SIGNED
        assert Order.objects.get(pk=parcel.order_id).status == "signed"


def test_scans_one_by_one_from_all_sides_end_where_their_order_says(shop):
    now = clock.now()
    for place in range(ROUNDS):
        parcel = pushes.fresh_parcel(shop, now, tracking_number=f"YT{place:013d}")
        outcomes = together(*[taking(parcel, [event], now) for event in journey(now)])
        row = Parcel.objects.get(pk=parcel.pk)
        assert refused(outcomes) == []
        assert (row.status, row.picked_up_at, row.signed_at) == (P.SIGNED, now - 4 * HOUR, now - HOUR)


def test_a_report_of_an_unknown_number_from_ten_sides_is_parked_once(shop):
    now = clock.now()
    ghost = Parcel(shop_id=shop.pk, tracking_number="")
    for place in range(ROUNDS):
        ghost.tracking_number = f"SF{place:013d}"
        outcomes = together(*[taking(ghost, journey(now), now)] * SIDES)
        assert refused(outcomes) == []
        assert ParkedPush.objects.filter(tracking_number=ghost.tracking_number).count() == 1


def test_a_report_and_its_parcel_in_one_moment_find_each_other(shop):
    now = clock.now()
    for place in range(ROUNDS):
        parcel = pushes.fresh_parcel(shop, now, tracking_number=f"YT{place:013d}")
        ghost = Parcel(shop_id=shop.pk, tracking_number=f"73100{place:09d}")
        outcomes = together(taking(ghost, journey(now), now), entering(parcel, ghost.tracking_number, now))
        assert refused(outcomes) == []
        parked.apply_late(now)
        assert Scan.objects.filter(parcel=parcel).count() == 4
        assert Parcel.objects.get(pk=parcel.pk).status == P.SIGNED
        assert not ParkedPush.objects.filter(applied_at=None).exists()


def test_a_code_explained_while_its_scan_comes_in_is_read_one_way_or_the_other(shop):
    now = clock.now()
    for place in range(ROUNDS):
        code = CarrierCode.objects.create(source="kuaidi100", code=f"x{place}", first_seen_at=now)
        parcel = pushes.fresh_parcel(shop, now, tracking_number=f"YT{place:013d}")
        outcomes = together(
            taking(parcel, [Event(now - HOUR, "", "…", code=code.code)], now), partial(explain, code, now)
        )
        meanings.read_again(now)
        assert refused(outcomes) == []
        assert Parcel.objects.get(pk=parcel.pk).status == P.IN_LOCKER


def explain(code, now):
    meanings.give_meaning(code.pk, P.IN_LOCKER, by=None, now=now)
    meanings.read_again(now)


def test_a_correction_among_reports_of_both_numbers_leaves_what_the_new_one_says(shop):
    now, zto = clock.now(), factories.carrier()
    for place in range(ROUNDS):
        wrong, right = f"73100{place:09d}", f"73200{place:09d}"
        parcel = pushes.fresh_parcel(shop, now, tracking_number=wrong)
        replaced = Parcel(shop_id=shop.pk, tracking_number=right)
        of_right = journey(now)[:2]
        outcomes = together(
            taking(parcel, journey(now), now), taking(replaced, of_right, now),
            partial(shipping.upload_tracking, parcel.pk, carrier=zto, number=right, by=None, now=now, correct=True),
        )  # fmt: skip
        assert refused(outcomes) == []
        parked.apply_late(now)
        row = Parcel.objects.get(pk=parcel.pk)
        assert (row.status, row.signed_at, row.last_scan_at) == (P.IN_TRANSIT, None, now - 3 * HOUR)
        assert Scan.objects.filter(parcel=parcel, number="").count() == 2
        assert Scan.objects.filter(parcel=parcel, number=wrong).count() in (0, 4)  # 0: they came after it


def twins(shop, place, now):
    """Two parcels, the older with a number the younger is about to get, and a report that waits for that number."""
    older, younger = (pushes.fresh_parcel(shop, now, tracking_number=f"YT{side}{place:012d}") for side in (1, 2))
    ghost = Parcel(shop_id=shop.pk, tracking_number=f"73100{place:09d}")
    taking(ghost, journey(now), now)()
    Parcel.objects.filter(pk=older.pk).update(tracking_number=ghost.tracking_number)
    return older, younger, ghost.tracking_number


def entering(parcel, number, now):
    return partial(
        shipping.upload_tracking, parcel.pk, carrier=factories.carrier(), number=number, by=None, now=now, correct=True
    )


def holding(*parcels, once=None):
    """Somebody who does something with all of them: their orders by pk; `once` an event happened."""

    def hold():
        if once is not None:
            assert once.wait(5)
        with transaction.atomic():
            lock_orders([parcel.order_id for parcel in parcels])
            time.sleep(0.02)

    return hold


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_where_waiting_reports_lock_other_orders_two_wait_for_each_other(shop, monkeypatch):
    """The guard off: a report applied to every parcel of its number, whoever's order the caller holds."""
    now, younger_is_held = clock.now(), threading.Event()

    def everywhere(parcels, push, now):
        younger_is_held.set()
        time.sleep(0.3)
        return parked._apply(push, now)

    monkeypatch.setattr(parked, "_apply_to", everywhere)
    older, younger, number = twins(shop, 0, now)
    assert broken(together(entering(younger, number, now), holding(older, younger, once=younger_is_held)))


def test_a_waiting_report_locks_no_order_its_caller_does_not_hold(shop):
    now = clock.now()
    for place in range(ROUNDS):
        older, younger, number = twins(shop, place, now)
        outcomes = together(entering(younger, number, now), holding(older, younger))
        assert refused(outcomes) == []
        parked.apply_late(now)
        found = Parcel.objects.filter(pk__in=[older.pk, younger.pk]).values_list("status", flat=True)
        assert set(found) == {P.SIGNED}
        assert not ParkedPush.objects.filter(applied_at=None).exists()

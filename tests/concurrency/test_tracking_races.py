"""The same report from ten sides at once, reports that contradict each other, a parcel and its first report in one moment.

First with the guard off. PostgreSQL: the order's and parcel's locks. SQLite (a file): the IMMEDIATE transaction.
"""

import time
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, connections

from foundation.accounts.tests.factories import make_shop
from foundation.lifecycle import clock
from logistics.models import CarrierCode, Parcel, ParkedPush, Scan
from logistics.services import meanings, parked, scanning
from logistics.states import ParcelState as P
from logistics.tests import pushes
from logistics.tracking import Event
from orders.models import Order

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
    real = scanning.PARCELS

    class Unlocked:
        def rows(self, shop_pk, number):
            rows = Parcel.objects.filter(shop_id=shop_pk, tracking_number=number).select_related("order")
            found = list(rows.order_by("order_id", "pk"))
            time.sleep(0.1)
            return found

    class Slow:
        def rows(self, pk, scans=scanning.SCANS):
            found = scans.rows(pk)
            time.sleep(0.1)
            return found

    monkeypatch.setattr(scanning, "PARCELS", Unlocked())
    monkeypatch.setattr(scanning, "SCANS", Slow())
    if connection.vendor == "sqlite":
        monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")
        monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 1)
    return real


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
        parcel.tracking_number = f"SF{place:013d}"
        outcomes = together(taking(parcel, journey(now), now), partial(number, parcel, now))
        assert refused(outcomes) == []
        parked.apply_late(now)
        assert Scan.objects.filter(parcel=parcel).count() == 4
        assert Parcel.objects.get(pk=parcel.pk).status == P.SIGNED
        assert not ParkedPush.objects.filter(applied_at=None).exists()


def number(parcel, now):
    """The number is entered."""
    Parcel.objects.filter(pk=parcel.pk).update(tracking_number=parcel.tracking_number)
    parked.apply_for(parcel, now)


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

"""The sandbox carrier: the same route every time, believable, and only where it is switched on."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from logistics import carriers
from logistics.carriers import sandbox
from logistics.carriers.base import Final, Unknown
from logistics.models import Interception, Parcel, Scan, Watch
from logistics.services import sandboxing, watching
from logistics.states import ParcelState as P
from logistics.tracking import state_of

from . import factories, pushes

SINCE = datetime(2026, 11, 1, 10, tzinfo=UTC)
NUMBERS = [f"YT{place:013d}" for place in range(1000)]
HOUR = timedelta(hours=1)


def a_number(becomes):
    return next(number for number in NUMBERS if sandbox.fate(number) == becomes)


def test_a_number_has_one_route():
    for number in NUMBERS[:50]:
        assert sandbox.route(number, SINCE, "浙江省") == sandbox.route(number, SINCE, "浙江省")


def test_routes_are_in_order_and_begin_with_a_pick_up_after_hours():
    for number in NUMBERS:
        scans = sandbox.route(number, SINCE, "新疆")
        assert scans[0].state == P.PICKED_UP
        assert timedelta(hours=2) <= scans[0].at - SINCE <= timedelta(hours=9)
        assert [scan.at for scan in scans] == sorted(scan.at for scan in scans)
        assert len({scan.digest for scan in scans}) == len(scans)


def test_most_arrive_and_a_few_do_not():
    ends = Counter(state_of(sandbox.route(number, SINCE)) for number in NUMBERS)
    assert ends[P.SIGNED] > 900
    assert 5 <= ends[P.RETURNED] <= 60
    assert 5 <= ends[P.IN_TRANSIT] + ends[P.PICKED_UP] <= 60


def test_a_parcel_stopped_on_its_way_comes_back_and_a_delivered_one_does_not():
    number = a_number(sandbox.SIGNED)
    way = sandbox.route(number, SINCE)
    stopped = sandbox.route(number, SINCE, stopped_at=way[2].at)
    assert state_of(stopped) == P.RETURNED and stopped[:3] == way[:3]
    assert sandbox.route(number, SINCE, stopped_at=way[-1].at + HOUR) == way


def test_it_answers_alike_and_now_and_then_refuses_or_is_silent(settings, db):
    hands, said = carriers.adapter("sandbox"), Counter()
    for number in NUMBERS[:400]:
        asked = {"carrier": "zto", "number": number}
        try:
            answer = hands.intercept(**asked, reason="x", key="k", callback="", salt="")
        except (Final, Unknown) as refusal:
            said[type(refusal).__name__] += 1
            continue
        said["taken"] += 1
        assert hands.ask(**asked, reference="", key="k") == answer
        assert hands.call_off(**asked, reference=answer.reference, key="k").code == "called_off"
    assert said["taken"] > 360 and said["Final"] and said["Unknown"]


@pytest.mark.django_db
def test_switched_off_it_answers_nobody(settings):
    settings.SANDBOX_CARRIER = False
    hands = carriers.adapter("sandbox")
    with pytest.raises(Final):
        hands.intercept(carrier="zto", number="1", reason="x", key="k", callback="", salt="")
    with pytest.raises(Final):
        hands.track(carrier="zto", number="1", phone="", now=SINCE)
    assert sandboxing.move_interceptions(SINCE) == {"said": 0}


@pytest.mark.django_db
def test_by_the_clock_a_parcel_goes_its_way_and_each_run_changes_nothing_twice(shop, now):
    number = a_number(sandbox.SIGNED)
    parcel = pushes.fresh_parcel(shop, now, tracking_number=number, numbered_at=now)
    watching.start(parcel, now)
    asked = 0
    while (watch := Watch.objects.get(parcel=parcel)).next_at is not None:
        moment = max(watch.next_at, now)
        watching.poll_due(moment)
        before = list(Scan.objects.values()), Watch.objects.filter(parcel=parcel).values().get()
        watching.poll_due(moment)
        assert (list(Scan.objects.values()), Watch.objects.filter(parcel=parcel).values().get()) == before
        asked += 1
    assert Parcel.objects.get(pk=parcel.pk).status == P.SIGNED
    assert Scan.objects.filter(parcel=parcel).count() == len(sandbox.route(number, now, parcel.province)) == asked - 1


@pytest.mark.django_db
def test_an_accepted_interception_is_seen_through(shop, now):
    number = next(
        number
        for number in NUMBERS
        if sandbox.fate(number) == sandbox.SIGNED and sandbox.progress(number)[-1].verb == "succeed"
    )
    parcel = pushes.fresh_parcel(shop, now, tracking_number=number, numbered_at=now - 12 * HOUR)
    watching.start(parcel, now)
    watching.poll_due(now)
    interception = factories.intercept(Parcel.objects.get(pk=parcel.pk), now)
    factories.say(interception, "accept", now)
    for hours in range(1, 90):
        moment = now + hours * HOUR
        sandboxing.move_interceptions(moment)
        assert sandboxing.move_interceptions(moment) == {"said": 0}
        watching.poll_due(moment)
    row = Interception.objects.get(pk=interception.pk)
    assert (row.status, Parcel.objects.get(pk=parcel.pk).status) == ("returned", P.RETURNED)

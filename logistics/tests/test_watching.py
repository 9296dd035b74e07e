"""Parcels are asked about until they are at their end: with patience, once at a time, and a human hears of what fails."""

from datetime import timedelta

import pytest

from foundation.accounts.models import Shop
from foundation.audit.models import Entry
from foundation.lifecycle.errors import Blocked
from logistics import carriers
from logistics.carriers import http
from logistics.carriers.base import Retryable
from logistics.models import Carrier, Parcel, Scan, Watch
from logistics.services import salts, watching
from logistics.states import ParcelState as P

from . import fake_kuaidi100, pushes

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
QUIET = {"news": 0, "quiet": 0, "over": 0, "failed": 0, "given_up": 0}


@pytest.fixture
def fake(settings, monkeypatch):
    monkeypatch.setattr(http, "SECONDS", 0.5)
    with fake_kuaidi100.running() as server:
        settings.KUAIDI100 = server.settings
        yield server


@pytest.fixture
def parcel(shop, now):
    Carrier.objects.filter(code="zto").update(adapter="kuaidi100")
    return pushes.fresh_parcel(shop, now)


@pytest.fixture
def watch(fake, parcel, now):
    watching.start(parcel, now)
    return Watch.objects.get(parcel=parcel)


def again(watch):
    return Watch.objects.get(pk=watch.pk)


def polled(now, **counts):
    assert watching.poll_due(now) == QUIET | counts


def test_news_is_taken_in_and_the_next_question_comes_soon(fake, watch, now):
    fake.scans[watch.parcel.tracking_number] = pushes.history(now, "1", "0")
    polled(now, news=1)
    assert (Scan.objects.count(), Parcel.objects.get(pk=watch.pk).status) == (2, P.IN_TRANSIT)
    assert (again(watch).next_at, again(watch).claimed_at) == (now + 5 * MINUTE, None)
    polled(now)


def test_the_wait_doubles_from_five_minutes_to_six_hours(fake, watch, now):
    waits = []
    for _question in range(9):
        polled(now, quiet=1)
        waits.append(again(watch).next_at - now)
        now = again(watch).next_at
    assert waits == [5 * MINUTE * 2**place for place in range(7)] + [6 * HOUR] * 2


def test_a_parcel_at_its_end_is_not_asked_about_any_more(fake, watch, now):
    fake.scans[watch.parcel.tracking_number] = pushes.history(now, "1", "3")
    polled(now, over=1)
    assert again(watch).next_at is None


@pytest.mark.parametrize("mode", ["500", "429", "hanging", "closing", "huge"])
def test_a_fault_of_the_other_side_is_tried_again_later(fake, watch, now, mode):
    fake.mode = mode
    polled(now, failed=1)
    row = again(watch)
    assert (row.attempts, row.next_at, row.given_up_at, row.claimed_at) == (1, now + 5 * MINUTE, None, None)
    assert row.error


@pytest.mark.parametrize("mode", ["301", "404"])
def test_a_refusal_is_given_up_and_a_human_may_let_it_go_again(fake, watch, owner, now, mode):
    fake.mode = mode
    polled(now, given_up=1)
    assert (again(watch).next_at, again(watch).given_up_at) == (None, now)
    watching.ask_again(watch.pk, by=owner, now=now)
    assert Entry.objects.filter(verb="logistics.watch_resumed").count() == 1
    with pytest.raises(Blocked):
        watching.ask_again(watch.pk, by=owner, now=now)
    fake.mode = "well"
    polled(now, quiet=1)


def test_after_many_failures_it_is_given_up(fake, watch, now, monkeypatch):
    fake.mode = "429"
    Watch.objects.update(attempts=watching.MOST_ATTEMPTS - 1)
    polled(now, given_up=1)
    assert again(watch).given_up_at == now


def test_a_bug_in_an_adapter_is_a_failed_try_and_others_are_asked(fake, watch, shop, now, monkeypatch):
    other = pushes.fresh_parcel(shop, now)
    watching.start(other, now)
    real = carriers.adapter("kuaidi100").track

    def track(self, *, number, **said):
        if number == watch.parcel.tracking_number:
            raise ZeroDivisionError
        return real(number=number, **said)

    monkeypatch.setattr("logistics.carriers.kuaidi100.Kuaidi100.track", track)
    polled(now, failed=1, quiet=1)


def test_two_workers_ask_once(fake, watch, now):
    assert watching._claim(watch.pk, now) is not None
    assert watching._claim(watch.pk, now) is None
    polled(now)


def test_a_question_whose_asker_died_is_put_back(fake, watch, now):
    Watch.objects.update(claimed_at=now - 11 * MINUTE)
    assert watching.rescue(now) == {"rescued": 1}
    assert watching.rescue(now) == {"rescued": 0}
    polled(now, quiet=1)


def test_what_a_rescue_or_a_new_number_took_away_is_not_written_over(fake, watch, now):
    claimed = watching._claim(watch.pk, now)
    watching.start(watch.parcel, now + HOUR)
    assert watching._ask(claimed, now) == "quiet"
    assert again(watch).next_at == now + HOUR


def test_a_parcel_is_subscribed_once_with_the_shops_own_salt(fake, watch, shop, settings, owner, now):
    settings.PRODUCTION, settings.ALLOWED_HOSTS = True, ["houtai.example"]
    polled(now, quiet=1)
    assert (again(watch).subscribed_at, again(watch).next_at) == (now, now + 6 * HOUR)
    polled(now + 6 * HOUR, quiet=1)
    asked = [fields["param"] for path, fields in fake.asked if path == "/poll"]
    assert len(asked) == 1 and salts.hook_of(shop).salt in asked[0]
    assert f"https://houtai.example/hooks/kuaidi100/{shop.code}/" in asked[0]
    salts.renew(shop, by=owner, now=now + 7 * HOUR)
    polled(now + 7 * HOUR, quiet=1)
    assert len([path for path, _fields in fake.asked if path == "/poll"]) == 2


def test_only_a_parcel_with_a_number_and_somebody_to_ask_is_watched(parcel, now, settings):
    settings.KUAIDI100 = settings.KUAIDI100 | {"key": ""}
    assert watching.start_many([parcel], now) == 0
    settings.KUAIDI100 = settings.KUAIDI100 | {"key": "x"}
    assert watching.start_many([parcel], now) == 1
    Watch.objects.all().delete()
    for column, value in (("tracking_number", ""), ("carrier_id", None), ("status", P.SIGNED)):
        other = Parcel.objects.get(pk=parcel.pk)
        setattr(other, column, value)
        assert watching.start_many([other], now) == 0, column
    assert not Watch.objects.exists()


def test_starting_a_watched_parcel_again_in_a_chunk_leaves_it(fake, watch, now):
    polled(now, quiet=1)
    watching.start_many([watch.parcel], now)
    assert again(watch).next_at == now + 5 * MINUTE


def test_the_sandbox_is_no_carrier_in_production(settings, shop, now):
    settings.SANDBOX_CARRIER = False
    parcel = pushes.fresh_parcel(shop, now)
    assert watching.start_many([parcel], now) == 0
    Watch.objects.filter(parcel=parcel).delete()
    Watch.objects.create(parcel=parcel, adapter="sandbox", next_at=now)
    polled(now, given_up=1)
    assert Scan.objects.count() == 0


def test_a_round_ends_in_time_whatever_carriers_do(fake, watch, shop, now, monkeypatch):
    monkeypatch.setattr(watching, "ROUND_SECONDS", -1.0)
    polled(now)
    assert Shop.objects.count() == 1 and again(watch).next_at == now


def test_waits_are_capped():
    assert watching.back_off(10_000) == 6 * HOUR
    assert issubclass(Retryable, Exception)

"""What an interception costs: booked once on the carrier's word, storage by the day, in the order's story."""

from datetime import timedelta

import pytest

from foundation.audit.models import Entry
from foundation.ledger.models import Transaction
from foundation.ledger.services import order_story, reconcile
from foundation.lifecycle.errors import Blocked
from logistics import services
from logistics.models import Carrier, Interception
from logistics.services.fees import with_late_fee
from logistics.states import Payer

from .factories import intercept, make_parcel, say

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def charged(shop, now, code, **columns):
    one = intercept(make_parcel(shop, now, carrier=Carrier.objects.get(code=code)), now)
    Interception.objects.filter(pk=one.pk).update(**columns)
    return Interception.objects.get(pk=one.pk)


def booked():
    rows = Transaction.objects.filter(movement__startswith="interception").order_by("pk")
    return [(row.movement, row.total_minor) for row in rows]


@pytest.mark.parametrize(("code", "verb", "fee"), [("zto", "succeed", 400), ("sf", "accept", 1200)])
def test_the_fee_is_booked_by_the_carriers_word_and_once(shop, now, code, verb, fee):
    one = charged(shop, now, code)
    words = ["accept", "begin", "succeed", "turn_back", "come_back"]
    for word in words:
        say(one, word, now)
        say(one, word, now)
        due = words.index(word) >= words.index(verb)
        assert booked() == ([("interception_fee", fee)] if due else [])
    assert Transaction.objects.get(movement="interception_fee").idempotency_key == f"interception:{one.pk}:fee"
    story = [row for row in order_story(one.order_id) if row.movement == "interception_fee"]
    assert [(row.label, row.amount_minor, row.subject_id) for row in story] == [("Interception fee", -fee, one.pk)]
    assert reconcile(now=now).findings == []


@pytest.mark.parametrize("verb", ["refuse", "fail"])
def test_what_the_carrier_did_not_do_costs_nothing(shop, now, verb):
    say(charged(shop, now, "zto"), verb, now)
    assert booked() == []


@pytest.mark.parametrize(
    ("payer", "movements", "shop_pays"),
    [
        (Payer.SHOP, ["interception_fee", "interception_storage"], -500),
        (Payer.BUYER, ["interception_fee_buyer", "interception_storage_buyer"], 0),
        (Payer.PLATFORM, ["interception_fee_platform", "interception_storage_platform"], 0),
        (Payer.CARRIER, [], 0),
    ],
)
def test_whoever_is_recorded_pays(shop, now, payer, movements, shop_pays):
    one = charged(shop, now, "zto", payer=payer)
    say(one, "succeed", now)
    services.book_storage_due(now + 3 * DAY + timedelta(hours=1))
    assert [movement for movement, _amount in booked()] == movements
    story = [row for row in order_story(one.order_id) if row.movement.startswith("interception")]
    assert sum(row.amount_minor for row in story) == shop_pays
    assert reconcile(now=now).findings == []


@pytest.mark.parametrize(
    ("after", "days"),
    [(2 * DAY, 0), (3 * DAY, 0), (3 * DAY + timedelta(seconds=1), 1), (4 * DAY, 1), (5 * DAY, 2), (90 * DAY, 30)],
)
def test_each_begun_day_after_the_free_ones_is_stored_up_to_the_most(shop, now, after, days):
    one = charged(shop, now, "zto")
    say(one, "succeed", now)
    assert services.cost_so_far(Interception.objects.get(), now + after).storage_minor == days * 100
    assert services.book_storage_due(now + after) == {"stored": days}
    assert services.book_storage_due(now + after) == {"stored": 0}
    keys = Transaction.objects.filter(movement="interception_storage").order_by("pk")
    assert [row.idempotency_key for row in keys] == [f"interception:{one.pk}:storage:{day}" for day in range(1, days + 1)]
    assert services.cost_so_far(Interception.objects.get(), now + after).total_minor == 400 + days * 100


def test_the_return_books_the_days_up_to_it(shop, now):
    one = charged(shop, now, "zto")
    say(one, "succeed", now)
    say(one, "come_back", now + 5 * DAY)
    assert booked() == [("interception_fee", 400)] + [("interception_storage", 100)] * 2
    assert services.book_storage_due(now + 30 * DAY) == {"stored": 0}


def test_days_booked_after_a_return_that_was_told_late_are_given_back(shop, now):
    one = charged(shop, now, "zto")
    say(one, "succeed", now)
    services.book_storage_due(now + 8 * DAY)
    say(one, "come_back", now + 8 * DAY, at=now + 4 * DAY)
    assert booked()[-1] == ("interception_storage_back", 400)
    one.refresh_from_db()
    assert one.storage_days == 1
    story = [row for row in order_story(one.order_id) if row.movement.startswith("interception")]
    assert sum(row.amount_minor for row in story) == -500
    assert reconcile(now=now).findings == []


def test_the_fee_of_an_interception_after_the_cancel_is_booked_by_a_human_once(shop, now):
    one = charged(shop, now, "zto")
    services.cancel_many([one.pk], reason="mistake", note="", by=None, now=now, payer=Payer.BUYER)
    with pytest.raises(Blocked):
        services.book_late_fee(one.pk, by=None, now=now)
    say(one, "succeed", now)
    assert booked() == []
    services.book_late_fee(one.pk, by=None, now=now)
    assert booked() == [("interception_fee_buyer", 400)]
    with pytest.raises(Blocked):
        services.book_late_fee(one.pk, by=None, now=now)


@pytest.mark.parametrize(
    ("code", "word", "fee"),
    [
        ("sf", "accept", 1200), ("sf", "begin", 1200), ("sf", "succeed", 1200), ("sf", "come_back", 1200),
        ("zto", "accept", None), ("zto", "begin", None), ("zto", "turn_back", 400), ("zto", "come_back", 400),
        ("sf", "refuse", None), ("zto", "fail", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("ended", ["cancel", "refuse", "fail"])
def test_a_word_after_the_end_makes_due_what_the_fee_row_says(shop, now, code, word, fee, ended):
    one = charged(shop, now, code)
    if ended == "cancel":
        services.cancel_many([one.pk], reason="mistake", note="", by=None, now=now)
    else:
        say(one, ended, now)
    say(one, word, now, text="too late")
    assert booked() == [], "a human looks at it first"
    listed = list(with_late_fee(Interception.objects.all()))
    if fee is None:
        with pytest.raises(Blocked):
            services.book_late_fee(one.pk, by=None, now=now)
    else:
        services.book_late_fee(one.pk, by=None, now=now)
    assert listed == ([] if fee is None else [one])
    assert booked() == ([] if fee is None else [("interception_fee", fee)])
    assert not with_late_fee(Interception.objects.all()).exists()


def test_a_late_fee_the_carrier_is_responsible_for_is_nobodys(shop, now):
    one = charged(shop, now, "sf")
    services.cancel_many([one.pk], reason="mistake", note="", by=None, now=now, payer=Payer.CARRIER)
    say(one, "accept", now)
    with pytest.raises(Blocked):
        services.book_late_fee(one.pk, by=None, now=now)
    one.refresh_from_db()
    assert one.fee_at is None and booked() == []


def test_who_was_charged_before_and_who_is_now_stand_on_the_record(shop, now):
    one = charged(shop, now, "sf")
    say(one, "accept", now)
    services.cancel_many([one.pk], reason="mistake", note="", by=None, now=now, payer=Payer.BUYER)
    data = Entry.objects.get(verb="logistics.interception_given_back").data
    assert (data["payer"], data["payer_was"], data["amount_minor"]) == ("buyer", "shop", 1200)


def test_the_monthly_statement_is_what_was_booked(shop, now):
    one = charged(shop, now, "sf")
    say(one, "accept", now)
    services.cancel_many([one.pk], reason="mistake", note="", by=None, now=now, payer=Payer.PLATFORM)
    lines = services.monthly(shop, now)
    assert [(line.total_minor, line.amount_minor, line.payer, line.interception) for line in lines] == [
        (1200, 1200, "shop", one), (1200, -1200, "platform", one)
    ]  # fmt: skip
    assert services.monthly(shop, now - 40 * DAY) == []


def test_a_word_dated_before_the_request_costs_no_storage_of_days_before_it(shop, now):
    one = charged(shop, now, "zto")
    say(one, "succeed", now, at=now - 60 * DAY)
    services.book_storage_due(now)
    one.refresh_from_db()
    assert (one.succeeded_at, one.storage_days, booked()) == (now, 0, [("interception_fee", 400)])

"""The quota's page and its forecast."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from deposits.forecast import forecast
from deposits.services import quota
from deposits.services.quota import Spend
from foundation.accounts.tests.factories import make_member
from foundation.ledger.services import Posting, balances, post
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import day_start, shanghai_day
from foundation.shell.urls_for import shop_url

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sign_in_in_english, owner):
    return sign_in_in_english(owner)


@pytest.fixture
def noon(now):
    """Twelve o'clock in Shanghai; the page's clock stands there too."""
    at = day_start(shanghai_day(now)) + timedelta(hours=12)
    with clock.fixed(at):
        yield at


def spend(shop, amount, at):
    with transaction.atomic():
        quota.spend_many([Spend(shop.pk, str(uuid4()), amount)], by=None, now=at)


def outlook(shop, at):
    return forecast(shop.pk, quota.state(shop.pk, at), at)


def test_two_refunds_are_no_pace(shop, noon):
    for minutes in (10, 20):
        spend(shop, 10_000, noon - timedelta(minutes=minutes))
    assert not outlook(shop, noon).known


def test_the_pace_of_the_last_four_hours_says_when_it_ends(shop, noon):
    for hours in (3, 2, 1):
        spend(shop, 40_000, noon - timedelta(hours=hours))
    found = outlook(shop, noon)  # ¥300 an hour; ¥800 left
    assert found.pace_minor == 30_000
    assert found.ends_at == noon + timedelta(hours=2, minutes=40)
    assert found.freeze_minor == 30_000 * 12 - 80_000
    assert "14:40" in found.sentence


def test_freezing_what_it_says_lasts_till_midnight(shop, noon):
    post(Posting("topup:f", "topup", shop.pk, 1_000_000), by=None, now=noon)
    for hours in (3, 2, 1):
        spend(shop, 33_333, noon - timedelta(hours=hours))
    asked = outlook(shop, noon).freeze_minor
    assert asked
    quota.freeze(shop.pk, amount_minor=asked, key="f", by=None, now=noon)
    assert outlook(shop, noon).ends_at is None


def test_yesterday_has_no_part_in_it(shop, noon):
    midnight = day_start(shanghai_day(noon))
    for minutes in (1, 2, 3):
        spend(shop, 60_000, midnight - timedelta(minutes=minutes))
    found = outlook(shop, midnight + timedelta(minutes=10))
    assert not found.known
    assert [row.amount_minor for row in found.hours] == [0]


def test_hours_add_up(shop, noon):
    for hours in (11, 3, 3, 1):
        spend(shop, 1_000, noon - timedelta(hours=hours))
    rows = outlook(shop, noon).hours
    assert [(row.hour, row.count) for row in rows if row.count] == [(1, 1), (9, 2), (11, 1)]
    assert rows[-1].so_far_minor == 4_000


def test_the_page_freezes_once_and_says_so(client, shop, noon):
    post(Posting("topup:p", "topup", shop.pk, 100_000), by=None, now=noon)
    form = {"amount": "300", "request_key": str(uuid4())}
    for _twice in range(2):
        answer = client.post(shop_url(shop, "deposits:freeze"), form, follow=True)
        assert "today&#x27;s quota is ¥2,300.00 now" in answer.text
    assert balances(shop)["temporary"] == 30_000


def test_a_refused_form_keeps_what_was_typed(client, shop, noon):
    answer = client.post(shop_url(shop, "deposits:freeze"), {"amount": "999", "request_key": str(uuid4())})
    assert answer.status_code == 409
    assert 'value="999.00"' in answer.text or 'value="999"' in answer.text
    wrong = client.post(shop_url(shop, "deposits:unfreeze"), {"amount": "viele", "request_key": str(uuid4())})
    assert wrong.status_code == 422
    assert "viele" in wrong.text


def test_who_may_look_but_not_freeze(sign_in, shop, noon):
    leader = make_member(shop, "administrator")
    seen = sign_in(leader).get(shop_url(shop, "deposits:quota"))
    assert seen.status_code == 200
    assert shop_url(shop, "deposits:freeze") not in seen.text
    assert sign_in(leader).post(shop_url(shop, "deposits:freeze")).status_code == 403

"""The deposit account: what must be on it, paying in, and being short of it (rules §7.1)."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from deposits.balance import SPANS, balance_days, chart
from deposits.models import Category, DepositAccount, DepositPolicy, Level
from deposits.services import accounts
from deposits.tests.refunds import deposit_reviewer, seize
from foundation.accounts.models import Restriction, RestrictionReason
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from foundation.ledger.services import KeyReused, Posting, balances, post, post_many
from foundation.lifecycle.deadlines import shanghai_day
from foundation.lifecycle.errors import Forbidden, InsufficientFunds, Invalid
from foundation.notifications.models import Notice
from foundation.shell.urls_for import shop_url

pytestmark = pytest.mark.django_db
REQUIRED = 200_000  # an individual shop of general goods


def top_up(shop, amount, now, key="t"):
    return post(Posting(f"topup:{shop.pk}:{key}", "topup", shop.pk, amount), by=None, now=now)


def short(shop):
    return Restriction.objects.filter(shop=shop, reason=RestrictionReason.SHORT_DEPOSIT, lifted_at=None).exists()


def asked(shop, now):
    accounts.set_required([shop.pk], by=None, now=now)
    return shop


class TestRequired:
    def test_the_rule_of_kind_and_category_is_written_to_the_books(self, shop, now):
        asked(shop, now)
        assert accounts.summary(shop).required_minor == REQUIRED
        assert accounts.summary(shop).short_minor == REQUIRED
        assert short(shop)

    def test_a_category_without_a_rule_asks_what_general_goods_ask(self, shop, now):
        with transaction.atomic():
            accounts.hold([shop.pk])
        DepositAccount.objects.filter(shop=shop).update(category=Category.BAGS)
        assert accounts.summary(asked(shop, now)).required_minor == REQUIRED

    def test_the_job_finds_new_shops_and_changed_rules_and_nothing_the_second_time(self, shop, now):
        assert accounts.set_required_due(now) == {"set": 1}
        assert accounts.set_required_due(now) == {"set": 0}
        DepositPolicy.objects.create(
            kind=shop.kind, category=Category.GENERAL, required_minor=50, effective_from=now + timedelta(hours=1),
            name_zh="试", name_en="trial",
        )  # fmt: skip
        assert accounts.set_required_due(now) == {"set": 0}
        assert accounts.set_required_due(now + timedelta(hours=1)) == {"set": 1}
        assert accounts.summary(shop).required_minor == 50


class TestShort:
    def test_a_top_up_that_fills_it_lifts_the_restriction_in_its_own_transaction(self, shop, now):
        asked(shop, now)
        top_up(shop, REQUIRED - 1, now)
        assert short(shop)
        with pytest.raises(RuntimeError), transaction.atomic():
            top_up(shop, 1, now, "rolled back")
            assert not short(shop)
            raise RuntimeError
        assert short(shop)
        top_up(shop, 1, now, "last")
        assert not short(shop)

    def test_a_draw_that_eats_the_deposit_opens_it_and_says_so(self, shop, owner, now):
        top_up(asked(shop, now), REQUIRED, now)
        Notice.objects.all().delete()
        seize(shop, 1, now, "eats")
        assert short(shop)
        assert [notice.kind for notice in Notice.objects.filter(user=owner)] == ["deposits.short"]

    def test_what_is_held_for_a_refund_still_counts(self, shop, now):
        top_up(asked(shop, now), REQUIRED, now)
        post(Posting("h", "deposit_held", shop.pk, 500), by=None, now=now)
        assert not short(shop)
        post(Posting("c", "deposit_claimed", shop.pk, 500), by=None, now=now)
        assert short(shop)

    def test_a_shop_without_a_required_deposit_is_never_short(self, shop, now):
        top_up(shop, 100, now)
        seize(shop, 500, now, "more")
        assert not short(shop)

    def test_a_chunk_of_many_shops_asks_twice_more_than_one_without_deposits(self, now):
        shops = [make_shop(f"many{number}") for number in range(6)]
        asked_of, others = shops[:3], shops[3:]
        accounts.set_required([shop.pk for shop in asked_of], by=None, now=now)
        for shop in shops:
            top_up(shop, 10, now)

        def statements(some, key):
            with CaptureQueriesContext(connection) as seen:
                post_many([Posting(f"{key}:{shop.pk}", "topup", shop.pk, 10) for shop in some], by=None, now=now)
            return len(seen)

        assert statements(asked_of, "asked") == statements(others, "free") + 2


class TestPayIn:
    def test_it_moves_settlement_once_per_key_and_lifts(self, shop, owner, now):
        top_up(shop, REQUIRED + 300, now)
        asked(shop, now)
        assert short(shop)
        for _twice in range(2):
            accounts.pay_in(shop.pk, amount_minor=REQUIRED, key="k", by=owner, now=now)
        assert balances(shop)["deposit"] == REQUIRED and balances(shop)["settlement"] == 300
        assert not short(shop)
        assert Entry.objects.filter(verb="deposits.paid_in").count() == 1
        with pytest.raises(KeyReused):
            accounts.pay_in(shop.pk, amount_minor=1, key="k", by=owner, now=now)

    def test_never_more_than_settlement_holds_and_never_nothing(self, shop, owner, now):
        top_up(shop, 300, now)
        with pytest.raises(InsufficientFunds) as refusal:
            accounts.pay_in(shop.pk, amount_minor=301, key="k", by=owner, now=now)
        assert refusal.value.field == "amount"
        with pytest.raises(Invalid):
            accounts.pay_in(shop.pk, amount_minor=0, key="k", by=owner, now=now)
        assert balances(shop)["settlement"] == 300


class TestChange:
    def test_another_category_asks_another_deposit_at_once(self, shop, now):
        asked(shop, now)
        row = DepositAccount.objects.get(shop=shop)
        reviewer = deposit_reviewer("one")
        accounts.change_account(row.pk, category=Category.FOOD, level=Level.GOLD, by=reviewer, now=now)
        row.refresh_from_db()
        assert (row.category, row.level, row.version) == (Category.FOOD, Level.GOLD, 1)
        assert accounts.summary(shop).required_minor == 300_000
        accounts.change_account(row.pk, category=Category.FOOD, level=Level.GOLD, by=reviewer, now=now)
        assert Entry.objects.filter(verb="deposits.account_changed").count() == 1

    def test_not_by_somebody_of_the_shop(self, shop, now):
        asked(shop, now)
        row = DepositAccount.objects.get(shop=shop)
        with pytest.raises(Forbidden):
            accounts.change_account(row.pk, category=Category.FOOD, level=Level.GOLD, by=make_member(shop, "finance"), now=now)


class TestPage:
    def test_it_says_what_is_missing_and_what_lifts_it(self, sign_in_in_english, owner, shop, now):
        top_up(shop, REQUIRED + 5_000, now)
        asked(shop, now)
        client, url = sign_in_in_english(owner), shop_url(shop, "deposits:account")
        page = client.get(url).content.decode()
        assert f'data-short="{REQUIRED}"' in page and 'data-restriction="short_deposit"' in page
        assert "what is missing is paid in" in page
        form = {"amount": "2000.00", "again": "200.00", "request_key": uuid.uuid4()}
        refused = client.post(shop_url(shop, "deposits:pay-in"), form)
        assert refused.status_code == 422 and "not the same" in refused.content.decode()
        for _twice in range(2):
            done = client.post(shop_url(shop, "deposits:pay-in"), {**form, "again": "2000.00"})
            assert done.status_code == 302
        page = client.get(url).content.decode()
        assert f'data-balance="{REQUIRED}"' in page and "data-restriction" not in page

    def test_the_days_end_with_the_balance_of_the_books(self, shop, now):
        top_up(asked(shop, now), 700, now - timedelta(days=40), "old")
        top_up(shop, 200, now - timedelta(days=3), "new")
        found = balance_days(shop, now)
        assert len(found) == 30 and found[0].balance_minor == 700 and found[-1].balance_minor == 900
        assert [one.change_minor for one in found if one.change_minor] == [200]
        assert found[-4].change_minor == 200
        assert chart(found).highest == "¥9.00"


    def test_weeks_end_with_the_balance_of_their_last_day(self, sign_in_in_english, owner, shop, now):
        for days, minor in ((400, 700), (13, 200), (8, 50), (6, 30), (0, 20)):
            top_up(asked(shop, now), minor, now - timedelta(days=days), str(days))
        found = balance_days(shop, now, SPANS["weeks"])
        assert [one.balance_minor for one in found] == [700] * 50 + [950, 1_000]
        assert [one.change_minor for one in found[-3:]] == [0, 250, 50]
        assert [one.day for one in found[-2:]] == [shanghai_day(now) - timedelta(days=7), shanghai_day(now)]
        page = sign_in_in_english(owner).get(shop_url(shop, "deposits:account"), {"balance": "weeks"}).content.decode()
        assert "Deposit at the end of each week" in page and "?balance=days" in page

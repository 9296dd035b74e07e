"""Reviewers of deposits change a shop's category, record violations and reverse them (rules §7.1, §7.2)."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from deposits.models import Category, DepositAccount, Level, Violation, ViolationPolicy
from deposits.services import accounts
from deposits.services.violations import NewViolation, record_violations
from deposits.tests.refunds import deposit_reviewer
from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import make_shop
from foundation.ledger.services import Posting, balances, post

pytestmark = pytest.mark.django_db
ADD = "admin:deposits_violation_add"


@pytest.fixture
def reviewer():
    return deposit_reviewer("desk")


def form(shop, now, **said):
    day, time = now.strftime("%Y-%m-%d"), "00:00:00"
    values = {
        "shop": shop.pk, "kind": "misleading", "at_0": day, "at_1": time, "case_number": "", "note": "The page lies.",
        "request_key": uuid.uuid4(),
    }  # fmt: skip
    return {**values, **said}


def works_for(user, shop, now):
    Membership.objects.create(shop=shop, user=user, role="service", joined_at=now, ended_at=now)


def test_one_is_recorded_once_per_form(sign_in_in_english, reviewer, shop, now):
    post(Posting("t", "topup", shop.pk, 10_000), by=None, now=now)
    client, said = sign_in_in_english(reviewer), form(shop, now)
    assert client.get(reverse(ADD)).status_code == 200
    for _twice in range(2):
        answer = client.post(reverse(ADD), said)
        assert answer.status_code == 302, answer.context["adminform"].form.errors
    found = Violation.objects.get()
    assert (found.kind, found.deducted_minor, found.by, found.note) == ("misleading", 5_000, reviewer, "The page lies.")
    assert balances(shop)["settlement"] == 5_000


def test_not_for_a_shop_one_worked_for_nor_of_a_kind_of_the_house(sign_in_in_english, reviewer, shop, now):
    client = sign_in_in_english(reviewer)
    assert client.post(reverse(ADD), form(shop, now, kind="forfeited")).status_code == 200
    works_for(reviewer, shop, now)
    answer = client.post(reverse(ADD), form(shop, now))
    assert answer.status_code == 200 and "Leave it to a colleague" in answer.content.decode()
    assert not Violation.objects.exists()


def test_what_no_rule_forbade_at_its_time_is_not_recorded(sign_in_in_english, reviewer, shop, now):
    ViolationPolicy.objects.create(
        kind="spam", severity="minor", by_reviewers=True, effective_from=now - timedelta(hours=48), name_zh="试", name_en="trial",
    )  # fmt: skip
    client = sign_in_in_english(reviewer)
    answer = client.post(reverse(ADD), form(shop, now - timedelta(days=5), kind="spam"))
    assert answer.status_code == 200 and "No rule made this a violation at that time." in answer.content.decode()
    assert client.post(reverse(ADD), form(shop, now, kind="spam")).status_code == 302
    assert Violation.objects.get().kind == "spam"


def test_an_upheld_appeal_reverses_it(sign_in_in_english, reviewer, shop, now):
    post(Posting("t", "topup", shop.pk, 10_000), by=None, now=now)
    [found] = record_violations([NewViolation(shop.pk, "misleading", "v", now)], by=None, now=now)
    client, page = sign_in_in_english(reviewer), reverse("admin:deposits_violation_change", args=[found.pk])
    assert 'name="why"' in client.get(page).content.decode()
    assert client.post(page, {"why": "The page was right."}).status_code == 302
    found.refresh_from_db()
    assert (found.status, found.reverse_note, found.reversed_by) == ("reversed", "The page was right.", reviewer)
    assert balances(shop)["settlement"] == 10_000
    assert 'name="why"' not in client.get(page).content.decode()
    assert client.post(page, {"why": "Again."}).status_code == 403


def test_not_of_a_shop_one_worked_for(sign_in_in_english, reviewer, shop, now):
    [found] = record_violations([NewViolation(shop.pk, "misleading", "v", now)], by=None, now=now)
    works_for(reviewer, shop, now)
    page = reverse("admin:deposits_violation_change", args=[found.pk])
    assert sign_in_in_english(reviewer).post(page, {"why": "Mine."}).status_code == 403
    found.refresh_from_db()
    assert found.status == "standing"


def test_another_category_asks_another_deposit(sign_in_in_english, reviewer, now):
    for name, worked in (("far", False), ("near", True)):
        shop = make_shop(name)
        accounts.set_required([shop.pk], by=None, now=now)
        if worked:
            works_for(reviewer, shop, now)
        row = DepositAccount.objects.get(shop=shop)
        page = reverse("admin:deposits_depositaccount_change", args=[row.pk])
        answer = sign_in_in_english(reviewer).post(page, {"category": Category.FOOD, "level": Level.BASIC})
        assert answer.status_code == (403 if worked else 302)
        assert accounts.summary(shop).required_minor == (200_000 if worked else 300_000)

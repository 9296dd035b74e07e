"""The demo's shops with a story about their deposit: each stands where it is told to stand, and its books hold."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from config.demo import deposits, people
from deposits.eligibility import FAIL, look
from deposits.eta import progress
from deposits.models import RefundApplication, Violation
from deposits.services import applications, payouts
from deposits.services.accounts import summary
from deposits.states import Severity, Status
from foundation.accounts import access
from foundation.accounts.models import Membership, RestrictionReason, Shop, User
from foundation.accounts.services import restrictions_of
from foundation.catalog.models import ListingDay
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import shanghai_day
from foundation.lifecycle.invariants import INVARIANTS
from foundation.notifications.models import Notice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.HOUTAI_VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def then(now: datetime) -> datetime:
    """The moment the demo was made."""
    with clock.fixed(now):
        call_command("seed_demo", orders=0, shops=1, stdout=StringIO())
    return now


def newest(code: str) -> RefundApplication:
    rows = RefundApplication.objects.select_related("shop", "policy")
    return rows.filter(shop__code=code).latest("applied_at")


def broken() -> list[str]:
    return [f"{one.code}: {text}" for one in INVARIANTS for text in one.check()]


def test_each_shop_stands_where_its_story_says(then: datetime) -> None:
    assert broken() == []
    shops = {shop.code: shop for shop in Shop.objects.filter(code__in=people.DEPOSIT_SHOPS)}
    found = {code: look(shop, then) for code, shop in shops.items()}
    # Eligible: thirty listed days in a row, nothing in the way, something to get.
    assert found["anran"].met and found["anran"].listed_days == 30 and found["anran"].refundable_minor > 0
    assert not RefundApplication.objects.filter(shop=shops["anran"], closed_at=None).exists()
    # Broken on a day of the strip.
    assert found["qiushi"].broke == shanghai_day(then) - timedelta(days=deposits.BROKE)
    assert [one.code for one in found["qiushi"].conditions if one.state == FAIL] == ["listed"]
    assert newest("qiushi").status == Status.PAID and newest("qiushi").paid_at
    # Short, and restricted for it: a violation stopped its refund and took of the deposit.
    assert summary(shops["mocha"]).short_minor == 20_000
    assert [one.reason for one in restrictions_of(shops["mocha"].pk, then)] == [RestrictionReason.SHORT_DEPOSIT]
    assert newest("mocha").status == Status.STOPPED
    assert newest("mocha").stopped_by == Violation.objects.get(severity=Severity.MAJOR)


def test_the_one_in_review_is_at_day_four_with_an_interval_from_closed_cases(then: datetime) -> None:
    found = progress(newest("jinxiu"), then)
    assert (found.place, found.day, found.low_days, found.high_days) == (2, 4, 3, 6)
    assert (found.step, found.cases) == ("kind_band_year", 29)
    assert not found.late and found.waits_for
    assert progress(newest("jinxiu"), then + timedelta(hours=22)).day == 4  # for whoever looks this evening
    assert progress(newest("changfeng"), then).step == "all_year"


def test_every_turn_an_application_can_wait_for_is_there(then: datetime) -> None:
    waiting = {one.shop.code: one for one in RefundApplication.objects.filter(closed_at=None).select_related("shop")}
    assert {code: one.status for code, one in waiting.items()} == {
        "xingye": Status.APPLIED, "jinxiu": Status.IN_REVIEW, "changfeng": Status.IN_REVIEW, "hehua": Status.NEED_INFO,
        "yuedu": Status.APPROVED,
    }  # fmt: skip
    assert waiting["changfeng"].needs_two and waiting["changfeng"].first_by == User.objects.get(username="baozheng")
    assert waiting["yuedu"].waits_for
    second = User.objects.get(username="baozheng2")
    done = applications.approve(waiting["changfeng"].pk, note="", version=None, by=second, now=then)
    assert done.status == Status.APPROVED


def test_an_hour_of_the_clocks_work_changes_no_story(then: datetime) -> None:
    later = then + timedelta(hours=1)
    before = dict(RefundApplication.objects.values_list("pk", "status"))
    for job in (payouts.pay_due, applications.escalate_due, applications.remind_due, applications.expire_due):
        assert not any(job(later).values())
    assert not any(applications.stop_short_due(later).values()) and not any(payouts.deliver_due(later).values())
    assert dict(RefundApplication.objects.values_list("pk", "status")) == before
    assert broken() == []


def test_the_past_is_in_order_and_in_nobodys_notices(then: datetime) -> None:
    assert tuple(plan.code for plan in deposits.PLANS) == people.DEPOSIT_SHOPS
    owner = User.objects.get(username="laoban")
    assert set(Membership.objects.filter(user=owner).values_list("shop__code", flat=True)) == set(people.DEPOSIT_SHOPS)
    assert not Notice.objects.filter(user=owner, created_at__lt=then - deposits.READS_NOTICES).exists()
    assert Notice.objects.filter(user=owner).exists()
    assert access.reviewers(access.REVIEW_DEPOSITS).filter(username__in=["baozheng", "baozheng2"]).count() == 2
    for shop in Shop.objects.filter(code__in=people.DEPOSIT_SHOPS):
        booked = list(Transaction.objects.filter(shop=shop).order_by("pk").values_list("at", flat=True))
        assert booked == sorted(booked) and booked[-1] <= then
        assert ListingDay.objects.filter(shop=shop).count() == deposits.RECORDED
    closed = RefundApplication.objects.filter(status__in=[Status.PAID, Status.REJECTED])
    assert closed.count() == 29 and closed.filter(status=Status.REJECTED).exists()
    assert not closed.filter(closed_at__gte=then).exists()


def test_it_can_be_left_out() -> None:
    call_command("seed_demo", orders=0, shops=1, deposits=False, stdout=StringIO())
    assert Shop.objects.count() == 1 and not RefundApplication.objects.exists()
    assert not User.objects.filter(username="laoban").exists() and User.objects.filter(username="baozheng").exists()

"""How far a deposit refund is: its place, its day, what it waits for, and whether the platform is late (rules §7.5)."""

from datetime import datetime, timedelta

import pytest
from django.utils.translation import override

from deposits.eligibility import look
from deposits.eta import progress
from deposits.models import RefundApplication
from deposits.payouts.base import Final, Unknown
from deposits.services import applications, payouts
from deposits.states import Decided, Status
from deposits.tests.refunds import HUNDRED, applied, approved, deposit_reviewer, fund, gateway, in_review, rule, seize
from deposits.tests.test_eta import closed
from foundation.accounts.models import RestrictionReason, Shop
from foundation.accounts.services import lift, restrict
from foundation.accounts.tests.factories import make_shop

pytestmark = pytest.mark.django_db
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
__all__ = ["gateway"]


@pytest.fixture
def desk():
    return deposit_reviewer()


def again(application: RefundApplication) -> RefundApplication:
    return RefundApplication.objects.select_related("shop", "policy").get(pk=application.pk)


def waits(application: RefundApplication, now: datetime) -> str:
    with override("en"):
        return progress(again(application), now).waits_for


def test_the_place_is_by_the_moment_of_applying_and_gone_with_the_decision(shop: Shop, now: datetime, desk) -> None:
    rule(now)
    shops = [shop, *(make_shop(f"other{n}") for n in range(2))]
    made = []
    for hours, one in zip((2, 0, 1), shops, strict=True):
        fund(one, 10 * HUNDRED, now)
        made.append(applied(one, HUNDRED, now + timedelta(hours=hours)))
    later = now + DAY
    assert [progress(one, later).place for one in made] == [3, 1, 2]
    assert [progress(one, later).ahead for one in made] == [2, 0, 1]
    first = applications.take(made[1].pk, by=desk, now=later)
    assert [progress(again(one), later).place for one in made] == [3, 1, 2]  # in review is not decided
    applications.approve(first.pk, note="", version=None, by=desk, now=later)
    assert [progress(again(one), later).place for one in made] == [2, None, 1]
    applications.withdraw(made[2].pk, version=None, by=None, now=later)
    assert [(one.place, one.ahead) for one in (progress(again(each), later) for each in made)] == [
        (1, 0), (None, 0), (None, 0),
    ]  # fmt: skip


def test_two_of_one_moment_stand_in_the_order_they_came(shop: Shop, now: datetime) -> None:
    rule(now)
    made = []
    for one in (shop, make_shop("twin")):
        fund(one, 10 * HUNDRED, now)
        made.append(applied(one, HUNDRED, now))
    assert [progress(one, now).place for one in made] == [1, 2]


def test_days_are_24_hours_and_end_with_the_case(shop: Shop, now: datetime) -> None:
    rule(now)
    fund(shop, 10 * HUNDRED, now)
    one = applied(shop, HUNDRED, now)
    moments = [now, now + DAY - SECOND, now + DAY, now + 3 * DAY, now + 4 * DAY - SECOND]
    assert [progress(one, moment).day for moment in moments] == [1, 1, 2, 4, 4]
    applications.withdraw(one.pk, version=None, by=None, now=now + 2 * DAY)
    assert progress(again(one), now + 50 * DAY).day == 3


def test_the_interval_with_enough_history_and_none_without(shop: Shop, now: datetime) -> None:
    policy = rule(now, history_cases=20)
    fund(shop, 10 * HUNDRED, now)
    for place in range(19):
        closed(shop, policy, now - DAY, 2.2 + place / 10, amount_minor=HUNDRED)
    one = applied(shop, HUNDRED, now)
    few = progress(one, now)
    assert (few.low_days, few.high_days, few.cases, few.step) == (None, None, 0, "")
    assert not few.longer_than_most
    closed(shop, policy, now - DAY, 5, amount_minor=HUNDRED)
    found = progress(one, now + 3 * DAY)
    # The second and the last but one of twenty: 2.3 and 4.0 days.
    assert (found.low_days, found.high_days, found.cases, found.step) == (2, 4, 20, "kind_band_month")
    assert (found.day, found.longer_than_most) == (4, False)
    assert progress(one, now + 4 * DAY).longer_than_most


def test_what_ended_after_it_did_is_not_used_for_an_ended_one(shop: Shop, now: datetime) -> None:
    policy = rule(now, history_cases=9)
    one = closed(shop, policy, now, 3)
    for _each in range(9):
        closed(shop, policy, now + DAY)
    assert progress(one, now + 9 * DAY).low_days is None


def test_what_it_waits_for_from_the_queue_to_the_payment(shop: Shop, now: datetime, desk, gateway) -> None:
    rule(now, four_eyes_minor=HUNDRED)
    fund(shop, 10 * HUNDRED, now)
    one = applied(shop, HUNDRED, now)
    assert waits(one, now) == "A reviewer who takes it"
    applications.take(one.pk, by=desk, now=now)
    assert waits(one, now) == "The reviewer's decision"
    applications.ask(one.pk, reason=Decided.PAPERS_MISSING, text="Which?", version=None, by=desk, now=now)
    assert waits(one, now) == "The shop's answer"
    applications.answer(one.pk, text="This.", files=[], version=None, by=None, now=now)
    applications.approve(one.pk, note="", version=None, by=desk, now=now)
    assert waits(one, now) == "A second reviewer"
    applications.approve(one.pk, note="", version=None, by=deposit_reviewer("second"), now=now)
    assert waits(one, now) == "The payment"
    payouts.pay_due(now)
    assert again(one).status == Status.PAYING and waits(one, now) == "The payment"
    payouts.deliver_due(now)
    assert again(one).status == Status.PAID and waits(one, now) == ""


def test_what_would_make_approving_wait_comes_first_and_goes_by_itself(shop: Shop, now: datetime, desk) -> None:
    rule(now)
    fund(shop, 10 * HUNDRED, now)
    one = in_review(shop, HUNDRED, now, desk)
    restrict(shop.pk, RestrictionReason.REVIEWER, by=desk, now=now)
    assert "until it is lifted" in waits(one, now)
    lift(shop.pk, RestrictionReason.REVIEWER, by=desk, now=now)
    assert waits(one, now) == "The reviewer's decision"
    seize(shop, 10 * HUNDRED - 1, now, "seized")
    assert waits(one, now) == "Part of the held amount was needed for something else."


def test_somebody_elses_look_is_enough(shop: Shop, now: datetime, desk, django_assert_max_num_queries) -> None:
    rule(now)
    fund(shop, 10 * HUNDRED, now)
    one = again(in_review(shop, HUNDRED, now, desk))
    found = look(shop, now)
    with django_assert_max_num_queries(5):
        assert progress(one, now, found).waits_for


@pytest.mark.parametrize(
    ("does", "state", "sentence"),
    [
        (Final("closed"), Status.APPROVED, "The payment did not go through. The platform looks into it."),
        (Unknown("silence"), Status.PAYING, "The bank has not confirmed the payment yet. It is not sent a second time."),
    ],
)
def test_a_payment_that_went_wrong_says_so(shop: Shop, now: datetime, desk, gateway, does, state, sentence) -> None:
    rule(now)
    fund(shop, 10 * HUNDRED, now)
    one = approved(shop, HUNDRED, now, desk)
    gateway.does = [does]
    payouts.pay_due(now)
    payouts.deliver_due(now)
    assert again(one).status == state and waits(one, now) == sentence


def test_late_is_the_platforms_promise_and_stands_still_while_the_shop_has_the_ball(shop: Shop, now: datetime, desk) -> None:
    rule(now, review_days=7, answer_days=30)
    fund(shop, 10 * HUNDRED, now)
    one = in_review(shop, HUNDRED, now, desk)
    due = one.review_due_at
    assert [progress(one, moment).late for moment in (due, due + SECOND)] == [False, True]
    applications.ask(one.pk, reason=Decided.OTHER, text="?", version=None, by=desk, now=due)
    assert not progress(again(one), due + 5 * DAY).late  # asked in time
    applications.answer(one.pk, text="!", files=[], version=None, by=None, now=due + 5 * DAY)
    assert [progress(again(one), due + 5 * DAY + more).late for more in (timedelta(0), SECOND)] == [False, True]
    assert applications.escalate_due(due + 5 * DAY + SECOND) == {"escalated": 1}
    applications.reject(one.pk, reason=Decided.OPEN_CASES, note="", version=None, by=desk, now=due + 6 * DAY)
    assert not progress(again(one), due + 9 * DAY).late

"""The interval of an estimate holds what it promises, and comes from what was known and comparable (rules §7.5)."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from deposits import eta
from deposits.eta import comparable, interval, whole_days
from deposits.models import RefundApplication, RefundPolicy
from deposits.states import Status
from deposits.tests.refunds import rule
from foundation.accounts.models import Shop

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def closed(
    shop: Shop, policy: RefundPolicy, closed_at: datetime, days: float = 3, status: str = Status.PAID, **fields: Any
) -> RefundApplication:
    """A case that ended at `closed_at` after so many days; bare rows, the machine has tests of its own."""
    values = {"shop_kind": shop.kind, "amount_minor": 50_000, **fields}
    applied_at = closed_at - days * DAY
    return RefundApplication.objects.create(
        shop=shop, policy=policy, key=f"history:{RefundApplication.objects.count()}", status=status, applied_at=applied_at,
        review_due_at=applied_at + 7 * DAY, closed_at=closed_at, paid_at=closed_at if status == Status.PAID else None,
        **values,
    )  # fmt: skip


def asking(shop: Shop, policy: RefundPolicy, now: datetime) -> RefundApplication:
    """One that is open, applied for a day ago."""
    return RefundApplication.objects.create(
        shop=shop, policy=policy, key=f"open:{shop.pk}", amount_minor=50_000, shop_kind=shop.kind, applied_at=now - DAY,
        review_due_at=now + 6 * DAY,
    )  # fmt: skip


# The interval


def test_eight_of_ten_later_cases_fall_into_the_interval() -> None:
    """Synthetic lognormal history, many of them: coverage over all is what is promised."""
    draw = random.Random(5)
    hits = tries = 0
    for _ in range(2000):
        history = [draw.lognormvariate(1.5, 0.6) for _ in range(39)]
        found = interval(history)
        assert found is not None
        hits += found[0] <= draw.lognormvariate(1.5, 0.6) <= found[1]
        tries += 1
    assert hits / tries == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(("count", "told"), [(0, False), (8, False), (9, True)])
def test_too_few_cases_give_no_interval(count: int, told: bool) -> None:
    assert (interval([float(n) for n in range(count)]) is not None) is told
    assert (count >= eta.FEWEST) is told


def test_whole_days_are_rounded_outwards() -> None:
    assert whole_days((2.9, 5.1)) == (2, 6)
    assert whole_days((3.0, 6.0)) == (3, 6)


# What is comparable


@pytest.mark.django_db
def test_the_narrowest_step_with_enough_cases_speaks(shop: Shop, now: datetime) -> None:
    policy = rule(now, history_cases=10)
    open_one = asking(shop, policy, now)
    spread = [
        ("all_year", 5, {"shop_kind": "other"}, 200 * DAY),
        ("kind_year", 4, {"band": 3}, 100 * DAY),
        ("kind_band_year", 3, {}, 60 * DAY),
    ]
    assert comparable(open_one, now) is None
    for days, (_name, _days, fields, ago) in enumerate(spread, 1):
        for _each in range(9):
            closed(shop, policy, now - ago, days, **fields)
    # 9 + 9 of the same kind are the narrowest with ten; together all 27.
    found = comparable(open_one, now)
    assert found is not None and found[0] == "kind_year" and sorted(found[1]) == [2.0] * 9 + [3.0] * 9
    closed(shop, policy, now - 60 * DAY, 3)
    assert comparable(open_one, now) == ("kind_band_year", [3.0] * 10)
    for _each in range(10):
        closed(shop, policy, now - 5 * DAY, 7)
    assert comparable(open_one, now) == ("kind_band_month", [7.0] * 10)


@pytest.mark.django_db
def test_other_kinds_count_only_in_the_widest_step(shop: Shop, now: datetime) -> None:
    policy = rule(now, history_cases=9)
    open_one = asking(shop, policy, now)
    for _each in range(9):
        closed(shop, policy, now - 5 * DAY, 4, shop_kind="other")
    assert comparable(open_one, now) == ("all_year", [4.0] * 9)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ago", "step"),
    [
        (30 * DAY, "kind_band_month"),  # the very instant belongs to the month
        (30 * DAY + SECOND, "kind_band_year"),
        (365 * DAY, "kind_band_year"),
        (365 * DAY + SECOND, None),
    ],
)
def test_the_edges_of_month_and_year(shop: Shop, now: datetime, ago: timedelta, step: str | None) -> None:
    policy = rule(now, history_cases=10)
    open_one = asking(shop, policy, now)
    for _each in range(9):
        closed(shop, policy, now - 2 * DAY)
    closed(shop, policy, now - ago)
    found = comparable(open_one, now)
    assert (found and found[0]) == step


@pytest.mark.django_db
def test_nothing_that_ended_now_or_later_is_known(shop: Shop, now: datetime) -> None:
    policy = rule(now, history_cases=10)
    open_one = asking(shop, policy, now)
    for _each in range(9):
        closed(shop, policy, now - SECOND)
    closed(shop, policy, now)
    closed(shop, policy, now + DAY)
    assert comparable(open_one, now) is None
    assert comparable(open_one, now + SECOND) == ("kind_band_month", [3.0] * 10)


@pytest.mark.django_db
def test_withdrawn_and_stopped_cases_say_nothing(shop: Shop, now: datetime) -> None:
    policy = rule(now, history_cases=9)
    open_one = asking(shop, policy, now)
    for _each in range(8):
        closed(shop, policy, now - DAY)
    for status in (Status.WITHDRAWN, Status.STOPPED):
        closed(shop, policy, now - DAY, status=status)
    assert comparable(open_one, now) is None
    closed(shop, policy, now - DAY, status=Status.REJECTED)
    assert comparable(open_one, now) is not None


@pytest.mark.django_db
def test_a_rule_that_asks_for_fewer_cases_than_an_interval_needs_gets_none(shop: Shop, now: datetime) -> None:
    """Eight of a step would give no interval, though the wider step can."""
    policy = rule(now, history_cases=1)
    open_one = asking(shop, policy, now)
    for _each in range(8):
        closed(shop, policy, now - DAY)
    assert comparable(open_one, now) is None
    closed(shop, policy, now - 90 * DAY)
    found = comparable(open_one, now)
    assert found is not None and found[0] == "kind_band_year" and interval(found[1]) is not None


@pytest.mark.django_db
def test_of_many_cases_the_newest_are_read(shop: Shop, now: datetime, monkeypatch) -> None:
    monkeypatch.setattr(eta, "MOST", 10)
    policy = rule(now, history_cases=10)
    open_one = asking(shop, policy, now)
    for place in range(15):
        closed(shop, policy, now - (place + 1) * DAY, days=float(place))
    assert comparable(open_one, now) == ("kind_band_month", [float(n) for n in range(10)])

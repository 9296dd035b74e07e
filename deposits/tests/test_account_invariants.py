"""Each invariant of the deposit account and of violations finds what it is for, and nothing where all is well."""

from datetime import timedelta

import pytest

from deposits import invariants
from deposits.models import DepositPolicy, Violation
from deposits.services import accounts
from deposits.services.violations import NewViolation, record_violations, reverse_violation
from foundation.accounts.models import Restriction
from foundation.ledger.models import Account
from foundation.ledger.services import Draw, Posting, draw, post
from foundation.lifecycle import clock

from .refunds import broken, deposit_reviewer

pytestmark = pytest.mark.django_db
REQUIRED = 200_000


@pytest.fixture
def asked(shop, now):
    accounts.set_required([shop.pk], by=None, now=now)
    post(Posting("t", "topup", shop.pk, REQUIRED), by=None, now=now)
    return shop


@pytest.fixture
def violation(asked, now):
    return record_violations([NewViolation(asked.pk, "false_shipping", "v", now)], by=None, now=now)[0]


def test_short_without_a_restriction_and_a_restriction_without_being_short(asked, violation, now):
    assert list(invariants.short_deposits()) == []
    opened = Restriction.objects.filter(shop=asked, lifted_at=None)
    [pk] = opened.values_list("pk", flat=True)
    opened.update(lifted_at=now)
    assert list(invariants.short_deposits()) == [f"shop {asked.pk}: short by 20000, and is not restricted"]
    Restriction.objects.filter(pk=pk).update(lifted_at=None)
    Account.objects.filter(shop=asked, kind="deposit").update(balance_minor=REQUIRED)
    assert list(invariants.short_deposits()) == [f"shop {asked.pk}: short by 0, and is restricted"]


def test_books_that_ask_what_no_rule_asks(asked):
    assert list(invariants.required_deposits()) == []
    Account.objects.filter(shop=asked, kind="deposit").update(required_minor=REQUIRED + 1)
    assert list(invariants.required_deposits()) == [f"shop {asked.pk}: the books ask 200001, its rule 200000"]


@pytest.mark.parametrize(("minutes", "findings"), [(10, 0), (20, 1)])
def test_a_new_rule_has_a_quarter_of_an_hour(asked, minutes, findings):
    DepositPolicy.objects.create(
        kind=asked.kind, category="general", required_minor=1, name_zh="试", name_en="trial",
        effective_from=clock.now() - timedelta(minutes=minutes),
    )  # fmt: skip
    assert len(list(invariants.required_deposits())) == findings


def test_a_deduction_that_says_other_than_its_booking(violation):
    assert list(invariants.violations_booked()) == []
    Violation.objects.update(deducted_minor=19_999)
    assert [violation.number in one for one in invariants.violations_booked()] == [True]


def test_a_booking_of_no_violation_and_a_reversal_of_another_shops(asked, violation, now):
    draw(Draw("stray", "violation", asked.pk, 100), by=None, now=now)
    assert len(list(invariants.violations_booked())) == 1
    reversed_one = reverse_violation(violation.pk, note="Upheld.", by=deposit_reviewer(), now=now)
    assert len(list(invariants.violations_booked())) == 1
    Violation.objects.filter(pk=reversed_one.pk).update(reversal=None)
    assert len(list(invariants.violations_booked())) == 3  # it names none, its own belongs to none, and the stray


def test_nothing_where_all_is_well(asked, violation, now):
    reverse_violation(violation.pk, note="Upheld.", by=deposit_reviewer(), now=now)
    assert broken() == []

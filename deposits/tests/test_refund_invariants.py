"""Every invariant of deposit refunds finds what it is for, and nothing where all is well."""

from datetime import timedelta

import pytest

from deposits import refund_invariants as invariants
from deposits.models import Payout, RefundApplication
from deposits.payouts.base import Final, Unknown
from deposits.services import payouts
from deposits.states import PayoutState, Status
from foundation.ledger.models import Account
from foundation.ledger.services import Posting, post

from .refunds import approved, broken, deposit_reviewer, fund, gateway, holdings, rule, seize

pytestmark = pytest.mark.django_db
__all__ = ["gateway"]


@pytest.fixture
def one(shop, now, gateway):
    fund(shop, 10_000, now)
    rule(now)
    return approved(shop, 4_000, now, deposit_reviewer())


def only(check):
    return list(check())


def test_held_is_explained_by_the_application_and_by_draws(shop, one, now):
    assert only(invariants.held_is_explained) == []
    seize(shop, 7_000, now, "draw")
    assert holdings(shop) == {"held": 3_000} and only(invariants.held_is_explained) == []
    Account.objects.filter(shop=shop, kind="held").update(balance_minor=2_999)
    assert len(only(invariants.held_is_explained)) == 1


def test_held_for_nobody(shop, one):
    RefundApplication.objects.update(status=Status.REJECTED)
    assert "for no application" in only(invariants.held_is_explained)[0]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda one: RefundApplication.objects.update(status=Status.APPROVED, paid_at=None),
        lambda one: RefundApplication.objects.update(status=Status.PAYING, paid_at=None),
        lambda one: Payout.objects.update(status=PayoutState.UNKNOWN),
        lambda one: Payout.objects.update(status=PayoutState.FAILED),
        lambda one: RefundApplication.objects.update(amount_minor=4_001),
        lambda one: post(
            Posting(f"deposit_refund:{one.pk}:claimed:2", "deposit_claimed", one.shop_id, 1, subject=one), by=None,
            now=one.applied_at,
        ),
    ],
    ids=["paid and approved", "paid and paying", "paid, payout unknown", "paid, payout failed", "another amount", "claimed twice"],
)  # fmt: skip
def test_paid_is_one_paid_payout_and_one_claim(shop, one, now, tamper):
    payouts.pay_due(now)
    payouts.deliver_due(now)
    assert only(invariants.paid_once) == []
    Account.objects.filter(shop=shop, kind="held").update(balance_minor=1)  # for the second claim
    tamper(one)
    assert len(only(invariants.paid_once)) == 1


def test_a_failed_attempt_and_a_second_one_are_well(one, gateway, now):
    gateway.does = [Final("no"), Unknown("?")]
    payouts.pay_due(now)
    payouts.deliver_due(now)
    assert broken() == []
    RefundApplication.objects.update(parked_at=None)
    payouts.pay_due(now)
    payouts.deliver_due(now)
    assert Payout.objects.count() == 2 and broken() == []


def test_more_out_than_in(shop, one, now):
    Account.objects.filter(shop=shop, kind="held").update(balance_minor=20_000)
    assert only(invariants.no_more_out_than_in) == []
    post(Posting("too much", "deposit_claimed", shop.pk, 10_001), by=None, now=now)
    assert len(only(invariants.no_more_out_than_in)) == 1


def test_a_state_nobody_recorded(one):
    assert only(invariants.moves_chain) == []
    RefundApplication.objects.update(status=Status.IN_REVIEW)
    assert "its record ends at" in only(invariants.moves_chain)[0]


def test_payouts_that_do_not_leave(one, now):
    payouts.pay_due(now)
    assert only(invariants.payouts_leave) == []
    Payout.objects.update(next_at=now - timedelta(minutes=21))
    assert len(only(invariants.payouts_leave)) == 1
    Payout.objects.update(status=PayoutState.SENDING, claimed_at=now - timedelta(minutes=26))
    assert len(only(invariants.payouts_leave)) == 1

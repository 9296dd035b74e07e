from datetime import timedelta

import pytest

from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import make_member, make_reviewer
from foundation.lifecycle.errors import Forbidden, IllegalMove, Invalid, Stale
from foundation.lifecycle.invariants import INVARIANTS
from foundation.notifications.models import Notice
from orders.models import Order, Refund
from workorders import services
from workorders.models import Decision, Voucher, WorkOrder
from workorders.rule_rows import WRONG_OR_MISSING
from workorders.services import evidence
from workorders.states import Outcome, Reason, Status

from . import factories


@pytest.fixture
def reviewer(db):
    return make_reviewer()


@pytest.fixture
def case(shop, owner, now):
    return factories.answer(factories.ask(shop, now, type=WRONG_OR_MISSING), now, by=owner)


def decide(case, by, now, outcome=Outcome.WON, reason=Reason.PROVED, note="", version=None, **more):
    return services.decide(
        case.pk, outcome=outcome, reason=reason, note=note, version=version or case.version, by=by, now=now, **more
    )


def state(case):
    return WorkOrder.objects.get(pk=case.pk)


def test_won_costs_nothing_and_the_shop_is_told(case, owner, reviewer, now):
    decide(case, reviewer, now)
    assert (state(case).status, state(case).closed_at) == (Status.WON, now)
    assert not Refund.objects.exists()
    assert Notice.objects.filter(kind="workorders.won", user=owner).exists()


def test_lost_has_the_effects_of_forfeiting_on_the_decision(case, reviewer, now):
    product = factories.put_on_shelf(case.order)
    decision = decide(case, reviewer, now, Outcome.LOST, Reason.STAMP_MISMATCH, "different company")
    assert (decision.refund_minor, decision.compensation_minor, decision.delisted) == (12500, 3600, ["P-1"])
    assert decision.refund.cause == "platform"
    order = Order.objects.get(pk=case.order_id)
    assert (order.dispute_count, order.refunded_minor, order.compensation_minor) == (1, 12500, 3600)
    product.refresh_from_db()
    assert product.listed is False
    assert state(case).status == Status.LOST
    assert [text for one in INVARIANTS for text in one.check()] == []


def test_the_reviewer_may_set_the_compensation(case, reviewer, now):
    decision = decide(case, reviewer, now, Outcome.LOST, Reason.WRONG_VOUCHER, compensation_bp=0)
    assert decision.compensation_minor == 0


def test_asking_for_more_opens_a_new_window_with_the_pictures_on_the_desk(case, reviewer, owner, now):
    later = now + timedelta(hours=1)
    decide(case, reviewer, later, Outcome.MORE, Reason.UNREADABLE, "the slip, sharper please")
    again = state(case)
    assert (again.status, again.window_no) == (Status.OPEN, 2)
    assert again.due_at == later + timedelta(hours=again.policy.more_window_hours)
    assert Voucher.objects.on_desk(again).count() == 3
    assert evidence.missing_slots(again) == []
    assert not hasattr(again, "draft")
    assert Notice.objects.filter(kind="workorders.asked_more", user=owner).exists()
    assert factories.keep(again, later).version == again.version + 1


def test_the_second_reviewer_is_told_who_decided_what_and_when(case, reviewer, now):
    other = make_reviewer("second")
    decide(case, reviewer, now)
    with pytest.raises(Stale) as refused:
        decide(case, other, now, Outcome.LOST, Reason.WRONG_VOUCHER)
    assert reviewer.username in str(refused.value)
    assert "Won" in str(refused.value) or "胜" in str(refused.value) or "成立" in str(refused.value)
    assert Decision.objects.count() == 1
    assert not Refund.objects.exists()


@pytest.mark.parametrize("ended", [False, True])
def test_a_reviewer_of_that_shop_present_or_past_can_not_decide(case, shop, reviewer, now, ended):
    Membership.objects.create(shop=shop, user=reviewer, role="service", joined_at=now, ended_at=now if ended else None)
    with pytest.raises(Forbidden):
        decide(case, reviewer, now)
    assert state(case).status == Status.ANSWERED
    assert not Decision.objects.exists()


def test_nobody_but_reviewers_of_this_queue_decides(case, shop, now):
    for person in (make_member(shop, "administrator"), make_reviewer("rules-desk", group="rules"), None):
        with pytest.raises(Forbidden):
            decide(case, person, now)
    assert not Decision.objects.exists()


def test_an_open_case_is_not_decided(shop, reviewer, now):
    case = factories.ask(shop, now)
    with pytest.raises(IllegalMove):
        decide(case, reviewer, now)
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "reason", "note"),
    [
        ("maybe", Reason.PROVED, ""),
        (Outcome.WON, Reason.WRONG_VOUCHER, ""),
        (Outcome.LOST, Reason.PROVED, ""),
        (Outcome.MORE, Reason.UNREADABLE, "  "),
        (Outcome.WON, "", ""),
    ],
)
def test_a_verdict_without_its_reason_is_refused(case, reviewer, now, outcome, reason, note):
    with pytest.raises(Invalid):
        decide(case, reviewer, now, outcome, reason, note)
    assert not Decision.objects.exists()
    assert state(case).status == Status.ANSWERED


def test_a_decided_case_lets_the_queued_one_open(case, reviewer, now):
    queued = factories.ask(case.shop, now, order=case.order)
    decide(case, reviewer, now)
    assert state(queued).status == Status.OPEN

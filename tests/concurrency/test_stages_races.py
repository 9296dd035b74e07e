"""Two of everything at once in a question of several stages: the clock against the next stage, many clicks on one."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from foundation.lifecycle import clock
from orders.models import Refund
from orders.states import OrderState
from workorders import services
from workorders.models import Answer, Forfeiture, WorkOrder
from workorders.rule_rows import WORRY
from workorders.states import Branch, Status
from workorders.tests import factories

from .cases import ask_many
from .rounds import MANY, ROUNDS, ahead, broken, refused, together
from .test_workorders_races import LATE, shop, unguard, violations

__all__ = ["shop", "unguard"]  # fixtures
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def worries(shop: Any, how_many: int) -> list[WorkOrder]:
    """Cases of three stages, on orders on their way to the buyer."""
    return ask_many(shop, how_many, type=WORRY, status=OrderState.SHIPPED, signed_at=None)


def in_second_stage(asked: WorkOrder, now: Any) -> tuple[WorkOrder, Callable[..., Answer]]:
    """The case in its second of three stages with the answer kept, and the click that sends it."""
    second = factories.acknowledge(asked, now)
    kept = factories.keep(second, now, branch=Branch.CHOICE, option="unknown", note="?")
    return kept, partial(services.submit_answer, kept.pk, branch=Branch.CHOICE, version=kept.version, by=None)


def next_stage_against_forfeit(asked: WorkOrder) -> tuple[list[Any], WorkOrder]:
    """At the very deadline of the second stage somebody sends its answer, and the job runs a moment later."""
    case, send = in_second_stage(asked, clock.now())
    outcomes = together(partial(send, now=case.due_at), lambda: services.forfeit([case.pk], now=case.due_at + LATE))
    return outcomes, WorkOrder.objects.get(pk=case.pk)


def test_without_the_lock_a_stage_is_answered_and_forfeited_at_once(shop, unguard):
    collisions = unguard()
    for asked in worries(shop, 10):
        outcomes, case = next_stage_against_forfeit(asked)
        both = case.answers.filter(stage=2).exists() and Forfeiture.objects.filter(work_order=case).exists()
        if both or broken(outcomes) or collisions:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_the_next_stage_opens_or_the_case_is_forfeited_never_both(shop):
    won = {Status.OPEN: 0, Status.FORFEITED: 0}
    for asked in ahead(partial(worries, shop)):
        outcomes, case = next_stage_against_forfeit(asked)
        won[case.status] += 1
        answered = case.answers.filter(stage=2).count()
        forfeited = Forfeiture.objects.filter(work_order=case).count()
        refunds = Refund.objects.filter(order=case.order_id).count()
        assert broken(outcomes) == []
        if case.status == Status.OPEN:
            assert (case.stage, answered, forfeited, refunds, refused(outcomes)) == (3, 1, 0, 0, [])
        else:
            assert (case.status, case.stage) == (Status.FORFEITED, 2)
            assert (answered, forfeited, refunds, len(refused(outcomes))) == (0, 1, 1, 1)
    assert ROUNDS < MANY or min(won.values()) > 0
    assert violations() == []


def test_of_many_clicks_one_opens_the_next_stage(shop):
    for asked in ahead(partial(worries, shop)):
        now = clock.now()
        case, send = in_second_stage(asked, now)
        outcomes = together(*[partial(send, now=now)] * 3)
        assert (len(refused(outcomes)), broken(outcomes)) == (2, [])
        assert list(case.answers.values_list("stage", flat=True)) == [1, 2]
        assert WorkOrder.objects.get(pk=case.pk).stage == 3
    assert violations() == []


def test_many_clicks_on_acknowledge_answer_one_stage(shop):
    for case in ahead(partial(ask_many, shop, type=WORRY)):
        click = partial(services.acknowledge, case.pk, version=case.version, by=None, now=clock.now())
        outcomes = together(*[click] * 3)
        assert (len(refused(outcomes)), broken(outcomes)) == (2, [])
        assert WorkOrder.objects.get(pk=case.pk).stage == 2
    assert violations() == []

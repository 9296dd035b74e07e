"""Two of everything at once: seller and clock, workers and beats, reviewers, clicks. First with the guard off.

PostgreSQL: the order rows' locks. SQLite (a file, several connections): the IMMEDIATE transaction is the lock. A round
is one case (or twenty for the workers); see `rounds` for how many.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections

from foundation.accounts.tests.factories import make_reviewer, make_shop
from foundation.files import images
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.invariants import INVARIANTS
from orders.models import Order, Refund
from orders.services import refund
from workorders import composer, services
from workorders.models import Answer, Decision, Forfeiture, WorkOrder
from workorders.rule_rows import NOT_RECEIVED, WRONG_OR_MISSING
from workorders.services import evidence, forfeiting
from workorders.states import Branch, Outcome, Reason, Status
from workorders.tests import factories

from .cases import ask_many, overdue_many, reships
from .rounds import MANY, ROUNDS, ahead, broken, refused, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
LATE = timedelta(milliseconds=1)


@pytest.fixture
def shop():
    return make_shop()


@pytest.fixture
def unguard(monkeypatch) -> Callable[[], list[str]]:
    """Turn the locks off and hold everybody a moment between looking and writing.

    Gives the list of collisions inside the forfeit job: its chunks are tried again and halved, and what they write is
    keyed, so without the locks it stumbles and recovers where others break.
    """
    collisions: list[str] = []
    real = forfeiting._forfeit_chunk

    def watched(pks: list[int], **said: Any) -> int:
        try:
            return real(pks, **said)
        except Exception as error:
            collisions.append(type(error).__name__)
            raise

    def read(rows: Any, *, skip_locked: bool = False, order: tuple[str, ...] = ("pk",)) -> list[Any]:
        found = list(rows.order_by(*order))
        time.sleep(0.2)
        return found

    def off() -> list[str]:
        monkeypatch.setattr(forfeiting, "_forfeit_chunk", watched)
        monkeypatch.setattr("workorders.services.cases.lock", read)
        monkeypatch.setattr("orders.services.moves.lock", read)
        if connection.vendor == "sqlite":
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 1)
        return collisions

    return off


def violations() -> list[str]:
    return [f"{one.code}: {text}" for one in INVARIANTS for text in one.check()]


@pytest.fixture
def drawn_once(monkeypatch) -> None:
    """Pictures are read and sheets drawn once for all rounds: before a race begins, and dearer than the race."""
    for place, name in ((images, "clean"), (composer, "compose")):
        real, found = getattr(place, name), []

        def first(*given: Any, real: Any = real, found: list[Any] = found, **said: Any) -> Any:
            if not found:
                found.append(real(*given, **said))
            return found[0]

        monkeypatch.setattr(place, name, first)


def ready_to_submit(case: WorkOrder) -> tuple[WorkOrder, Callable[[], Answer]]:
    """The case with everything on the desk, and the click that sends it at the very deadline."""
    now = clock.now()
    evidence.add_voucher(case.pk, factories.photo(), by=None, now=now, slots=case.asked_slots)
    kept = factories.keep(case, now)
    sheet = evidence.compose_sheet(case.pk, by=None, now=now)
    return kept, partial(
        services.submit_answer,
        case.pk,
        branch=Branch.EVIDENCE,
        version=kept.version,
        sheet_hash=sheet.inputs_hash,
        by=None,
        now=kept.due_at,
    )


def evidence_against_forfeit(asked: WorkOrder) -> tuple[list[Any], WorkOrder]:
    case, submit = ready_to_submit(asked)
    outcomes = together(submit, lambda: services.forfeit([case.pk], now=case.due_at + LATE))
    return outcomes, WorkOrder.objects.get(pk=case.pk)


def test_without_the_lock_a_case_is_answered_and_forfeited_at_once(shop, drawn_once, unguard):
    collisions = unguard()
    for asked in ask_many(shop, 10):
        outcomes, case = evidence_against_forfeit(asked)
        both = Answer.objects.filter(work_order=case).exists() and Forfeiture.objects.filter(work_order=case).exists()
        if both or broken(outcomes) or collisions:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_evidence_against_forfeit_one_wins(shop, drawn_once):
    won = {Status.ANSWERED: 0, Status.FORFEITED: 0}
    for asked in ahead(partial(ask_many, shop)):
        outcomes, case = evidence_against_forfeit(asked)
        won[case.status] += 1
        answered = Answer.objects.filter(work_order=case).count()
        forfeited = Forfeiture.objects.filter(work_order=case).count()
        refunds = Refund.objects.filter(order=case.order_id).count()
        assert broken(outcomes) == []
        if case.status == Status.ANSWERED:
            assert (answered, forfeited, refunds, refused(outcomes)) == (1, 0, 0, [])
        else:
            assert (answered, forfeited, refunds, len(refused(outcomes))) == (0, 1, 1, 1)
    assert ROUNDS < MANY or min(won.values()) > 0
    assert violations() == []


def overdue(shop: Any, how_many: int) -> list[WorkOrder]:
    return [case for type in (NOT_RECEIVED, WRONG_OR_MISSING) for case in overdue_many(shop, how_many // 2, type=type)]


def test_without_the_lock_two_workers_trample_on_each_other(shop, unguard):
    overdue(shop, 6)
    collisions = unguard()
    outcomes = together(*[partial(services.forfeit_due, clock.now())] * 3)
    assert broken(outcomes) or collisions


def test_two_workers_and_two_beats_forfeit_each_case_once(shop):
    for _ in range(max(1, ROUNDS // 10)):
        pks = [case.pk for case in overdue(shop, 20)]
        now = clock.now()
        outcomes = together(*[partial(services.forfeit_due, now)] * 4)
        services.forfeit_due(now)
        assert broken(outcomes) == []
        assert WorkOrder.objects.filter(pk__in=pks, status=Status.FORFEITED, parked_at=None).count() == 20
        assert Forfeiture.objects.filter(work_order__in=pks).count() == 20
        assert Transaction.objects.filter(subject_type="workorders.workorder", subject_id__in=pks).count() == 30
    assert violations() == []


def two_reviewers(case: WorkOrder, submit: Callable[[], Answer], people: list[Any]) -> tuple[list[Any], WorkOrder]:
    submit()
    now = clock.now()
    case.refresh_from_db()
    verdicts = [(Outcome.WON, Reason.RESHIPPED), (Outcome.LOST, Reason.NO_RESHIP)]

    def decide(person: Any, outcome: str, reason: str) -> Callable[[], Decision]:
        return lambda: services.decide(
            case.pk, outcome=outcome, reason=reason, version=case.version, by=person, now=now
        )

    outcomes = together(*[decide(person, *verdict) for person, verdict in zip(people, verdicts, strict=True)])
    return outcomes, WorkOrder.objects.get(pk=case.pk)


@pytest.fixture
def people():
    return [make_reviewer("first"), make_reviewer("second")]


def test_without_the_lock_two_reviewers_collide(shop, people, unguard):
    unguard()
    for asked in reships(shop, 10):
        outcomes, case = two_reviewers(*asked, people)
        if broken(outcomes) or Decision.objects.filter(work_order=case).count() != 1:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_of_two_reviewers_one_decides_and_the_other_is_told(shop, people):
    for asked in ahead(partial(reships, shop)):
        outcomes, case = two_reviewers(*asked, people)
        decision = Decision.objects.get(work_order=case)
        assert [type(one).__name__ for one in refused(outcomes)] == ["Stale"]
        assert str(decision.by) in str(refused(outcomes)[0])
        assert case.status == decision.outcome
        assert Refund.objects.filter(order=case.order_id).count() == (decision.outcome == Outcome.LOST)
    assert violations() == []


def test_without_the_lock_a_double_click_collides(shop, unguard):
    unguard()
    for case, submit in reships(shop, 10):
        outcomes = together(submit, submit, submit)
        if broken(outcomes) or Answer.objects.filter(work_order=case).count() != 1:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_of_many_clicks_one_answer_goes_out(shop):
    for case, submit in ahead(partial(reships, shop)):
        outcomes = together(submit, submit, submit)
        assert len(refused(outcomes)) == 2
        assert broken(outcomes) == []
        assert Answer.objects.filter(work_order=case).count() == 1
    assert violations() == []


def refund_against_forfeit(case: WorkOrder) -> tuple[list[Any], WorkOrder]:
    now = clock.now()
    outcomes = together(
        lambda: refund(
            case.order_id, amount_minor=10_000, cause="goodwill", reason="", key=f"goodwill:{case.pk}", by=None, now=now
        ),
        lambda: services.forfeit([case.pk], now=now),
    )
    return outcomes, WorkOrder.objects.get(pk=case.pk)


def test_without_the_lock_a_refund_and_a_forfeit_pay_twice(shop, unguard):
    collisions = unguard()
    for asked in overdue_many(shop, 10):
        outcomes, _case = refund_against_forfeit(asked)
        if broken(outcomes) or collisions:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_a_refund_and_a_forfeit_never_pay_more_than_was_paid(shop):
    for asked in ahead(partial(overdue_many, shop)):
        outcomes, case = refund_against_forfeit(asked)
        if case.status == Status.OPEN:  # the job skipped the order while the refund held it: the next beat takes it
            services.forfeit([case.pk], now=clock.now())
            case.refresh_from_db()
        order = Order.objects.get(pk=case.order_id)
        assert broken(outcomes) == []
        assert case.status == Status.FORFEITED
        assert order.refunded_minor == 12_500
        taken = Forfeiture.objects.get(work_order=case).refund_minor
        assert taken == (12_500 if refused(outcomes) else 2_500)
    assert violations() == []

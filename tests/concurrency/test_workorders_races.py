"""Two of everything at once: seller and clock, workers and beats, reviewers, clicks. First with the guard off.

PostgreSQL: the order rows' locks. SQLite (a file, several connections): the IMMEDIATE transaction is the lock. A round
is one case (or twenty for the workers); `HOUTAI_RACE_ROUNDS` says how many.
"""

import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections

from foundation.accounts.tests.factories import make_reviewer, make_shop
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from foundation.lifecycle.invariants import INVARIANTS
from orders.models import Order, Refund
from orders.services import refund
from workorders import services
from workorders.models import Answer, Decision, Forfeiture, WorkOrder
from workorders.rule_rows import NOT_RECEIVED, WRONG_OR_MISSING
from workorders.services import evidence, forfeiting
from workorders.states import Branch, Outcome, Reason, Status
from workorders.tests import factories

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = max(1, int(os.environ.get("HOUTAI_RACE_ROUNDS", "50")))
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


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run all jobs at the same moment, each on a connection of its own; what each gave, or the error it got."""
    start = threading.Barrier(len(jobs))
    outcomes: list[Any] = [None] * len(jobs)

    def work(place: int, job: Callable[[], Any]) -> None:
        start.wait()
        try:
            outcomes[place] = job()
        except (DomainError, DatabaseError) as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def refused(outcomes: list[Any]) -> list[Any]:
    return [one for one in outcomes if isinstance(one, Exception)]


def broken(outcomes: list[Any]) -> list[Any]:
    return [one for one in outcomes if isinstance(one, DatabaseError)]


def violations() -> list[str]:
    return [f"{one.code}: {text}" for one in INVARIANTS for text in one.check()]


def ready_to_submit(shop: Any, now: Any) -> tuple[WorkOrder, Callable[[], Answer]]:
    """A case with everything on the desk, and the click that sends it at the very deadline."""
    case = factories.ask(shop, now)
    factories.lay_evidence(case, now)
    kept = factories.keep(case, now)
    sheet = evidence.compose_sheet(case.pk, by=None, now=now)
    return kept, lambda: services.submit_answer(
        case.pk, branch=Branch.EVIDENCE, version=kept.version, sheet_hash=sheet.inputs_hash, by=None, now=kept.due_at
    )


def evidence_against_forfeit(shop: Any) -> tuple[list[Any], WorkOrder]:
    case, submit = ready_to_submit(shop, clock.now())
    outcomes = together(submit, lambda: services.forfeit([case.pk], now=case.due_at + LATE))
    return outcomes, WorkOrder.objects.get(pk=case.pk)


def test_without_the_lock_a_case_is_answered_and_forfeited_at_once(shop, unguard):
    collisions = unguard()
    for _ in range(10):
        outcomes, case = evidence_against_forfeit(shop)
        both = Answer.objects.filter(work_order=case).exists() and Forfeiture.objects.filter(work_order=case).exists()
        if both or broken(outcomes) or collisions:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_evidence_against_forfeit_one_wins(shop):
    won = {Status.ANSWERED: 0, Status.FORFEITED: 0}
    for _ in range(ROUNDS):
        outcomes, case = evidence_against_forfeit(shop)
        won[case.status] += 1
        answered = Answer.objects.filter(work_order=case).count()
        forfeited = Forfeiture.objects.filter(work_order=case).count()
        refunds = Refund.objects.filter(order=case.order_id).count()
        assert broken(outcomes) == []
        if case.status == Status.ANSWERED:
            assert (answered, forfeited, refunds, refused(outcomes)) == (1, 0, 0, [])
        else:
            assert (answered, forfeited, refunds, len(refused(outcomes))) == (0, 1, 1, 1)
    assert violations() == []


def overdue(shop: Any, now: Any, how_many: int) -> list[WorkOrder]:
    return [factories.ask_overdue(shop, now, type=[NOT_RECEIVED, WRONG_OR_MISSING][step % 2]) for step in range(how_many)]


def test_without_the_lock_two_workers_trample_on_each_other(shop, unguard):
    now = clock.now()
    overdue(shop, now, 6)
    collisions = unguard()
    outcomes = together(*[lambda: services.forfeit_due(now)] * 3)
    assert broken(outcomes) or collisions


def test_two_workers_and_two_beats_forfeit_each_case_once(shop):
    for _ in range(max(1, ROUNDS // 10)):
        now = clock.now()
        pks = [case.pk for case in overdue(shop, now, 20)]
        outcomes = together(*[partial(services.forfeit_due, now)] * 4)
        services.forfeit_due(now)
        assert broken(outcomes) == []
        assert WorkOrder.objects.filter(pk__in=pks, status=Status.FORFEITED, parked_at=None).count() == 20
        assert Forfeiture.objects.filter(work_order__in=pks).count() == 20
        assert Transaction.objects.filter(subject_type="workorders.workorder", subject_id__in=pks).count() == 30
    assert violations() == []


def reship_to_submit(shop: Any, now: Any) -> tuple[WorkOrder, Callable[[], Answer]]:
    """The same without pictures: a reship, ready to be sent."""
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    kept = factories.keep(case, now, branch=Branch.RESHIP, note="again", reship_number=f"YT{case.pk}")
    return kept, lambda: services.submit_answer(
        case.pk, branch=Branch.RESHIP, version=kept.version, by=None, now=now
    )


def two_reviewers(shop: Any, people: list[Any]) -> tuple[list[Any], WorkOrder]:
    now = clock.now()
    case, submit = reship_to_submit(shop, now)
    submit()
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
    for _ in range(10):
        outcomes, case = two_reviewers(shop, people)
        if broken(outcomes) or Decision.objects.filter(work_order=case).count() != 1:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_of_two_reviewers_one_decides_and_the_other_is_told(shop, people):
    for _ in range(ROUNDS):
        outcomes, case = two_reviewers(shop, people)
        decision = Decision.objects.get(work_order=case)
        assert [type(one).__name__ for one in refused(outcomes)] == ["Stale"]
        assert str(decision.by) in str(refused(outcomes)[0])
        assert case.status == decision.outcome
        assert Refund.objects.filter(order=case.order_id).count() == (decision.outcome == Outcome.LOST)
    assert violations() == []


def test_without_the_lock_a_double_click_collides(shop, unguard):
    unguard()
    for _ in range(10):
        case, submit = reship_to_submit(shop, clock.now())
        outcomes = together(submit, submit, submit)
        if broken(outcomes) or Answer.objects.filter(work_order=case).count() != 1:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_of_many_clicks_one_answer_goes_out(shop):
    for _ in range(ROUNDS):
        case, submit = reship_to_submit(shop, clock.now())
        outcomes = together(submit, submit, submit)
        assert len(refused(outcomes)) == 2
        assert broken(outcomes) == []
        assert Answer.objects.filter(work_order=case).count() == 1
    assert violations() == []


def refund_against_forfeit(shop: Any) -> tuple[list[Any], WorkOrder]:
    now = clock.now()
    case = factories.ask_overdue(shop, now)
    outcomes = together(
        lambda: refund(
            case.order_id, amount_minor=10_000, cause="goodwill", reason="", key=f"goodwill:{case.pk}", by=None, now=now
        ),
        lambda: services.forfeit([case.pk], now=now),
    )
    return outcomes, WorkOrder.objects.get(pk=case.pk)


def test_without_the_lock_a_refund_and_a_forfeit_pay_twice(shop, unguard):
    collisions = unguard()
    for _ in range(10):
        outcomes, _case = refund_against_forfeit(shop)
        if broken(outcomes) or collisions:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_a_refund_and_a_forfeit_never_pay_more_than_was_paid(shop):
    for _ in range(ROUNDS):
        outcomes, case = refund_against_forfeit(shop)
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

"""Two people reach for the same case, the clock takes a claim back under its holder's hands, somebody leaves meanwhile.

Each first with the guard off; see test_workorders_races for how.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from foundation.accounts.models import Membership, User
from foundation.accounts.services import note_person_revised
from foundation.accounts.tests.factories import make_member
from foundation.audit.models import Entry
from foundation.entry.services import end_membership
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from orders.models import Order
from workorders import services
from workorders.models import WorkOrder
from workorders.services import Writing, assigning
from workorders.states import Branch, Status
from workorders.tests import factories

from .cases import ask_many, reships
from .rounds import ROUNDS, ahead, broken, refused, together
from .test_workorders_races import shop, unguard  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
OVER = timedelta(minutes=31)


@pytest.fixture
def people(shop):  # noqa: F811
    return [make_member(shop, "service", name) for name in ("first", "second", "third", "fourth")]


@pytest.fixture
def off(unguard, monkeypatch) -> Callable[[], Any]:  # noqa: F811
    """The orders' and cases' locks off, and those of the memberships."""

    def turn_off() -> None:
        unguard()
        for place in ("workorders.services.assigning.lock", "foundation.entry.services.lock"):
            monkeypatch.setattr(place, lambda rows, **_said: list(rows.order_by("pk")))

    return turn_off


def all_take(shop: Any, people: list[Any], how_many: int) -> tuple[list[Any], list[WorkOrder]]:  # noqa: F811
    now = clock.now()
    WorkOrder.objects.filter(status=Status.OPEN, assigned_to=None).update(assigned_to=people[0])
    cases = ask_many(shop, how_many, now=now)
    outcomes = together(*[partial(services.take_next, shop, by=person, now=now) for person in people])
    return outcomes, cases


def taken(outcomes: list[Any]) -> list[int]:
    return [one.pk for one in outcomes if isinstance(one, WorkOrder)]


def test_without_the_lock_two_people_take_the_same_case(shop, people, off):  # noqa: F811
    off()
    for _ in range(10):
        outcomes, _cases = all_take(shop, people[:2], 3)
        if broken(outcomes) or len(set(taken(outcomes))) < 2:
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_people_who_take_the_next_at_once_get_different_cases(shop, people):  # noqa: F811
    for _ in range(ROUNDS):
        outcomes, cases = all_take(shop, people, 4)
        assert refused(outcomes) == []
        assert sorted(taken(outcomes)) == [case.pk for case in cases]
        for person, case in zip(people, outcomes, strict=True):
            assert WorkOrder.objects.get(pk=case.pk).assigned_to == person


def test_of_more_people_than_cases_some_are_told_there_is_none(shop, people):  # noqa: F811
    for _ in range(ROUNDS):
        outcomes, cases = all_take(shop, people, 2)
        assert broken(outcomes) == []
        assert sorted(taken(outcomes)) == [case.pk for case in cases]
        assert [type(one).__name__ for one in refused(outcomes)] == ["Blocked"] * 2


def both_claim(case: WorkOrder, people: list[Any]) -> list[Any]:
    now = clock.now()
    return together(*[partial(services.claim, case.pk, by=person, now=now) for person in people])


def test_without_the_lock_two_people_claim_the_same_case(shop, people, off):  # noqa: F811
    off()
    for case in ask_many(shop, 10):
        outcomes = both_claim(case, people[:2])
        if broken(outcomes) or not refused(outcomes):
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_of_two_claims_one_holds_and_the_other_is_told_whose_it_is(shop, people):  # noqa: F811
    for case in ahead(partial(ask_many, shop)):
        outcomes = both_claim(case, people[:2])
        holder = WorkOrder.objects.get(pk=case.pk).assigned_to
        [refusal] = refused(outcomes)
        assert (type(refusal).__name__, str(holder) in str(refusal)) == ("Blocked", True)
        assert Entry.objects.filter(verb="workorders.claimed", subject_id=case.pk).count() == 1


def work_against_the_clock(case: WorkOrder, person: Any) -> tuple[list[Any], WorkOrder]:
    """The holder saves a draft in the moment the job takes the claim back."""
    now = clock.now()
    services.claim(case.pk, by=person, now=now)
    writing = Writing(Branch.EVIDENCE, note="just in time")
    outcomes = together(
        lambda: services.save_draft(case.pk, writing, version=None, by=person, now=now + OVER),
        lambda: services.release_claims(now + OVER),
    )
    return outcomes, WorkOrder.objects.get(pk=case.pk)


def ran_out(case: WorkOrder) -> bool:
    return Entry.objects.filter(verb="workorders.claim_ran_out", subject_id=case.pk).exists()


def test_without_the_lock_a_claim_that_ran_out_is_still_held(shop, people, off):  # noqa: F811
    off()
    for asked in ask_many(shop, 10):
        outcomes, case = work_against_the_clock(asked, people[0])
        if broken(outcomes) or ran_out(case) != (case.assigned_to is None):
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_a_claim_either_ran_out_or_was_made_longer(shop, people):  # noqa: F811
    for asked in ahead(partial(ask_many, shop)):
        outcomes, case = work_against_the_clock(asked, people[0])
        assert refused(outcomes) == []
        assert ran_out(case) == (case.assigned_to is None) == (case.claimed_until is None)


def test_a_claim_that_runs_out_while_its_holder_answers_stops_no_answer(shop, people):  # noqa: F811
    for kept, submit in ahead(partial(reships, shop)):
        now = clock.now()
        services.claim(kept.pk, by=people[0], now=now)
        outcomes = together(submit, lambda at=now: services.release_claims(at + OVER))
        case = WorkOrder.objects.get(pk=kept.pk)
        assert refused(outcomes) == []
        assert (case.status, case.claimed_until) == (Status.ANSWERED, None)
        assert ran_out(case) == (case.assigned_to is None)


def leave_while_handed(case: WorkOrder, owner: Any) -> tuple[list[Any], WorkOrder, Membership]:
    now = clock.now()
    person = make_member(case.shop, "service", f"leaver-{case.pk}")
    outcomes = together(
        lambda: services.assign(case.pk, to=person, by=owner, now=now),
        lambda: end_membership(person.membership.pk, by=owner, now=now),
    )
    return outcomes, WorkOrder.objects.get(pk=case.pk), Membership.objects.get(pk=person.membership.pk)


def test_without_the_lock_a_case_is_left_with_somebody_who_is_gone(shop, off):  # noqa: F811
    owner = make_member(shop, "owner")
    off()
    for asked in ask_many(shop, 10):
        outcomes, case, membership = leave_while_handed(asked, owner)
        if broken(outcomes) or (case.assigned_to is not None and membership.ended_at):
            return
    pytest.fail("The guard is off and nothing went wrong: the race is not reached.")


def test_a_case_is_never_left_with_somebody_who_is_gone(shop):  # noqa: F811
    owner = make_member(shop, "owner")
    for asked in ahead(partial(ask_many, shop)):
        outcomes, case, membership = leave_while_handed(asked, owner)
        assert broken(outcomes) == []
        assert membership.ended_at
        assert case.assigned_to is None


def switch_off_while_handed(case: WorkOrder, owner: Any) -> tuple[list[Any], WorkOrder]:
    """The platform switches an account off in the moment a colleague hands a case over, with the row read before."""
    now = clock.now()
    person = make_member(case.shop, "service", f"off-{case.pk}")
    to = User.objects.get(pk=person.pk)

    def switch_off() -> None:
        with transaction.atomic():
            person.is_active = False
            person.save(update_fields=["is_active"])
            note_person_revised(person, changed=["is_active"], by=owner, now=now)

    outcomes = together(lambda: services.assign(case.pk, to=to, by=owner, now=now), switch_off)
    return outcomes, WorkOrder.objects.get(pk=case.pk)


def test_a_case_is_never_left_with_somebody_switched_off(shop):  # noqa: F811
    owner = make_member(shop, "owner")
    for asked in ahead(partial(ask_many, shop)):
        outcomes, case = switch_off_while_handed(asked, owner)
        assert broken(outcomes) == []
        assert case.assigned_to is None


def test_nothing_is_handed_to_somebody_switched_off_since_the_page_was_read(shop, people):  # noqa: F811
    now = clock.now()
    case = factories.ask(shop, now)
    to = User.objects.get(pk=people[0].pk)
    User.objects.filter(pk=to.pk).update(is_active=False)
    with pytest.raises(DomainError):
        services.assign(case.pk, to=to, by=None, now=now)
    with pytest.raises(DomainError):
        services.claim(case.pk, by=to, now=now)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_taking_the_next_holds_no_order_it_could_not_have(shop, people, monkeypatch):  # noqa: F811
    """A colleague claims the first case after it was found; while the second is locked the first one's order is free."""
    now = clock.now()
    first, second = factories.ask(shop, now - timedelta(hours=1)), factories.ask(shop, now)
    real, looked_at, free = assigning.lock_cases, [], []

    def hold_first() -> None:
        with transaction.atomic():
            free.extend(Order.objects.filter(pk=first.order_id).select_for_update(nowait=True))

    def watched(pks: list[int], **said: Any) -> list[WorkOrder]:
        if pks == [first.pk] and not looked_at:
            assert refused(together(partial(services.claim, first.pk, by=people[1], now=now))) == []
        looked_at.extend(pks)
        if pks == [second.pk]:
            assert refused(together(hold_first)) == []
        return real(pks, **said)

    monkeypatch.setattr(assigning, "lock_cases", watched)
    assert services.take_next(shop, by=people[0], now=now).pk == second.pk
    assert (looked_at, len(free)) == ([first.pk, second.pk], 1)

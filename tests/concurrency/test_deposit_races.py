"""A deposit wanted back by two at one moment: two applications, two approvals, two payouts, refund against forfeit (F44).

First with the guard off. PostgreSQL: the deposit account's row lock, then the ledger's. SQLite: the IMMEDIATE transaction
is the lock. See `rounds`.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.db import connection, connections, transaction

from deposits.models import Payout, RefundApplication
from deposits.payouts.base import Answer
from deposits.services import accounts, applications, payouts
from deposits.services.outcomes import heard
from deposits.states import PayoutState, Status
from deposits.tests import refunds
from deposits.tests.refunds import approved, deposit_reviewer, gateway, holdings, operator  # noqa: F401
from deposits.tests.refunds import broken as findings
from foundation.accounts.models import Shop
from foundation.accounts.tests.factories import make_shop
from foundation.ledger.models import Account, Transaction
from foundation.ledger.services import posting
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Blocked, IllegalMove, Stale

from .rounds import ROUNDS, broken, refused, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
ALL = 10_000  # fen of deposit
FOUR_EYES = 5_000


@pytest.fixture
def reviewers():
    return [deposit_reviewer("one"), deposit_reviewer("two")]


@pytest.fixture(autouse=True)
def rule(db):
    refunds.rule(clock.now(), four_eyes_minor=10**9)


@pytest.fixture
def off(monkeypatch) -> Callable[[], None]:
    """Turn the locks off and hold everybody a moment between looking and writing."""

    def read(rows: Any, *, skip_locked: bool = False, order: tuple[str, ...] = ("pk",)) -> list[Any]:
        found = list(rows.order_by(*order))
        time.sleep(0.05)
        return found

    def turn_off() -> None:
        places = ("deposits.services.accounts", "deposits.services.refund_moves", "deposits.services.outcomes")
        for place in (*places, "foundation.ledger.services.accounts"):
            monkeypatch.setattr(f"{place}.lock", read)
        if connection.vendor == "sqlite":
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")
            monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "timeout", 1)

    return turn_off


def rich(name: str) -> Shop:
    """A shop with its deposit and its deposit account."""
    shop, now = make_shop(name), clock.now()
    refunds.fund(shop, ALL, now)
    with transaction.atomic():
        accounts.hold([shop.pk])
    return shop


def shops(how_many: int = ROUNDS) -> Iterator[Shop]:
    for number in range(how_many):
        yield rich(f"race{number}")


def applying(shop: Shop, key: str, minor: int = 6_000) -> Callable[[], RefundApplication]:
    return partial(
        applications.apply, shop.pk, amount_minor=minor, reason="", key=f"{key}:{shop.pk}", by=None, now=clock.now()
    )


def forfeiting(shop: Shop, minor: int = ALL) -> Callable[[], None]:
    return partial(refunds.seize, shop, minor, clock.now(), f"forfeit:{shop.pk}")


def out_of(shop: Shop) -> tuple[int, int]:
    """What left for the shop, and what a draw found of its money."""
    rows = Transaction.objects.filter(shop=shop)
    claimed = sum(rows.filter(movement="deposit_claimed").values_list("total_minor", flat=True))
    drawn = sum(rows.filter(movement="refund").values_list("total_minor", flat=True))
    return claimed, drawn + holdings(shop).get("debt", 0)


def paying(one: RefundApplication) -> Callable[[], int]:
    """The pay job's chunk, without the job around it that tries again and parks."""

    @transaction.atomic
    def pay() -> int:
        return payouts._pay_chunk([one.pk], now=clock.now())

    return pay


class Meeting:
    """Everybody has read before anybody writes."""

    def __init__(self, people: int):
        self.barrier = threading.Barrier(people)

    def after(self, read: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            self.barrier.wait(5)
        return read


class TestGuardOff:
    def test_two_applications_meet_only_at_the_databases_constraint(self, off):
        shop = rich("off")
        off()
        outcomes = together(applying(shop, "a"), applying(shop, "b"))
        assert broken(outcomes), outcomes  # an error instead of a sentence

    def test_two_reviewers_agree_and_one_of_them_is_forgotten(self, off, reviewers):
        refunds.rule(clock.now(), four_eyes_minor=FOUR_EYES)
        one = refunds.in_review(rich("off"), 6_000, clock.now(), reviewers[0])
        off()
        jobs = [partial(applications.approve, one.pk, note="", version=one.version, by=by, now=clock.now()) for by in reviewers]
        outcomes = together(*jobs)
        one.refresh_from_db()
        assert broken(outcomes) or (refused(outcomes) == [] and one.status == Status.IN_REVIEW)

    def test_two_payers_of_one_application_meet_only_at_the_databases_constraint(self, off, reviewers, monkeypatch):
        one = approved(rich("off"), 6_000, clock.now(), reviewers[0])
        off()
        meeting, covered = Meeting(2), payouts.look_again
        monkeypatch.setattr(payouts, "look_again", lambda one, now: meeting.after(covered(one, now)))
        assert broken(together(paying(one), paying(one)))

    def test_a_refund_and_a_forfeit_both_find_the_same_money(self, off, reviewers, monkeypatch):
        shop = rich("off")
        one = approved(shop, ALL, clock.now(), reviewers[0])
        off()
        meeting = Meeting(2)
        monkeypatch.setattr(
            posting, "accounts_for",
            lambda shop_ids: meeting.after(list(Account.objects.filter(shop_id__in=list(shop_ids)))),
        )  # fmt: skip
        assert broken(together(paying(one), forfeiting(shop)))  # only the database's floor stops the second

    def test_two_senders_that_do_not_claim_send_twice(self, gateway, reviewers, monkeypatch):  # noqa: F811
        approved(rich("off"), 6_000, clock.now(), reviewers[0])
        payouts.pay_due(clock.now())
        monkeypatch.setattr(payouts, "_claim", lambda pk, now: Payout.objects.select_related("application__shop").get(pk=pk))
        together(*[partial(payouts.deliver_due, clock.now())] * 2)
        assert len(gateway.calls) == 2


class TestApplications:
    def test_of_two_at_once_one_is_taken_and_the_other_told(self):
        for shop in shops():
            outcomes = together(applying(shop, "a"), applying(shop, "b"))
            assert broken(outcomes) == []
            assert [type(error) for error in refused(outcomes)] == [Blocked]
            assert holdings(shop) == {"deposit": 4_000, "held": 6_000}
        assert findings() == []

    def test_a_double_click_is_one(self):
        for shop in shops(20):
            first, second = together(applying(shop, "click"), applying(shop, "click"))
            assert first == second and holdings(shop)["held"] == 6_000

    def test_an_application_and_a_forfeit_never_take_the_same_money(self):
        for shop in shops():
            outcomes = together(applying(shop, "a"), forfeiting(shop, 7_000))
            assert broken(outcomes) == []
            assert sum(holdings(shop).values()) == 3_000 and "debt" not in holdings(shop)
        applications.stop_short_due(clock.now())
        assert findings() == []


class TestApprovals:
    def test_of_two_from_the_same_page_one_counts_and_the_other_is_told(self, reviewers):
        refunds.rule(clock.now(), four_eyes_minor=FOUR_EYES)
        for shop in shops():
            one = refunds.in_review(shop, 6_000, clock.now(), reviewers[0])
            jobs = [partial(applications.approve, one.pk, note="", version=one.version, by=by, now=clock.now()) for by in reviewers]
            outcomes = together(*jobs)
            assert [type(error) for error in refused(outcomes)] == [Stale]
            one.refresh_from_db()
            assert one.status == Status.IN_REVIEW and one.first_by in reviewers

    def test_two_people_who_look_at_nothing_old_are_two(self, reviewers):
        refunds.rule(clock.now(), four_eyes_minor=FOUR_EYES)
        for shop in shops(20):
            one = refunds.in_review(shop, 6_000, clock.now(), reviewers[0])
            jobs = [partial(applications.approve, one.pk, note="", version=None, by=by, now=clock.now()) for by in reviewers]
            assert refused(together(*jobs)) == []
            one.refresh_from_db()
            assert one.status == Status.APPROVED and {one.first_by, one.decided_by} == set(reviewers)

    def test_approved_or_withdrawn_never_both(self, reviewers):
        for shop in shops():
            one = refunds.in_review(shop, 6_000, clock.now(), reviewers[0])
            outcomes = together(
                partial(applications.approve, one.pk, note="", version=one.version, by=reviewers[0], now=clock.now()),
                partial(applications.withdraw, one.pk, version=one.version, by=None, now=clock.now()),
            )
            assert [type(error) for error in refused(outcomes)] == [Stale]
            one.refresh_from_db()
            assert holdings(shop).get("held", 0) == (6_000 if one.status == Status.APPROVED else 0)


class TestPaying:
    def test_two_payers_and_two_senders_pay_once(self, gateway, reviewers):  # noqa: F811
        for shop in shops():
            one = approved(shop, 6_000, clock.now(), reviewers[0])
            counts = together(*[partial(payouts.pay_due, clock.now())] * 2)
            assert broken(counts) == [] and sum(count["claimed"] for count in counts) == 1
            counts = together(*[partial(payouts.deliver_due, clock.now())] * 2)
            assert broken(counts) == [] and sum(count["paid"] for count in counts) == 1
            one.refresh_from_db()
            assert (one.status, one.parked_at) == (Status.PAID, None)
            assert holdings(shop) == {"deposit": 4_000} and one.payouts.count() == 1
        assert len(gateway.calls) == len(gateway.paid) == ROUNDS
        assert findings() == []

    def test_a_refund_and_a_forfeit_never_take_the_same_money(self, reviewers):
        for shop in shops():
            one = approved(shop, ALL, clock.now(), reviewers[0])
            outcomes = together(partial(payouts.pay_due, clock.now()), forfeiting(shop))
            assert broken(outcomes) == []
            claimed, drawn = out_of(shop)
            assert (claimed, drawn) in ((ALL, 0), (0, ALL))
            payouts.pay_due(clock.now())
            one.refresh_from_db()
            assert one.status == (Status.PAYING if claimed else Status.STOPPED)
        assert findings() == []

    @pytest.mark.parametrize("what", ["withdrawn", "violation"])
    def test_what_is_being_paid_is_not_ended_and_what_ended_is_not_paid(self, reviewers, what):
        for shop in shops(20):
            one = approved(shop, ALL, clock.now(), reviewers[0])
            together(partial(payouts.pay_due, clock.now()), partial(end, one, what))
            one.refresh_from_db()
            claimed, _drawn = out_of(shop)
            assert (one.status == Status.PAYING) == (claimed == ALL)
            assert holdings(shop) == ({} if claimed else {"deposit": ALL})
        assert findings() == []

    def test_an_answer_heard_twice_and_settled_by_hand_is_one_payment(self, gateway, reviewers):  # noqa: F811
        desk = operator()
        for shop in shops(20):
            one = approved(shop, 6_000, clock.now(), reviewers[0])
            gateway.does = [("after", TimeoutError())]
            payouts.pay_due(clock.now())
            payouts.deliver_due(clock.now())
            payout = one.payouts.get(status=PayoutState.UNKNOWN)
            said = partial(heard, payout.key, Answer(paid=True), now=clock.now())
            outcomes = together(said, said, partial(payouts.settle_payout, payout.pk, paid=True, note="x", by=desk, now=clock.now()))
            assert broken(outcomes) == [] and {type(error) for error in refused(outcomes)} <= {IllegalMove}
            one.refresh_from_db()
            assert one.status == Status.PAID and holdings(shop) == {"deposit": 4_000}
        assert findings() == []


@transaction.atomic
def end(one: RefundApplication, what: str) -> None:
    """The shop withdraws, or a violation is recorded on the held deposit account."""
    if what == "withdrawn":
        applications.withdraw(one.pk, version=None, by=None, now=clock.now())
        return
    accounts.hold([one.shop_id])
    refunds.violate(one.shop, clock.now())

"""Apply, withdraw, review, violate, draw, pay, freeze, unfreeze and refund in any order, beside a twin in plain Python.

The twin knows the rules and no shortcut: it says beforehand whether a verb is let through and what every account holds
after it. Whatever the order, the books balance, nobody is below nothing, no more leaves than came in, and each
application is paid once at most.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings, stateful
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from deposits import reserves
from deposits.models import Level, Payout, QuotaPolicy, RefundApplication, ViolationPolicy
from deposits.payouts.base import Final, Retryable, Unknown
from deposits.reserves import Reserve
from deposits.services import applications, payouts, quota
from deposits.services.quota import Spend
from deposits.services.violations import NewViolation, record_violations
from deposits.states import HOLDS, PayoutState, Severity, Status
from foundation.accounts.tests.factories import make_shop
from foundation.catalog.models import ListingDay
from foundation.ledger.services import Posting, balances, post
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import shanghai_day
from foundation.lifecycle.errors import DomainError

from . import refunds
from .refund_twin import DAILY, DAY, DEDUCTS, FOUR_EYES, LEAST, LISTED, LOOK_BACK, ORDER, Twin
from .refunds import FakeGateway, broken, deposit_reviewer, gateway, operator

pytestmark = [pytest.mark.django_db, pytest.mark.long]
__all__ = ["gateway"]
HOUR = timedelta(hours=1)
amounts = st.one_of(st.sampled_from([1, 99, 100, 101, 4_999, 5_000]), st.integers(1, 12_000))
sips = st.sampled_from([1, 1, 99, 100, 400, 1_000, 9_000])
GATEWAY = {
    "pays": None, "refuses": Final("no"), "unreached": Retryable("later"), "paid, then silent": ("after", Unknown("?")),
    "silent": Unknown("?"),
}  # fmt: skip


class Deposits(RuleBasedStateMachine):
    """One shop, two reviewers, one operator, a gateway that does anything."""

    fake: FakeGateway
    reached: Counter[str]  # over all runs: a machine that never gets anywhere proves nothing

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()

    def teardown(self) -> None:
        try:
            assert broken() == []
            for status in RefundApplication.objects.values_list("status", flat=True):
                self.reached[status] += 1
        finally:
            reserves.ASKERS.pop("trial", None)
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @initialize(
        minor=st.sampled_from([20_000, 12_000, 3_000, 0]), share=st.integers(1, 4), steps=st.sampled_from([2, 3, 4, 5, 6, 2, 1, 0]),
        does=st.sampled_from(sorted(GATEWAY)),
    )  # fmt: skip
    def open_shop(self, minor: int, share: int, steps: int, does: str) -> None:
        """A shop, mostly with a deposit and an application so many steps on its way."""
        # Tomorrow's noon in Shanghai: the invariants go by the real clock, to which nothing here may be long overdue.
        self.now: datetime = clock.now().replace(hour=4, minute=0) + DAY
        self.shop = make_shop("machine", now=self.now)
        self.people = [deposit_reviewer("one"), deposit_reviewer("two")]
        self.desk, self.keys = operator(), 0
        self.fake.paid.clear()
        refunds.rule(self.now, listed_days=LISTED, look_back_days=LOOK_BACK, four_eyes_minor=FOUR_EYES, least_minor=LEAST)
        QuotaPolicy.objects.create(
            level=Level.BASIC, daily_minor=DAILY, effective_from=self.now - refunds.BEFORE, name_zh="试", name_en="trial"
        )
        for severity, minor_deducted in DEDUCTS.items():
            ViolationPolicy.objects.create(
                kind=f"trial-{severity}", severity=severity, deduct_minor=minor_deducted,
                effective_from=self.now - refunds.BEFORE, name_zh="试", name_en="trial",
            )  # fmt: skip
        self.twin = Twin(self.today)
        for day in self.twin.listed:
            ListingDay.objects.create(shop=self.shop, day=day, listed_count=3)
        reserves.ASKERS["trial"] = lambda shop, now, *, lines: Reserve("trial", "Cases", "", self.twin.case, 1)
        if minor:
            self.top_up(minor)
            self.pay_in(minor)
            self.apply(share, 0)
            self.onward(steps, does)

    # --- what stands
    @property
    def today(self) -> date:
        return shanghai_day(self.now)

    def key(self) -> str:
        self.keys += 1
        return f"machine:{self.keys}"

    def running(self) -> RefundApplication | None:
        rows = RefundApplication.objects.filter(shop=self.shop, closed_at=None)
        return rows.select_related("policy").first()

    def may(self, expected: bool, verb: Callable[..., Any], *args: Any, **words: Any) -> Any:
        """Do it; the refusal, or that there is none, is what the twin says."""
        try:
            with transaction.atomic():
                done = verb(*args, **words, now=self.now)
        except DomainError as refusal:
            assert not expected, f"{verb.__name__} was refused: {refusal}"
            self.reached[f"{verb.__name__} refused"] += 1
            return None
        assert expected, f"{verb.__name__} was let through"
        return done

    # --- money from elsewhere
    @rule(minor=amounts)
    def top_up(self, minor: int) -> None:
        post(Posting(self.key(), "topup", self.shop.pk, minor), by=None, now=self.now)
        self.twin.income(minor)

    @rule(minor=amounts)
    def pay_in(self, minor: int) -> None:
        posting = Posting(self.key(), "deposit_paid", self.shop.pk, minor)
        if self.may(minor <= self.twin.money["settlement"], post, posting, by=None):
            self.twin.shift(minor, "settlement", "deposit")
            self.twin.paid_in += minor

    @rule(minor=sips)
    def forfeit(self, minor: int) -> None:
        refunds.seize(self.shop, minor, self.now, self.key())
        self.twin.draw(minor)

    @rule(minor=st.sampled_from([0, 0, 500, 6_000]))
    def a_case_opens_or_closes(self, minor: int) -> None:
        self.twin.case = minor

    @rule(listed=st.sampled_from([True, True, True, False, None]), more=st.integers(0, 3))
    def days_pass(self, listed: bool | None, more: int) -> None:
        """One as it comes, and some with products after it."""
        for shown in (listed, *[True] * more):
            if shown is not None:
                ListingDay.objects.create(shop=self.shop, day=self.today, listed_count=int(shown))
                self.twin.listed[self.today] = shown
            self.now += DAY

    # --- the application
    @precondition(lambda self: not self.running())
    @rule(share=st.sampled_from([1, 1, 2, 2, 3]), more=st.sampled_from([-1, 0, 0, 0, 1]))
    def apply(self, share: int, more: int) -> None:
        """For about a share of what could go back."""
        self.apply_for((self.twin.money["deposit"] + self.twin.money["debt"] - self.twin.case) // share + more)

    @rule(minor=amounts)
    def apply_for(self, minor: int) -> None:
        fine = self.running() is None and minor >= LEAST and self.twin.covers(minor, 0, self.today)
        words = {"amount_minor": minor, "reason": "", "key": self.key(), "by": None}
        if self.may(fine, applications.apply, self.shop.pk, **words):
            self.twin.shift(minor, "deposit", "held")

    @precondition(lambda self: self.running())
    @rule(steps=st.integers(1, 3), does=st.sampled_from(sorted(GATEWAY)))
    def onward(self, steps: int, does: str) -> None:
        """What would come next if nothing came between."""
        for _ in range(steps):
            one = self.running()
            if one is None:
                return
            if one.status == Status.APPLIED:
                self.review("take", 0)
            elif one.status == Status.NEED_INFO:
                self.review("answer", 0)
            elif one.status == Status.IN_REVIEW:
                self.approve(int(one.first_by_id == self.people[0].pk))
            elif one.payouts.filter(status=PayoutState.UNKNOWN).exists():
                self.reconcile("nothing")
            elif one.status == Status.PAYING:
                self.send(does, twice=False)
            elif one.parked_at:
                self.operations_settle(True)
            else:
                self.pay()

    @precondition(lambda self: self.running())
    @rule(
        what=st.sampled_from(["a case", "an empty day", "a draw of all but held", "a draw that reaches held"]),
        then=st.sampled_from(["onward", "onward", "withdraw", "violate", "the_clock_looks"]),
    )
    def something_comes_between(self, what: str, then: str) -> None:
        """And the next step meets it."""
        if what == "a case":
            self.twin.case = 15_000
        elif what == "an empty day":
            self.days_pass(False, 0)
        else:
            before = sum(self.twin.money[kind] for kind in ("settlement", "deposit", "temporary"))
            minor = before + (what == "a draw that reaches held")
            if minor:
                self.forfeit(minor)
        if then == "onward":
            self.onward(1, "pays")
        elif then == "violate":
            self.violate(Severity.MINOR)
        elif then == "the_clock_looks" or self.running():
            getattr(self, then)()

    def ended(self, application: RefundApplication) -> None:
        """What was left of it in `held` is deposit again."""
        self.twin.shift(min(self.twin.money["held"], application.amount_minor), "held", "deposit")

    @precondition(lambda self: self.running())
    @rule()
    def withdraw(self) -> None:
        one = self.running()
        if self.may(one.status in HOLDS, applications.withdraw, one.pk, version=one.version, by=None):
            self.ended(one)

    @precondition(lambda self: self.running())
    @rule(verb=st.sampled_from(["take", "ask", "answer", "reject"]), who=st.integers(0, 1))
    def review(self, verb: str, who: int) -> None:
        one, by = self.running(), self.people[who]
        words: dict[str, Any] = {
            "take": {}, "ask": {"reason": "other", "text": "?", "version": one.version},
            "answer": {"text": "!", "files": [], "version": one.version},
            "reject": {"reason": "trade_doubts", "note": "", "version": one.version},
        }[verb]  # fmt: skip
        fine = one.LIFECYCLE.can(verb, one.status)
        if verb == "answer" and fine:
            fine = self.now <= one.answer_due_at
        done = self.may(fine, getattr(applications, verb), one.pk, **words, by=None if verb == "answer" else by)
        if done and verb == "reject":
            self.ended(one)

    @precondition(lambda self: self.running())
    @rule(who=st.integers(0, 1))
    def approve(self, who: int) -> None:
        one, by = self.running(), self.people[who]
        fine = (
            one.status == Status.IN_REVIEW and one.first_by_id != by.pk
            and self.twin.covers(one.amount_minor, one.amount_minor, self.today)
        )  # fmt: skip
        two = one.amount_minor >= FOUR_EYES and one.first_by_id is None
        if self.may(fine, applications.approve, one.pk, note="", version=one.version, by=by):
            one.refresh_from_db()
            assert one.status == (Status.IN_REVIEW if two else Status.APPROVED)

    @rule(severity=st.sampled_from([Severity.MINOR, Severity.MINOR, Severity.MAJOR]))
    def violate(self, severity: str) -> None:
        """It stops what is under review, then its deduction takes the deposit first."""
        one = self.running()
        item = NewViolation(self.shop.pk, f"trial-{severity}", self.key(), self.now)
        record_violations([item], by=None, now=self.now)
        if severity == Severity.MAJOR:
            self.twin.majors.append(self.today)
        if one is not None and one.status in HOLDS:
            one.refresh_from_db()
            assert one.status == Status.STOPPED
            self.ended(one)
        self.twin.draw(DEDUCTS[severity], ("deposit", *ORDER))

    @rule()
    def the_clock_looks(self) -> None:
        one = self.running()
        stops = one is not None and one.status in HOLDS and self.twin.money["held"] < one.amount_minor
        assert applications.stop_short_due(self.now) == {"stopped": int(stops)}
        if stops:
            self.ended(one)
        ends = one is not None and not stops and one.status == Status.NEED_INFO and self.now > one.answer_due_at
        assert applications.expire_due(self.now) == {"expired": int(ends)}
        if ends:
            self.ended(one)
        applications.look_again_due(self.now)
        applications.escalate_due(self.now)
        applications.remind_due(self.now)

    # --- paying
    @precondition(lambda self: self.running())
    @rule()
    def pay(self) -> None:
        one = self.running()
        ready = one is not None and one.status == Status.APPROVED and one.parked_at is None
        short = ready and self.twin.money["held"] < one.amount_minor
        pays = ready and not short and self.twin.covers(one.amount_minor, one.amount_minor, self.today)
        assert payouts.pay_due(self.now) == {"claimed": int(pays)}
        if short:
            self.ended(one)
        if pays:
            self.twin.money["held"] -= one.amount_minor
            self.twin.paid_out += one.amount_minor

    @precondition(lambda self: self.running())
    @rule(does=st.sampled_from(sorted(GATEWAY)), twice=st.booleans())
    def send(self, does: str, twice: bool) -> None:
        self.now += HOUR / 30
        self.fake.does, self.fake.twice = [GATEWAY[does]], twice
        payouts.deliver_due(self.now)
        self.back()

    @precondition(lambda self: self.running())
    @rule(says=st.sampled_from(["remembers", "nothing", "silent"]))
    def reconcile(self, says: str) -> None:
        self.now += HOUR / 4
        self.fake.says = {"remembers": [], "nothing": [None], "silent": [Unknown("?")]}[says]
        payouts.reconcile_due(self.now)
        self.fake.says = []
        self.back()

    @precondition(lambda self: self.running())
    @rule(answer=st.booleans())
    def operations_settle(self, answer: bool) -> None:
        """They look at what the gateway really did."""
        unknown = Payout.objects.filter(status=PayoutState.UNKNOWN).first()
        if unknown is not None:
            truth = unknown.key in self.fake.paid
            payouts.settle_payout(unknown.pk, paid=truth, note="seen", by=self.desk, now=self.now)
        one = self.running()
        if answer and one is not None and one.parked_at:
            payouts.pay_again(one.pk, note="go on", by=self.desk, now=self.now)
        self.back()

    def back(self) -> None:
        """Attempts that certainly failed are held again."""
        gone = sum(Payout.objects.exclude(status=PayoutState.FAILED).values_list("amount_minor", flat=True))
        self.twin.money["held"] += self.twin.paid_out - gone
        self.twin.paid_out = gone

    # --- quota
    @rule(verb=st.sampled_from(["freeze", "unfreeze", "spend"]), minor=amounts)
    def quota(self, verb: str, minor: int) -> None:
        getattr(self, verb)(minor)

    def freeze(self, minor: int) -> None:
        fine = minor <= self.twin.money["settlement"]
        if self.may(fine, quota.freeze, self.shop.pk, amount_minor=minor, key=self.key(), by=None):
            self.twin.shift(minor, "settlement", "temporary")

    def unfreeze(self, minor: int) -> None:
        fine = minor <= self.twin.unfreezable(self.today)
        if self.may(fine, quota.unfreeze, self.shop.pk, amount_minor=minor, key=self.key(), by=None):
            self.twin.money["temporary"] -= minor
            self.twin.income(minor)

    def spend(self, minor: int) -> None:
        """A refund the shop gives by itself: the quota lets it through, then it is drawn."""

        def refund(now: datetime) -> bool:
            quota.spend_many([Spend(self.shop.pk, self.key(), minor)], by=None, now=now)
            refunds.seize(self.shop, minor, now, self.key())
            return True

        if self.may(minor <= self.twin.quota_left(self.today), refund):
            self.twin.used[self.today] = self.twin.used.get(self.today, 0) + minor
            self.twin.draw(minor)

    # --- always
    @invariant()
    def money_is_where_the_twin_says(self) -> None:
        if hasattr(self, "twin"):
            said = {kind: minor for kind, minor in balances(self.shop).items() if kind != "pending"}
            assert said == self.twin.money
            assert all(minor >= 0 for kind, minor in said.items() if kind != "debt") and said["debt"] <= 0

    @invariant()
    def never_more_out_than_in_and_each_paid_once(self) -> None:
        if hasattr(self, "twin"):
            assert sum(self.fake.paid.values()) <= self.twin.paid_in
            assert self.twin.paid_out <= self.twin.paid_in
            numbers = [key.rsplit("-", 1)[0] for key in self.fake.paid]
            assert len(numbers) == len(set(numbers))
            failed = Payout.objects.filter(status=PayoutState.FAILED).values_list("key", flat=True)
            assert not set(failed) & set(self.fake.paid)  # what is called failed certainly was not paid


def test_any_order(gateway):
    class Machine(Deposits):
        fake = gateway
        reached = Counter()

    stateful.run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=100, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    wanted = {Status.PAID, Status.STOPPED, "apply refused"}
    assert wanted <= set(Machine.reached), Machine.reached

"""Paying an approved application exactly once, whatever the gateway does: hangs, fails, answers twice, never answers."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from deposits.checks import payouts_have_a_gateway
from deposits.models import Payout
from deposits.payouts.base import Answer, Final, Retryable, Unknown
from deposits.services import applications, payouts
from deposits.services.outcomes import heard
from deposits.states import PayoutState, Status, WhyStopped
from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Forbidden, IllegalMove, Invalid
from foundation.notifications.models import Notice

from .refunds import (
    FakeGateway,
    approved,
    broken,
    deposit_reviewer,
    fund,
    gateway,
    holdings,
    operator,
    rule,
    seize,
    violate,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
__all__ = ["gateway"]


@pytest.fixture
def one(shop, now, gateway):
    """Approved, ¥40 of ¥100."""
    fund(shop, 10_000, now)
    rule(now)
    return approved(shop, 4_000, now, deposit_reviewer())


def stand(application):
    """Application, payout and money as they are."""
    application.refresh_from_db()
    payout = application.payouts.order_by("-attempt").first()
    return application.status, payout.status if payout else None, holdings(application.shop)


PAID = (Status.PAID, PayoutState.PAID, {"deposit": 6_000})
BEING_PAID = {"deposit": 6_000}
HELD = {"deposit": 6_000, "held": 4_000}


class TestStraight:
    def test_claimed_sent_and_paid_once_however_often_the_jobs_run(self, one, gateway, now):
        assert [payouts.pay_due(now) for _ in range(2)] == [{"claimed": 1}, {"claimed": 0}]
        assert stand(one) == (Status.PAYING, PayoutState.PENDING, BEING_PAID)
        assert [payouts.deliver_due(now)["paid"] for _ in range(2)] == [1, 0]
        assert stand(one) == PAID and gateway.calls == [f"pay {one.number}-1"] and not broken()
        assert one.paid_at == one.closed_at == now
        for job in (payouts.rescue_stuck, payouts.reconcile_due, payouts.pay_due):
            assert not any(job(now + 60 * MINUTE).values())
        assert gateway.paid == {f"{one.number}-1": 4_000}

    def test_each_step_is_told(self, shop, one, now):
        make_member(shop, "finance")
        payouts.pay_due(now)
        payouts.deliver_due(now)
        kinds = Notice.objects.filter(user__username=f"{shop.code}-finance").order_by("pk").values_list("kind", flat=True)
        assert list(kinds) == ["deposits.refund_claimed", "deposits.refund_paid"]

    def test_it_can_not_be_withdrawn_or_stopped_any_more(self, shop, one, now):
        payouts.pay_due(now)
        with pytest.raises(IllegalMove):
            applications.withdraw(one.pk, version=None, by=None, now=now)
        violate(shop, now)
        assert stand(one)[0] == Status.PAYING

    def test_a_second_payout_beside_one_that_did_not_fail_is_refused_by_the_database(self, one, now):
        payouts.pay_due(now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Payout.objects.create(
                application=one, attempt=2, key="x", amount_minor=1, gateway="fake", next_at=now, created_at=now
            )


class TestLookedAtBeforePaying:
    def test_short_by_a_draw_it_is_stopped(self, shop, one, now):
        seize(shop, 6_001, now, "forfeit")
        assert payouts.pay_due(now) == {"claimed": 0}
        assert stand(one) == (Status.STOPPED, None, {"deposit": 3_999}) and one.why_stopped == WhyStopped.SHORT
        assert not broken()

    def test_what_may_not_go_back_now_waits_with_the_sentence_and_is_looked_at_again(self, one, now, monkeypatch):
        asked = []

        def check(shop, amount_minor, at, *, own_held=0):
            asked.append((amount_minor, at, own_held))
            if at < now + MINUTE:
                raise applications.Blocked("A case reserves it.")

        monkeypatch.setattr("deposits.eligibility.check", check)
        assert payouts.pay_due(now) == {"claimed": 0}
        one.refresh_from_db()
        assert (one.status, one.waits_for) == (Status.APPROVED, "A case reserves it.")
        version = one.version
        assert payouts.pay_due(now) == {"claimed": 0}
        one.refresh_from_db()
        assert one.version == version
        assert payouts.pay_due(now + MINUTE) == {"claimed": 1}
        one.refresh_from_db()
        assert (one.status, one.waits_for) == (Status.PAYING, "")
        assert asked[-1] == (4_000, now + MINUTE, 4_000)

    def test_one_that_poisons_its_chunk_is_parked_and_the_others_are_paid(self, one, now, monkeypatch):
        other = make_shop("other")
        fund(other, 10_000, now)
        second = approved(other, 4_000, now, deposit_reviewer("second"))
        real = payouts.look_again

        def poisoned(application, at):
            if application.pk == one.pk:
                raise ZeroDivisionError
            return real(application, at)

        monkeypatch.setattr(payouts, "look_again", poisoned)
        assert [payouts.pay_due(now) for _ in range(2)] == [{"claimed": 1}, {"claimed": 0}]
        one.refresh_from_db()
        assert one.parked_at == now and "ZeroDivisionError" in one.parked_reason
        assert stand(second)[0] == Status.PAYING


class TestGatewayThatCanNotBeReached:
    def test_tried_again_later_under_the_same_key(self, one, gateway, now):
        gateway.does = [Retryable("no connection")]
        payouts.pay_due(now)
        assert payouts.deliver_due(now)["later"] == 1
        assert stand(one) == (Status.PAYING, PayoutState.PENDING, BEING_PAID)
        assert not any(payouts.deliver_due(now + timedelta(seconds=29)).values())
        assert payouts.deliver_due(now + timedelta(seconds=30))["paid"] == 1
        assert stand(one) == PAID and set(gateway.calls) == {f"pay {one.number}-1"}

    def test_after_twelve_tries_the_money_is_held_again_and_people_decide(self, one, gateway, now):
        gateway.does = [Retryable("no connection") for _ in range(12)]
        payouts.pay_due(now)
        for hours in range(12):
            payouts.deliver_due(now + timedelta(hours=hours))
        assert stand(one) == (Status.APPROVED, PayoutState.FAILED, HELD) and one.parked_at
        assert payouts.pay_due(now + timedelta(days=1)) == {"claimed": 0}
        assert gateway.paid == {} and not broken()

    def test_a_gateway_nobody_registered_sends_nothing(self, one, now):
        payouts.pay_due(now)
        Payout.objects.update(gateway="gone")
        assert payouts.deliver_due(now)["later"] == 1
        assert stand(one)[1] == PayoutState.PENDING


class TestGatewayThatSaysNo:
    def test_the_money_is_held_again_parked_and_paid_again_only_by_a_click(self, shop, one, gateway, now):
        gateway.does = [Final("the account is closed")]
        desk = operator()
        payouts.pay_due(now)
        assert payouts.deliver_due(now)["not_paid"] == 1
        assert stand(one) == (Status.APPROVED, PayoutState.FAILED, HELD)
        assert one.parked_reason == "the account is closed" and not broken()
        assert Notice.objects.filter(kind="deposits.payout_failed", user=desk).count() == 1
        assert payouts.pay_due(now + MINUTE) == {"claimed": 0}
        with pytest.raises(Invalid):
            payouts.pay_again(one.pk, note=" ", by=desk, now=now)
        with pytest.raises(Forbidden):
            payouts.pay_again(one.pk, note="x", by=deposit_reviewer("nosy"), now=now)
        payouts.pay_again(one.pk, note="new account", by=desk, now=now)
        with pytest.raises(IllegalMove):
            payouts.pay_again(one.pk, note="new account", by=desk, now=now)
        payouts.pay_due(now + MINUTE)
        payouts.deliver_due(now + MINUTE)
        assert stand(one) == PAID and gateway.paid == {f"{one.number}-2": 4_000} and not broken()

    def test_a_parked_one_can_be_withdrawn(self, one, gateway, now):
        gateway.does = [Final("the account is closed")]
        payouts.pay_due(now)
        payouts.deliver_due(now)
        one = applications.withdraw(one.pk, version=None, by=None, now=now)
        assert (one.status, one.parked_at) == (Status.WITHDRAWN, None)
        assert holdings(one.shop) == {"deposit": 10_000} and not broken()


class TestGatewayThatHangs:
    """A timeout: the call may have arrived."""

    def hang(self, gateway: FakeGateway, now, arrived: bool):
        gateway.does = [("after", Unknown("no answer"))] if arrived else [Unknown("no answer")]
        payouts.pay_due(now)
        assert payouts.deliver_due(now)["unknown"] == 1

    def test_it_is_never_sent_again_by_itself(self, one, gateway, now):
        desk = operator()
        self.hang(gateway, now, arrived=False)
        gateway.says = [Unknown("still nothing")] * 99
        assert stand(one) == (Status.PAYING, PayoutState.UNKNOWN, BEING_PAID) and one.waits_for
        assert Notice.objects.filter(kind="deposits.payout_unknown", user=desk).count() == 1
        for hours in range(1, 30):
            at = now + timedelta(hours=hours)
            for job in (payouts.pay_due, payouts.deliver_due, payouts.rescue_stuck, payouts.reconcile_due):
                job(at)
        assert [call for call in gateway.calls if call.startswith("pay")] == [f"pay {one.number}-1"]
        assert stand(one)[1] == PayoutState.UNKNOWN and not broken()

    @pytest.mark.parametrize("error", [TimeoutError(), ConnectionResetError(), ValueError("no JSON")])
    def test_any_other_error_counts_as_unknown(self, one, gateway, now, error):
        gateway.does = [error]
        payouts.pay_due(now)
        assert payouts.deliver_due(now)["unknown"] == 1
        assert stand(one)[1] == PayoutState.UNKNOWN

    def test_asked_it_says_paid(self, one, gateway, now):
        self.hang(gateway, now, arrived=True)
        assert not any(payouts.reconcile_due(now + 9 * MINUTE).values())
        assert [payouts.reconcile_due(now + 10 * MINUTE)["paid"] for _ in range(2)] == [1, 0]
        assert stand(one) == PAID and len(gateway.paid) == 1 and not broken()

    def test_asked_it_says_no(self, one, gateway, now):
        self.hang(gateway, now, arrived=False)
        gateway.says = [Answer(paid=False, text="refused")]
        assert payouts.reconcile_due(now + 10 * MINUTE) == {"paid": 0, "not_paid": 1}
        assert stand(one) == (Status.APPROVED, PayoutState.FAILED, HELD) and one.parked_at

    def test_nothing_of_it_is_no_answer_the_call_may_still_be_on_its_way(self, one, gateway, now):
        self.hang(gateway, now, arrived=False)
        assert payouts.reconcile_due(now + 10 * MINUTE) == {"paid": 0, "not_paid": 0}
        assert stand(one)[1] == PayoutState.UNKNOWN
        assert Payout.objects.get().error == "the gateway has nothing of it"

    def test_operations_settle_it_as_paid(self, one, gateway, now):
        desk = operator()
        self.hang(gateway, now, arrived=True)
        payout = payouts.settle_payout(Payout.objects.get().pk, paid=True, note="on the statement", by=desk, now=now)
        assert stand(one) == PAID and payout.status == PayoutState.PAID and not broken()
        with pytest.raises(IllegalMove):
            payouts.settle_payout(payout.pk, paid=False, note="on the statement", by=desk, now=now)

    def test_operations_settle_it_as_not_paid_and_let_it_go_on(self, one, gateway, now):
        desk = operator()
        self.hang(gateway, now, arrived=False)
        payouts.settle_payout(Payout.objects.get().pk, paid=False, note="the bank has nothing", by=desk, now=now)
        assert stand(one) == (Status.APPROVED, PayoutState.FAILED, HELD)
        assert payouts.pay_due(now) == {"claimed": 0}
        payouts.pay_again(one.pk, note="go on", by=desk, now=now)
        payouts.pay_due(now)
        payouts.deliver_due(now)
        assert stand(one) == PAID and not broken()

    def test_who_may_settle_and_with_which_words(self, shop, one, gateway, now):
        self.hang(gateway, now, arrived=False)
        pk, desk = Payout.objects.get().pk, operator()
        for note in ("", "x" * 301):
            with pytest.raises(Invalid):
                payouts.settle_payout(pk, paid=True, note=note, by=desk, now=now)
        Membership.objects.create(shop=shop, user=desk, role="finance", joined_at=now, ended_at=now)
        for person in (None, deposit_reviewer("nosy"), desk):
            with pytest.raises(Forbidden):
                payouts.settle_payout(pk, paid=True, note="x", by=person, now=now)


class TestAnswersTwice:
    def test_the_second_of_two_equal_answers_changes_nothing(self, one, gateway, now):
        gateway.twice = True
        payouts.pay_due(now)
        assert payouts.deliver_due(now) == {"paid": 0, "not_paid": 0, "later": 0, "unknown": 0, "nothing": 1}
        assert stand(one) == PAID and not broken()
        assert heard(f"{one.number}-1", Answer(paid=True), now=now + MINUTE) == "nothing"
        assert Transaction.objects.filter(movement="deposit_claimed").count() == 1
        assert one.paid_at == now

    def test_two_answers_that_differ_are_peoples(self, one, gateway, now):
        desk = operator()
        gateway.does = [Final("no")]
        payouts.pay_due(now)
        payouts.deliver_due(now)
        for _ in range(2):
            heard(f"{one.number}-1", Answer(paid=True, reference="R"), now=now)
        assert stand(one) == (Status.APPROVED, PayoutState.FAILED, HELD)
        assert Notice.objects.filter(kind="deposits.payout_contradicted", user=desk).count() == 1
        assert payouts.pay_due(now) == {"claimed": 0}

    def test_a_key_nobody_gave_changes_nothing(self, one, now):
        assert heard("DRNOBODY-1", Answer(paid=True), now=now) == "nothing"


class Died(BaseException):
    """The process is gone: no handler runs."""


class TestSenderThatDies:
    def die(self, gateway, now, *, arrived):
        gateway.does = [("after", Died()) if arrived else Died()]
        payouts.pay_due(now)
        with pytest.raises(Died):
            payouts.deliver_due(now)

    def test_between_send_and_mark_the_gateway_is_asked_and_pays_nothing_more(self, one, gateway, now):
        self.die(gateway, now, arrived=True)
        assert stand(one)[1] == PayoutState.SENDING
        assert not any(payouts.rescue_stuck(clock.now()).values())  # it may just be slow
        assert [payouts.rescue_stuck(clock.now() + 6 * MINUTE)["paid"] for _ in range(2)] == [1, 0]
        assert stand(one) == PAID and len(gateway.paid) == 1 and not broken()

    def test_before_it_arrived_the_same_key_is_sent_again(self, one, gateway, now):
        self.die(gateway, now, arrived=False)
        later = clock.now() + 6 * MINUTE
        assert payouts.rescue_stuck(later)["later"] == 1
        assert payouts.deliver_due(later + MINUTE)["paid"] == 1
        assert stand(one) == PAID and gateway.paid == {f"{one.number}-1": 4_000}

    def test_a_gateway_that_can_not_tell_leaves_it_to_people(self, one, gateway, now):
        self.die(gateway, now, arrived=True)
        gateway.says = [Unknown("ask later")]
        assert payouts.rescue_stuck(clock.now() + 6 * MINUTE)["unknown"] == 1
        assert stand(one)[1] == PayoutState.UNKNOWN

    def test_a_slow_answer_after_the_rescue_gave_up_still_counts(self, one, gateway, now):
        """The sender only hung: while it waits, the rescue asks in vain and lists it; then the answer is there."""
        gateway.says = [Unknown("ask later")]
        gateway.meanwhile = lambda: payouts.rescue_stuck(clock.now() + 6 * MINUTE)
        payouts.pay_due(now)
        assert payouts.deliver_due(now)["paid"] == 1
        assert stand(one) == PAID and not broken()

    def test_a_slow_failure_after_the_rescue_changes_nothing(self, one, gateway, now):
        gateway.says = [Unknown("ask later")]
        gateway.does = [Retryable("no connection")]
        gateway.meanwhile = lambda: payouts.rescue_stuck(clock.now() + 6 * MINUTE)
        payouts.pay_due(now)
        assert payouts.deliver_due(now)["nothing"] == 1
        assert stand(one)[1] == PayoutState.UNKNOWN


class TestBooked:
    def test_without_an_outside_call_it_is_paid_in_the_same_round(self, shop, now):
        fund(shop, 10_000, now)
        rule(now)
        one = approved(shop, 4_000, now, deposit_reviewer())
        payouts.pay_due(now)
        assert payouts.deliver_due(now)["paid"] == 1
        assert stand(one) == PAID and one.payouts.get().gateway == "booked"


class TestSandbox:
    """What it does follows from the amount's last digits."""

    @pytest.mark.parametrize(
        ("minor", "at_once", "in_the_end"),
        [
            (4_000, PayoutState.PAID, PayoutState.PAID), (4_001, PayoutState.FAILED, PayoutState.FAILED),
            (4_002, PayoutState.UNKNOWN, PayoutState.PAID), (4_003, PayoutState.UNKNOWN, PayoutState.UNKNOWN),
            (4_004, PayoutState.PENDING, PayoutState.PAID), (4_005, PayoutState.PAID, PayoutState.PAID),
            (4_006, PayoutState.UNKNOWN, PayoutState.FAILED),
        ],
    )  # fmt: skip
    def test_every_behaviour_ends_where_it_should(self, shop, now, settings, minor, at_once, in_the_end):
        settings.PAYOUT_GATEWAY = "sandbox"
        fund(shop, 10_000, now)
        rule(now)
        one = approved(shop, minor, now, deposit_reviewer())
        payouts.pay_due(now)
        payouts.deliver_due(now)
        assert stand(one)[1] == at_once
        for minutes in (1, 11, 22):
            payouts.deliver_due(now + minutes * MINUTE)
            payouts.reconcile_due(now + minutes * MINUTE)
        assert stand(one)[1] == in_the_end
        assert (one.status == Status.PAID) == (in_the_end == PayoutState.PAID) and not broken()


@pytest.mark.parametrize(
    ("name", "production", "found"),
    [("booked", True, []), ("sandbox", False, []), ("sandbox", True, ["deposits.E002"]), ("nobody", False, ["deposits.E001"])],
)
def test_a_gateway_that_pays_nobody_shows_at_start(settings, name, production, found):
    settings.PAYOUT_GATEWAY, settings.PRODUCTION = name, production
    assert [error.id for error in payouts_have_a_gateway()] == found

"""A refund application from the shop's click to the reviewers' decision: states, money, clocks, who may, who is told."""

from datetime import timedelta

import pytest

from deposits.models import RefundApplication
from deposits.services import applications
from deposits.states import Decided, Severity, Status, WhyStopped
from foundation.accounts.models import Membership, RestrictionReason
from foundation.accounts.services import lift, restrict
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from foundation.files.models import StoredFile
from foundation.ledger.models import Transaction
from foundation.lifecycle.errors import Blocked, DeadlinePassed, Forbidden, IllegalMove, Invalid, Stale
from foundation.notifications.models import Notice, OutboxMessage

from .refunds import applied, approved, broken, deposit_reviewer, fund, holdings, in_review, photo, rule, seize, violate

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def reviewer(db):
    return deposit_reviewer()


@pytest.fixture(autouse=True)
def rich(shop, now):
    fund(shop, 10_000, now)
    rule(now)


def told(kind):
    return Notice.objects.filter(kind=f"deposits.{kind}", cancelled_at=None).count()


class TestApply:
    def test_the_amount_is_held_and_the_shop_is_told_by_text_too(self, shop, owner, now):
        owner.phone = "13800000001"
        owner.save()
        one = applied(shop, 4_000, now, by=owner)
        assert holdings(shop) == {"deposit": 6_000, "held": 4_000}
        assert (one.status, one.review_due_at, one.band) == (Status.APPLIED, now + 7 * DAY, 0)
        assert told("refund_applied") == 1 and OutboxMessage.objects.filter(subject_id=one.pk).exists()
        assert not broken()

    def test_the_same_form_twice_is_one(self, shop, now):
        assert applied(shop, 4_000, now) == applied(shop, 4_000, now + DAY)
        with pytest.raises(Blocked, match="another amount"):
            applied(shop, 5_000, now)
        assert holdings(shop)["held"] == 4_000

    def test_one_open_application_at_a_time(self, shop, now):
        first = applied(shop, 1_000, now)
        with pytest.raises(Blocked, match=first.number):
            applied(shop, 1_000, now, key="second")
        applications.withdraw(first.pk, version=first.version, by=None, now=now)
        applied(shop, 1_000, now, key="second")

    @pytest.mark.parametrize("minor", [-1, 0, 99])
    def test_less_than_the_least_is_refused(self, shop, now, minor):
        with pytest.raises(Invalid, match="At least ¥1.00"):
            applied(shop, minor, now)

    def test_more_than_there_is_is_refused(self, shop, now):
        with pytest.raises(Blocked):
            applied(shop, 10_001, now)
        assert holdings(shop) == {"deposit": 10_000} and not RefundApplication.objects.exists()

    @pytest.mark.parametrize(
        "why", [RestrictionReason.PHONE_CHANGE, RestrictionReason.RECOVERY, RestrictionReason.REVIEWER]
    )
    def test_a_restricted_shop_may_not(self, shop, now, why):
        restrict(shop.pk, why, by=None, now=now)
        with pytest.raises(Blocked):
            applied(shop, 1_000, now)

    def test_a_shop_short_of_its_deposit_may_take_back_what_may_go_back(self, shop, now):
        restrict(shop.pk, RestrictionReason.SHORT_DEPOSIT, by=None, now=now)
        applied(shop, 1_000, now)


class TestWithdraw:
    @pytest.mark.parametrize("far", [applied, in_review, approved])
    def test_everything_comes_back(self, shop, owner, reviewer, now, far):
        one = far(shop, 4_000, now) if far is applied else far(shop, 4_000, now, reviewer)
        one = applications.withdraw(one.pk, version=one.version, by=owner, now=now)
        assert (one.status, one.closed_at) == (Status.WITHDRAWN, now)
        assert holdings(shop) == {"deposit": 10_000} and not broken()

    def test_not_twice_and_not_from_an_old_page(self, shop, now):
        one = applied(shop, 4_000, now)
        with pytest.raises(Stale):
            applications.withdraw(one.pk, version=one.version + 1, by=None, now=now)
        one = applications.withdraw(one.pk, version=one.version, by=None, now=now)
        with pytest.raises(IllegalMove):
            applications.withdraw(one.pk, version=one.version, by=None, now=now)
        assert Transaction.objects.filter(movement="deposit_released").count() == 1

    def test_only_what_a_draw_left(self, shop, now):
        one = applied(shop, 4_000, now)
        seize(shop, 9_000, now, "forfeit")
        assert holdings(shop) == {"held": 1_000}
        applications.withdraw(one.pk, version=one.version, by=None, now=now)
        assert holdings(shop) == {"deposit": 1_000} and not broken()


class TestWhoMayReview:
    def test_nobody_but_reviewers_of_deposits(self, shop, owner, now):
        one = applied(shop, 4_000, now)
        for person in (owner, None):
            with pytest.raises(Forbidden):
                applications.take(one.pk, by=person, now=now)

    def test_nobody_who_ever_worked_for_the_shop(self, shop, reviewer, now):
        one = in_review(shop, 4_000, now, reviewer)
        Membership.objects.create(shop=shop, user=reviewer, role="service", joined_at=now - DAY, ended_at=now)
        for verb, words in [("approve", {"note": ""}), ("reject", {"reason": "other", "note": "x"}), ("ask", {"reason": "other", "text": "x"})]:
            with pytest.raises(Forbidden, match="belonged"):
                getattr(applications, verb)(one.pk, version=one.version, by=reviewer, now=now, **words)

    def test_it_is_taken_once(self, shop, reviewer, now):
        one = in_review(shop, 4_000, now, reviewer)
        assert (one.status, one.reviewer) == (Status.IN_REVIEW, reviewer)
        with pytest.raises(IllegalMove):
            applications.take(one.pk, by=deposit_reviewer("another"), now=now)


class TestQuestion:
    def asked(self, shop, reviewer, now):
        one = in_review(shop, 4_000, now, reviewer)
        return applications.ask(
            one.pk, reason=Decided.PAPERS_MISSING, text="Your licence?", version=one.version, by=reviewer, now=now + DAY
        )

    def test_the_shop_answers_with_pictures_and_the_clock_stood_still(self, shop, owner, reviewer, now):
        one = self.asked(shop, reviewer, now)
        assert (one.status, one.answer_due_at) == (Status.NEED_INFO, now + 8 * DAY)
        assert Notice.objects.get(kind="deposits.refund_asked").data["text"] == "Your licence?"
        message = applications.answer(
            one.pk, text="Here", files=[photo(), photo((1, 2, 3), "b.jpg")], version=one.version, by=owner, now=now + 4 * DAY
        )
        one.refresh_from_db()
        assert (one.status, one.review_due_at) == (Status.IN_REVIEW, now + 10 * DAY)  # 7 days, and 3 with the shop
        assert message.files.count() == 2 and [row.from_shop for row in one.messages.all()] == [False, True]
        assert Notice.objects.filter(kind="deposits.refund_answered_to_review", user=reviewer).count() == 1
        assert not broken()

    def test_a_refused_answer_leaves_no_file_behind(self, shop, owner, reviewer, now):
        one = self.asked(shop, reviewer, now)
        with pytest.raises(Stale):
            applications.answer(one.pk, text="x", files=[photo()], version=one.version - 1, by=owner, now=now + DAY)
        with pytest.raises(Invalid):
            applications.answer(one.pk, text=" ", files=[photo()], version=one.version, by=owner, now=now + DAY)
        assert not StoredFile.objects.exists()

    def test_the_last_instant_is_in_time_and_the_next_is_not(self, shop, owner, reviewer, now):
        one = self.asked(shop, reviewer, now)
        with pytest.raises(DeadlinePassed):
            applications.answer(
                one.pk, text="x", files=[], version=one.version, by=owner,
                now=one.answer_due_at + timedelta(microseconds=1),
            )  # fmt: skip
        assert applications.expire_due(one.answer_due_at) == {"expired": 0}
        applications.answer(one.pk, text="x", files=[], version=one.version, by=owner, now=one.answer_due_at)

    def test_a_day_before_the_end_the_shop_is_reminded_once_and_then_it_ends(self, shop, owner, reviewer, now):
        one = self.asked(shop, reviewer, now)
        assert applications.remind_due(now + 6 * DAY) == {"reminded": 0}
        assert [applications.remind_due(now + 7 * DAY) for _ in range(2)] == [{"reminded": 1}, {"reminded": 0}]
        assert told("refund_unanswered") == 1
        late = one.answer_due_at + timedelta(seconds=1)
        assert [applications.expire_due(late) for _ in range(2)] == [{"expired": 1}, {"expired": 0}]
        one.refresh_from_db()
        assert (one.status, one.decided_reason, one.decided_by) == (Status.REJECTED, Decided.NO_ANSWER, None)
        assert holdings(shop) == {"deposit": 10_000} and told("refund_expired") == 1 and told("refund_unanswered") == 0
        applied(shop, 4_000, late, key="again")

    @pytest.mark.parametrize(("reason", "text"), [("all_met", "x"), ("open_cases", "x"), ("other", " "), ("other", "x" * 2001)])
    def test_a_question_has_a_reason_and_words(self, shop, reviewer, now, reason, text):
        one = in_review(shop, 4_000, now, reviewer)
        with pytest.raises(Invalid):
            applications.ask(one.pk, reason=reason, text=text, version=one.version, by=reviewer, now=now)

    def test_a_question_undoes_the_first_agreement(self, shop, owner, reviewer, now):
        rule(now, four_eyes_minor=4_000)
        one = approved(shop, 4_000, now, reviewer)
        assert one.first_by == reviewer
        one = applications.ask(one.pk, reason="other", text="?", version=one.version, by=deposit_reviewer("b"), now=now)
        applications.answer(one.pk, text="!", files=[], version=one.version, by=owner, now=now)
        one.refresh_from_db()
        one = applications.approve(one.pk, note="", version=one.version, by=reviewer, now=now)
        assert one.status == Status.IN_REVIEW and one.first_by == reviewer


class TestDecision:
    def test_below_the_sum_one_reviewer_is_enough(self, shop, reviewer, now):
        rule(now, four_eyes_minor=4_001)
        one = approved(shop, 4_000, now, reviewer)
        assert (one.status, one.decided_by, one.decided_at) == (Status.APPROVED, reviewer, now)
        assert holdings(shop)["held"] == 4_000 and told("refund_approved") == 0  # the shop has nobody yet

    def test_from_the_sum_on_another_must_agree(self, shop, reviewer, now):
        rule(now, four_eyes_minor=4_000)
        second = deposit_reviewer("second")
        one = approved(shop, 4_000, now, reviewer)
        assert one.status == Status.IN_REVIEW
        assert list(Notice.objects.filter(kind="deposits.refund_first_agreed").values_list("user", flat=True)) == [second.pk]
        with pytest.raises(Forbidden, match="another reviewer"):
            applications.approve(one.pk, note="", version=one.version, by=reviewer, now=now)
        with pytest.raises(Stale):
            applications.approve(one.pk, note="", version=one.version - 1, by=second, now=now)
        one = applications.approve(one.pk, note="fine", version=one.version, by=second, now=now)
        assert (one.status, one.first_by, one.decided_by) == (Status.APPROVED, reviewer, second)

    def test_what_came_up_meanwhile_makes_it_wait_and_it_is_looked_at_again(self, shop, reviewer, now):
        one = in_review(shop, 10_000, now, reviewer)
        restrict(shop.pk, RestrictionReason.REVIEWER, by=None, now=now)
        with pytest.raises(Blocked) as sentence:
            applications.approve(one.pk, note="", version=one.version, by=reviewer, now=now)
        one.refresh_from_db()
        assert one.waits_for == str(sentence.value) and one.status == Status.IN_REVIEW
        assert applications.look_again_due(now) == {"free": 0}
        lift(shop.pk, RestrictionReason.REVIEWER, by=None, now=now)
        assert [applications.look_again_due(now) for _ in range(2)] == [{"free": 1}, {"free": 0}]
        one.refresh_from_db()
        assert one.waits_for == ""
        assert Notice.objects.filter(kind="deposits.refund_free", user=reviewer).count() == 1

    def test_rejected_with_a_reason_of_the_list_the_money_is_deposit_again(self, shop, owner, reviewer, now):
        one = in_review(shop, 4_000, now, reviewer)
        for reason, note in [("all_met", ""), ("other", " "), ("nonsense", "x")]:
            with pytest.raises(Invalid):
                applications.reject(one.pk, reason=reason, note=note, version=one.version, by=reviewer, now=now)
        one = applications.reject(one.pk, reason="trade_doubts", note="", version=one.version, by=reviewer, now=now)
        assert (one.status, one.decided_reason, one.closed_at) == (Status.REJECTED, "trade_doubts", now)
        assert holdings(shop) == {"deposit": 10_000} and told("refund_rejected") == 1 and not broken()

    def test_not_decided_in_time_it_is_on_the_platforms_list_once(self, shop, reviewer, now):
        one = in_review(shop, 4_000, now, reviewer)
        assert applications.escalate_due(one.review_due_at) == {"escalated": 0}
        late = one.review_due_at + timedelta(seconds=1)
        assert [applications.escalate_due(late) for _ in range(2)] == [{"escalated": 1}, {"escalated": 0}]
        one.refresh_from_db()
        assert one.escalated_at == late and Notice.objects.filter(kind="deposits.refund_escalated", user=reviewer).count() == 1

    def test_the_clock_stands_still_while_the_shop_has_the_ball(self, shop, reviewer, now):
        rule(now, answer_days=30)
        one = in_review(shop, 4_000, now, reviewer)
        applications.ask(one.pk, reason="other", text="?", version=one.version, by=reviewer, now=now)
        assert applications.escalate_due(now + 20 * DAY) == {"escalated": 0}


class TestStopped:
    @pytest.mark.parametrize("far", [applied, in_review, approved])
    def test_a_violation_stops_it_and_says_which(self, shop, owner, reviewer, now, far):
        one = far(shop, 4_000, now) if far is applied else far(shop, 4_000, now, reviewer)
        violation = violate(shop, now)
        one.refresh_from_db()
        assert (one.status, one.why_stopped, one.stopped_by) == (Status.STOPPED, WhyStopped.VIOLATION, violation)
        assert holdings(shop) == {"deposit": 10_000} and not broken()
        assert Notice.objects.get(kind="deposits.refund_stopped", user=owner).data["about"] == violation.number

    def test_only_one_as_severe_as_the_rule_says(self, shop, reviewer, now):
        rule(now, stopped_from=Severity.MAJOR)
        one = in_review(shop, 4_000, now, reviewer)
        violate(shop, now, Severity.MINOR)
        one.refresh_from_db()
        assert one.status == Status.IN_REVIEW
        violate(shop, now, Severity.MAJOR)
        one.refresh_from_db()
        assert one.status == Status.STOPPED

    def test_another_shops_violation_stops_nothing(self, shop, now):
        one = applied(shop, 4_000, now)
        violate(make_shop("other"), now)
        one.refresh_from_db()
        assert one.status == Status.APPLIED

    def test_a_draw_that_reached_what_is_held_stops_it_at_the_next_look(self, shop, now):
        one = applied(shop, 4_000, now)
        seize(shop, 6_000, now, "all but held")
        assert applications.stop_short_due(now) == {"stopped": 0}
        seize(shop, 1, now, "one fen more")
        assert [applications.stop_short_due(now) for _ in range(2)] == [{"stopped": 1}, {"stopped": 0}]
        one.refresh_from_db()
        assert (one.status, one.why_stopped) == (Status.STOPPED, WhyStopped.SHORT)
        assert holdings(shop) == {"deposit": 3_999} and not broken()


def test_every_step_stands_in_the_record(shop, owner, reviewer, now):
    one = in_review(shop, 4_000, now, reviewer)
    applications.ask(one.pk, reason="other", text="?", version=one.version, by=reviewer, now=now)
    applications.answer(one.pk, text="!", files=[], version=None, by=owner, now=now)
    applications.approve(one.pk, note="", version=None, by=reviewer, now=now)
    verbs = Entry.objects.filter(subject_type="deposits.refundapplication", subject_id=one.pk).order_by("pk")
    steps = ["applied", "taken", "asked", "answered", "approved"]
    assert list(verbs.values_list("verb", flat=True)) == [f"deposits.refund_{step}" for step in steps]


class TestFiles:
    def test_the_shops_money_people_and_reviewers_without_a_stake_open_them(self, shop, owner, reviewer, sign_in, now):
        one = in_review(shop, 4_000, now, reviewer)
        applications.ask(one.pk, reason="other", text="?", version=None, by=reviewer, now=now)
        answer = applications.answer(one.pk, text="!", files=[photo()], version=None, by=owner, now=now)
        stored = answer.files.get()
        assert sign_in(owner).get(f"/s/{shop.code}/files/{stored.uuid}/").status_code == 200
        assert sign_in(reviewer).get(f"/admin/files/{stored.uuid}/").status_code == 200
        partial = deposit_reviewer("was-there")
        Membership.objects.create(shop=shop, user=partial, role="service", joined_at=now, ended_at=now)
        assert sign_in(partial).get(f"/admin/files/{stored.uuid}/").status_code == 404
        stranger = make_member(make_shop("other"), "owner")
        assert sign_in(stranger).get(f"/s/other/files/{stored.uuid}/").status_code == 404

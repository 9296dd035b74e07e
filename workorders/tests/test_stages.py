"""Questions in stages: each with its own deadline, answered once, forfeited once."""

from datetime import timedelta

import pytest

from foundation.accounts.tests.factories import make_reviewer
from foundation.audit.models import Entry
from foundation.lifecycle.errors import Blocked, DeadlinePassed, Invalid, Stale
from foundation.lifecycle.invariants import INVARIANTS
from foundation.notifications.models import Notice
from foundation.shell.urls_for import shop_url
from workorders import services
from workorders.deciding import decision_context
from workorders.models import Answer, Draft, Forfeiture, WorkOrder
from workorders.rule_rows import ADDRESS_CHANGE, REFUSED, WORRY
from workorders.services import Writing, evidence
from workorders.states import Branch, Outcome, Reason, Status
from workorders.steps import steps

from . import factories

HOUR = timedelta(hours=1)


@pytest.fixture
def worry(shop, now):
    return ask_in_transit(shop, now)


@pytest.fixture
def reviewer(db):
    return make_reviewer()


def ask_in_transit(shop, now, type=WORRY):
    """About a parcel that is on its way: what most of these questions are about."""
    return factories.ask(shop, now, type=type, order=factories.in_transit(shop, now))


def at_last_stage(case, now):
    case = factories.acknowledge(case, now)
    return factories.choose(case, now, "wont_arrive", note="丢件")


def test_an_answered_stage_opens_the_next_with_a_deadline_and_vouchers_of_its_own(worry, now):
    assert worry.due_at == now + 12 * HOUR and worry.asked_slots == []
    second = factories.acknowledge(worry, now + HOUR)
    assert (second.status, second.stage, second.window_no) == (Status.OPEN, 2, 2)
    assert second.due_at == now + 25 * HOUR
    assert second.next_reminder_at == now + 13 * HOUR  # half of 24 h
    assert second.asked_slots == ["carrier_answer"]
    assert second.version > worry.version


def test_only_the_answer_of_the_last_stage_goes_to_a_reviewer(worry, now):
    last = at_last_stage(worry, now)
    assert (last.status, last.stage) == (Status.OPEN, 3)
    done = factories.choose(last, now, "moving")
    assert done.status == Status.ANSWERED
    assert done.review_due_at == now + timedelta(hours=done.policy.review_hours)
    assert [(answer.stage, answer.window_no) for answer in done.answers.all()] == [(1, 1), (2, 2), (3, 3)]


def test_moving_on_is_recorded_and_told_with_the_new_deadline(worry, now, owner):
    factories.acknowledge(worry, now, owner)
    entry = Entry.objects.get(verb="workorders.advanced")
    assert (entry.from_state, entry.to_state, entry.data["stage"], entry.data["stages"]) == ("open", "open", 2, 3)
    notice = Notice.objects.get(kind="workorders.next_stage", user=owner)
    assert notice.cancelled_at is None
    assert not Notice.objects.filter(kind="workorders.opened", cancelled_at=None).exists()


def test_a_later_stage_forfeits_once_at_its_own_deadline(worry, now):
    second = factories.acknowledge(worry, now + HOUR)
    assert services.forfeit_due(second.due_at)["forfeited"] == 0
    late = second.due_at + timedelta(seconds=1)
    assert services.forfeit_due(late)["forfeited"] == 1
    assert services.forfeit_due(late + HOUR)["forfeited"] == 0
    row = Forfeiture.objects.get()
    assert (row.window_no, row.due_at) == (2, second.due_at)
    assert row.refund_minor == worry.order.paid_minor and not row.dispute_counted
    assert Answer.objects.count() == 1


def test_the_first_stages_deadline_no_longer_counts_once_it_is_answered(worry, now):
    factories.acknowledge(worry, now + 11 * HOUR)
    assert services.forfeit([worry.pk], now=now + 13 * HOUR).done == 0


def test_a_stage_past_its_deadline_takes_no_answer_and_keeps_the_draft(worry, now):
    second = factories.acknowledge(worry, now)
    kept = factories.keep(second, now, branch=Branch.CHOICE, option="unknown", note="等网点回复")
    with pytest.raises(DeadlinePassed):
        services.submit_answer(
            second.pk, branch=Branch.CHOICE, version=kept.version, by=None, now=second.due_at + timedelta(seconds=1)
        )
    assert Draft.objects.get().note == "等网点回复"
    assert Answer.objects.filter(stage=2).count() == 0


def test_a_second_click_on_acknowledge_says_what_happened(worry, now, owner):
    factories.acknowledge(worry, now, owner)
    with pytest.raises(Stale, match="stage 1"):
        services.acknowledge(worry.pk, version=worry.version, by=owner, now=now)
    assert Answer.objects.count() == 1


def test_a_replayed_submit_of_an_earlier_stage_is_refused(worry, now):
    second = factories.acknowledge(worry, now)
    kept = factories.keep(second, now, branch=Branch.CHOICE, option="unknown", note="?")
    services.submit_answer(second.pk, branch=Branch.CHOICE, version=kept.version, by=None, now=now)
    for version in (kept.version, None):
        with pytest.raises(Stale):
            services.submit_answer(second.pk, branch=Branch.CHOICE, version=version, by=None, now=now)
    assert WorkOrder.objects.get().stage == 3


def test_the_desk_and_the_draft_of_a_new_stage_are_empty(shop, now):
    case = factories.acknowledge(ask_in_transit(shop, now, REFUSED), now)
    assert not Draft.objects.exists()
    evidence.add_voucher(case.pk, factories.photo(), by=None, now=now, slots=["recall_proof"])
    assert not evidence.missing_slots(case)


def test_pictures_of_an_acknowledged_stage_do_not_go_out(shop, now):
    case = factories.ask(shop, now, type=REFUSED, asked_slots=["shipping_slip"])
    evidence.add_voucher(case.pk, factories.photo(), by=None, now=now, slots=["shipping_slip"])
    second = factories.acknowledge(case, now)
    assert Answer.objects.get().sheet is None
    assert not evidence.vouchers_of(second).exists()


def test_asking_for_more_returns_to_the_same_stage(worry, now, reviewer):
    done = factories.choose(at_last_stage(worry, now), now, "moving")
    services.decide(
        done.pk, outcome=Outcome.MORE, reason=Reason.UNCLEAR, note="since when?", version=None, by=reviewer, now=now
    )
    again = WorkOrder.objects.get()
    assert (again.status, again.stage, again.window_no) == (Status.OPEN, 3, 4)
    answered = factories.choose(again, now + HOUR, "moving", note="since Monday")
    assert answered.status == Status.ANSWERED
    assert [answer.stage for answer in answered.answers.all()] == [1, 2, 3, 3]


def test_agreeing_settles_in_any_stage_that_offers_it(worry, now):
    second = factories.acknowledge(worry, now)
    services.agree_refund(second.pk, version=None, by=None, now=now)
    settled = WorkOrder.objects.get()
    assert (settled.status, settled.order.refunded_minor) == (Status.SETTLED, settled.order.paid_minor)
    assert [answer.stage for answer in settled.answers.all()] == [1, 2]


def test_a_way_to_answer_of_another_stage_is_refused(worry, now):
    with pytest.raises(Invalid):
        services.save_draft(worry.pk, Writing(Branch.CHOICE, option="moving"), version=None, by=None, now=now)
    second = factories.acknowledge(worry, now)
    with pytest.raises(Invalid):
        services.acknowledge(second.pk, version=None, by=None, now=now)
    with pytest.raises(Invalid):
        services.save_draft(second.pk, Writing(Branch.CHOICE, option="waits"), version=None, by=None, now=now)


def test_a_type_that_does_not_offer_the_refund_in_a_stage_refuses_it(shop, now):
    case = factories.ask(shop, now, type="wrong_or_missing")
    with pytest.raises(Blocked):
        services.agree_refund(case.pk, version=None, by=None, now=now)


def test_a_queued_case_starts_in_its_first_stage_when_its_turn_comes(worry, now):
    behind = factories.ask(worry.shop, now, order=worry.order, type=ADDRESS_CHANGE)
    services.agree_refund(worry.pk, version=None, by=None, now=now + HOUR)
    started = WorkOrder.objects.get(pk=behind.pk)
    assert (started.status, started.stage, started.due_at) == (Status.OPEN, 1, now + 7 * HOUR)


def test_sending_again_writes_the_orders_staff_note(worry, now):
    second = factories.acknowledge(worry, now)
    factories.choose(second, now, "reshipped", reship_carrier="顺丰速运", reship_number="SF 7001", note="当天补寄")
    worry.order.refresh_from_db()
    assert "SF 7001" in worry.order.staff_note


def test_steps_say_what_is_done_what_is_asked_and_what_is_to_come(worry, now):
    second = WorkOrder.objects.select_related("policy").get(pk=factories.acknowledge(worry, now).pk)
    shown = steps(second, list(second.answers.all()))
    assert [step.state for step in shown] == ["done", "now", "to_come"]
    assert shown[1].due_at == second.due_at and shown[0].answer.stage == 1
    services.forfeit([second.pk], now=second.due_at + HOUR)
    gone = WorkOrder.objects.get()
    assert [step.state for step in steps(gone, list(gone.answers.all()))] == ["done", "missed", "to_come"]


def test_a_type_with_one_stage_shows_no_steps(shop, now):
    assert steps(factories.ask(shop, now), []) == []


def test_the_invariants_hold_through_stages_verdicts_and_forfeits(shop, now, reviewer):
    at_last_stage(ask_in_transit(shop, now), now)
    factories.acknowledge(ask_in_transit(shop, now, REFUSED), now)
    won = factories.choose(at_last_stage(ask_in_transit(shop, now), now), now, "moving")
    services.decide(won.pk, outcome=Outcome.WON, reason=Reason.PROVED, version=None, by=reviewer, now=now)
    services.forfeit_due(now + 200 * HOUR)
    assert not [said for one in INVARIANTS for said in one.check()]


def test_the_reviewer_sees_the_answers_and_the_pictures_of_every_stage(shop, now, reviewer):
    case = ask_in_transit(shop, now)
    second = factories.acknowledge(case, now)
    factories.lay_evidence(second, now)
    third = factories.choose(second, now, "will_arrive", on_day=now.date() + timedelta(days=3))
    factories.choose(third, now, "moving")
    shown = decision_context(WorkOrder.objects.select_related("policy", "order", "shop").get(), reviewer, now)
    assert [answer.step.number for answer in shown["answers"]] == [1, 2, 3]
    assert [voucher.slots for voucher in shown["vouchers"]] == [["carrier_answer"]]
    assert shown["asked"] == ["carrier_answer"]


def test_one_click_on_the_page_acknowledges_and_opens_the_next_stage(shop, now, owner, sign_in):
    case, seller = ask_in_transit(shop, now), sign_in(owner)
    page = seller.get(shop_url(shop, "workorders:work-order", number=case.number), headers={"Accept-Language": "en"})
    assert "Goes out with this click." in page.content.decode()
    sent = seller.post(shop_url(shop, "workorders:acknowledge", number=case.number), {"version": case.version}, follow=True)
    assert sent.status_code == 200 and "&lt;time" not in sent.content.decode()
    again = seller.post(shop_url(shop, "workorders:acknowledge", number=case.number), {"version": case.version})
    assert again.status_code == 409
    assert [answer.stage for answer in Answer.objects.all()] == [1]


def test_a_page_of_the_last_stage_takes_at_most_twelve_queries(shop, now, owner, sign_in, django_assert_max_num_queries):
    case, seller = at_last_stage(ask_in_transit(shop, now), now), sign_in(owner)
    address = shop_url(shop, "workorders:work-order", number=case.number)
    seller.get(address)
    with django_assert_max_num_queries(12):
        seller.get(address)

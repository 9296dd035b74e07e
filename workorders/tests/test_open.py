from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from foundation.lifecycle.errors import Blocked, Invalid
from foundation.notifications.models import Notice
from orders.models import Order
from orders.tests.factories import make_order
from workorders import services, slots
from workorders.models import WorkOrder, WorkOrderPolicy
from workorders.policies import reminder_times, seed_policies
from workorders.rule_rows import NOT_RECEIVED, WRONG_OR_MISSING
from workorders.states import Branch, Status

from . import factories


def test_the_two_types_are_the_rules_exactly(db):
    not_received = WorkOrderPolicy.objects.get(type=NOT_RECEIVED)
    wrong = WorkOrderPolicy.objects.get(type=WRONG_OR_MISSING)
    assert (not_received.window_hours, wrong.window_hours) == (48, 24)
    assert not_received.slots == ["shipping_slip", "sign_off_proof"]
    assert wrong.slots == ["weighing_dispatch", "weighing_sign_off", "weighing_delivery"]
    assert not_received.branches == [Branch.EVIDENCE, Branch.AGREE_REFUND]
    assert wrong.branches == [Branch.EVIDENCE, Branch.NEGOTIATED, Branch.RESHIP]
    assert (not_received.compensation_bp, not_received.delists) == (0, False)
    assert wrong.compensation_bp > 0
    assert wrong.delists


def test_seeding_twice_adds_nothing(db):
    before = WorkOrderPolicy.objects.count()
    seed_policies()
    assert WorkOrderPolicy.objects.count() == before


def test_opening_copies_what_applies_and_tells_the_shop(shop, owner, now):
    case = factories.ask(shop, now)
    assert (case.status, case.due_at, case.opened_at) == (Status.OPEN, now + timedelta(hours=48), now)
    assert case.platform_text == factories.QUESTION
    assert Notice.objects.filter(kind="workorders.opened", user=owner).count() == 1
    assert Order.objects.get(pk=case.order_id).open_work_orders == 1


def test_a_later_rule_never_moves_an_open_case(shop, now):
    case = factories.ask(shop, now)
    old = case.policy
    WorkOrderPolicy.objects.create(
        type=old.type, name_zh="x", name_en="x", effective_from=now, window_hours=1, slots=[], branches=old.branches
    )
    case.refresh_from_db()
    assert (case.due_at, case.policy) == (now + timedelta(hours=48), old)
    assert factories.ask(shop, now).due_at == now + timedelta(hours=1)


def test_behind_an_unfinished_one_it_waits_without_a_clock(shop, now):
    first = factories.ask(shop, now)
    second = factories.ask(shop, now, order=first.order, type=WRONG_OR_MISSING)
    assert (second.status, second.due_at, second.opened_at) == (Status.QUEUED, None, None)
    assert Order.objects.get(pk=first.order_id).open_work_orders == 2
    assert services.open_queued(now) == {"opened": 0}
    services.agree_refund(first.pk, version=None, by=None, now=now + timedelta(hours=1))
    second.refresh_from_db()
    assert (second.status, second.due_at) == (Status.OPEN, now + timedelta(hours=25))


def test_the_rescue_job_opens_what_nobody_opened_once(shop, now):
    case = factories.ask(shop, now)
    WorkOrder.objects.filter(pk=case.pk).update(status=Status.QUEUED, due_at=None, opened_at=None)
    assert services.open_queued(now) == {"opened": 1}
    assert services.open_queued(now) == {"opened": 0}


def test_the_same_question_twice_is_one(shop, now):
    case = factories.ask(shop, now)
    with pytest.raises(Blocked):
        factories.ask(shop, now, order=case.order)
    assert WorkOrder.objects.count() == 1


@pytest.mark.parametrize("said", [{"platform_text": " \n"}, {"asked_slots": ["x"]}, {"compensation_bp": -1}])
def test_a_question_that_makes_no_sense_is_refused(shop, now, said):
    with pytest.raises(Invalid):
        factories.ask(shop, now, **said)
    assert not WorkOrder.objects.exists()


def test_a_line_of_another_order_is_refused(shop, now):
    line = make_order(shop, now).lines.first()
    with pytest.raises(Invalid):
        factories.ask(shop, now, line=line)


def test_reminders_fall_at_half_four_hours_and_one_hour():
    start = datetime(2026, 11, 1, tzinfo=UTC)
    times = reminder_times(start, start + timedelta(hours=48), ["50%", "4h", "1h", "x", "999h"])
    assert [(moment - start).total_seconds() / 3600 for moment, _code in times] == [24, 44, 47]


@pytest.mark.django_db  # the vouchers are rows
def test_the_text_joined_again_is_the_text():
    text = "请上传发货底单与签收红章证明（红章证明须手写）。Shipping slip!"
    found = slots.pieces(text, ["shipping_slip", "sign_off_proof"])
    assert "".join(piece.text for piece in found) == text
    assert [piece.slot for piece in found if piece.slot] == [
        "shipping_slip", "sign_off_proof", "sign_off_proof", "shipping_slip"
    ]


def test_the_command_opens_a_case(shop, now, capsys):
    order = make_order(shop, now)
    call_command("open_work_order", order.number, "--shop", shop.name, "--type", "wrong_or_missing", "--text", "少发")
    case = WorkOrder.objects.get()
    assert (case.type, case.status, case.opened_by) == ("wrong_or_missing", "open", None)
    assert case.number in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("open_work_order", "no-such", "--shop", shop.name, "--text", "x")
    with pytest.raises(CommandError):
        call_command("open_work_order", order.number, "--shop", "no such", "--text", "x")
    assert WorkOrder.objects.count() == 1

from datetime import timedelta

import pytest

from foundation.accounts.models import Restriction
from foundation.audit.models import Entry as AuditEntry
from foundation.jobs.beat import ENTRIES
from foundation.ledger.models import Entry, Transaction
from foundation.ledger.services import balances
from foundation.lifecycle.invariants import INVARIANTS
from foundation.notifications.models import Notice
from orders.models import Order, Refund
from orders.services import refund
from orders.tests.factories import make_order
from workorders import services
from workorders.models import Forfeiture, WorkOrder
from workorders.rule_rows import NOT_RECEIVED, WRONG_OR_MISSING
from workorders.services import forfeiting
from workorders.states import Status

from . import factories


def state(case):
    return WorkOrder.objects.get(pk=case.pk)


def violations():
    return [f"{one.code}: {text}" for one in INVARIANTS for text in one.check()]


def test_an_overdue_case_is_forfeited_with_all_its_effects(shop, owner, now):
    case = factories.ask_overdue(shop, now, type=WRONG_OR_MISSING)
    product = factories.put_on_shelf(case.order)
    assert services.forfeit_due(now) == {"forfeited": 1, "parked": 0}
    case = state(case)
    assert case.status == Status.FORFEITED
    assert case.closed_at == now
    row = Forfeiture.objects.get()
    assert (row.refund_minor, row.compensation_minor, row.delisted) == (12500, 3600, ["P-1"])
    assert row.refund.amount_minor == 12500
    order = Order.objects.get(pk=case.order_id)
    assert (order.refunded_minor, order.compensation_minor, order.status) == (12500, 3600, "refunded")
    assert (order.dispute_flag, order.dispute_count, order.open_work_orders) == (True, 1, 0)
    product.refresh_from_db()
    assert (product.listed, product.delisted_by_platform) == (False, True)
    assert product.delisted_until == now + timedelta(days=7)
    assert balances(shop)["debt"] == -3600
    assert Restriction.objects.filter(shop=shop, reason="debt", lifted_at=None).exists()
    assert Notice.objects.filter(kind="workorders.forfeited", user=owner).count() == 1
    assert not Notice.objects.filter(kind="workorders.opened", cancelled_at=None).exists()
    entry = AuditEntry.objects.get(verb="workorders.forfeited")
    assert (entry.from_state, entry.to_state) == ("open", "forfeited")
    assert violations() == []


def test_the_second_run_changes_nothing(shop, owner, now):
    factories.ask_overdue(shop, now, type=WRONG_OR_MISSING)
    services.forfeit_due(now)
    before = [model.objects.count() for model in (Transaction, Entry, AuditEntry, Notice, Refund, Forfeiture)]
    versions = list(WorkOrder.objects.values_list("version")), list(Order.objects.values_list("version"))
    assert services.forfeit_due(now) == {"forfeited": 0, "parked": 0}
    assert services.forfeit(list(WorkOrder.objects.values_list("pk", flat=True)), now=now).done == 0
    assert [model.objects.count() for model in (Transaction, Entry, AuditEntry, Notice, Refund, Forfeiture)] == before
    assert (list(WorkOrder.objects.values_list("version")), list(Order.objects.values_list("version"))) == versions


def test_run_to_its_end_it_takes_as_many_rounds_as_there_are(shop, now, monkeypatch):
    monkeypatch.setattr(forfeiting, "AT_ONCE", 1)
    for _round in range(3):
        factories.ask_overdue(shop, now)
    run = ENTRIES["every-minute-forfeit-overdue-work-orders"].run
    assert run(now) == {"forfeited": 3, "parked": 0}
    assert run(now) == {"forfeited": 0, "parked": 0}


@pytest.mark.parametrize("early", [timedelta(0), timedelta(microseconds=1), timedelta(hours=1)])
def test_it_is_never_early_the_very_instant_is_still_in_time(shop, now, early):
    case = factories.ask(shop, now)
    assert services.forfeit_due(case.due_at - early) == {"forfeited": 0, "parked": 0}
    assert state(case).status == Status.OPEN
    assert services.forfeit_due(case.due_at + timedelta(microseconds=1))["forfeited"] == 1


def test_an_answered_case_is_not_forfeited_however_late_the_job(shop, now):
    case = factories.answer(factories.ask(shop, now), now)
    assert services.forfeit_due(now + timedelta(days=9)) == {"forfeited": 0, "parked": 0}
    assert state(case).status == Status.ANSWERED
    assert not Forfeiture.objects.exists()


def test_only_what_is_left_of_paid_is_refunded(shop, now):
    case = factories.ask_overdue(shop, now)
    refund(case.order_id, amount_minor=2500, cause="goodwill", reason="", key="before", by=None, now=now)
    services.forfeit_due(now)
    assert Forfeiture.objects.get().refund_minor == 10000
    assert violations() == []


def test_nothing_left_leaves_a_forfeiture_without_a_refund(shop, now):
    case = factories.ask_overdue(shop, now, type=WRONG_OR_MISSING)
    refund(case.order_id, amount_minor=None, cause="goodwill", reason="", key="all", by=None, now=now)
    services.forfeit_due(now)
    row = Forfeiture.objects.get()
    assert (row.refund_minor, row.refund, row.compensation_minor) == (0, None, 3600)
    assert violations() == []


def test_an_order_without_lines_or_buyer_is_forfeited_too(shop, now):
    order = make_order(shop, now, paid_minor=1001, postage_minor=0, buyer_name="", buyer_phone="", lines=())
    factories.ask_overdue(shop, now, type=WRONG_OR_MISSING, order=order)
    services.forfeit_due(now)
    row = Forfeiture.objects.get()
    assert (row.refund_minor, row.compensation_minor, row.delisted) == (1001, 300, [])


def test_compensation_is_of_the_line_the_question_names(shop, now):
    order = make_order(shop, now)
    line = order.lines.get(position=1)
    factories.ask_overdue(shop, now, type=WRONG_OR_MISSING, order=order, line=line, compensation_bp=12_501)
    services.forfeit_due(now)
    assert Forfeiture.objects.get().compensation_minor == 5000  # 4000 × 1.2501 = 5000.4


def test_the_queued_case_of_the_order_starts_its_clock(shop, now):
    first = factories.ask_overdue(shop, now)
    second = factories.ask(shop, now, order=first.order, type=WRONG_OR_MISSING)
    assert second.status == Status.QUEUED
    services.forfeit_due(now)
    second = state(second)
    assert (second.status, second.opened_at, second.due_at) == (Status.OPEN, now, now + timedelta(hours=24))
    assert Order.objects.get(pk=first.order_id).open_work_orders == 1
    assert violations() == []


def test_a_poisoned_case_is_parked_and_the_rest_go_on(shop, now, monkeypatch):
    cases = [factories.ask_overdue(shop, now) for _ in range(5)]
    poisoned = cases[2].pk
    real = services.forfeit_due.__globals__["effects"].plan_many

    def plan_many(rows, *, now):
        if any(row.pk == poisoned for row in rows):
            raise ValueError("poison")
        return real(rows, now=now)

    monkeypatch.setattr("workorders.services.effects.plan_many", plan_many)
    assert services.forfeit_due(now) == {"forfeited": 4, "parked": 1}
    case = state(cases[2])
    assert (case.status, case.parked_at, case.parked_reason) == (Status.OPEN, now, "ValueError: poison")
    assert not Forfeiture.objects.filter(work_order=case).exists()
    assert services.forfeit_due(now) == {"forfeited": 0, "parked": 0}
    monkeypatch.setattr("workorders.services.effects.plan_many", real)
    services.retry_parked(case.pk, by=None, now=now)
    assert services.forfeit_due(now) == {"forfeited": 1, "parked": 0}
    assert violations() == []


def test_the_dry_run_equals_the_real_run_on_the_same_clock(shop, now):
    later = now + timedelta(hours=8)
    for step in range(6):
        type = WRONG_OR_MISSING if step % 2 else NOT_RECEIVED
        case = factories.ask_overdue(shop, later, by=timedelta(minutes=1 + step), type=type)
        factories.put_on_shelf(case.order, code=f"P-{step // 4}")
    planned = services.forecast(shop, now=now, hours=8).plans
    assert not Forfeiture.objects.exists()
    services.forfeit_due(later)
    done = Forfeiture.objects.select_related("work_order").order_by("pk")
    assert [
        (plan.case.pk, plan.refund_minor, plan.compensation_minor, plan.delisted) for plan in planned
    ] == [(row.work_order_id, row.refund_minor, row.compensation_minor, row.delisted) for row in done]

"""A work order that ends badly is a violation, in the same transaction and once in its life (rules §7.2)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from deposits.models import DepositAccount, Violation, ViolationPolicy
from deposits.states import Severity, Status
from deposits.tests import refunds
from foundation.accounts.access import REVIEW_WORK_ORDERS
from foundation.accounts.tests.factories import make_reviewer
from foundation.ledger.services import balances
from workorders import services
from workorders.models import Forfeiture, WorkOrder
from workorders.services import decide
from workorders.states import Outcome, Reason

from . import factories

pytestmark = pytest.mark.django_db


def rule(now, kind, **fields):
    values = {"severity": Severity.MAJOR, "deduct_minor": 300, "name_zh": "试", "name_en": "trial", **fields}
    return ViolationPolicy.objects.create(kind=kind, effective_from=now - timedelta(days=365), **values)


def backfilled():
    out = StringIO()
    call_command("backfill_violations", stdout=out)
    return out.getvalue()


def test_a_forfeited_case_is_one(shop, now):
    case = factories.ask_overdue(shop, now)
    rule(now, f"forfeited:{case.type}")
    services.forfeit_due(now)
    found = Violation.objects.get()
    assert (found.key, found.case_number, found.severity) == (f"workorder:{case.pk}", case.number, Severity.MAJOR)
    assert (found.deducted_minor, found.at, found.order_id) == (300, now, case.order_id)
    assert refunds.broken() == []


def test_a_rule_that_does_not_count_records_none(shop, now):
    case = factories.ask_overdue(shop, now)
    rule(now, f"forfeited:{case.type}", counts=False)
    services.forfeit_due(now)
    assert Forfeiture.objects.count() == 1 and not Violation.objects.exists()


def test_a_lost_case_is_one_and_stops_a_refund_of_the_deposit(shop, now):
    refunds.rule(now)
    refunds.fund(shop, 10_000_000, now)
    case = factories.answer(factories.ask(shop, now), now)
    applied = refunds.applied(shop, 1_000, now)
    reviewer = make_reviewer("judge", REVIEW_WORK_ORDERS)
    decide(case.pk, outcome=Outcome.LOST, reason=Reason.INVALID_EVIDENCE, version=None, by=reviewer, now=now)
    applied.refresh_from_db()
    assert Violation.objects.get().kind == "lost"
    assert (applied.status, applied.stopped_by.case_number) == (Status.STOPPED, case.number)
    assert balances(shop)["held"] == 0


def test_opening_a_case_holds_the_deposit_account(shop, now):
    factories.ask(shop, now)
    assert DepositAccount.objects.filter(shop=shop).exists()


def test_earlier_cases_are_recorded_once_at_the_moment_they_ended(shop, now):
    case = factories.ask_overdue(shop, now)
    services.forfeit_due(now)
    Violation.objects.all().delete()
    assert backfilled() == "1 violations recorded.\n"
    assert Violation.objects.get().at == now and Violation.objects.get().key == f"workorder:{case.pk}"
    assert backfilled() == "0 violations recorded.\n"


def test_a_reversed_case_is_not_backfilled(shop, now):
    case = factories.ask_overdue(shop, now)
    services.forfeit_due(now)
    Violation.objects.all().delete()
    WorkOrder.objects.filter(pk=case.pk).update(reversed_at=now)
    assert backfilled() == "0 violations recorded.\n"


def test_a_backfill_ends_no_application(shop, now):
    refunds.rule(now)
    refunds.fund(shop, 10_000_000, now)
    factories.ask_overdue(shop, now)
    services.forfeit_due(now)
    Violation.objects.all().delete()
    applied = refunds.applied(shop, 1_000, now)
    assert backfilled() == "1 violations recorded.\n"
    applied.refresh_from_db()
    assert applied.status == Status.APPLIED

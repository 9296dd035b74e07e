"""The nightly look: reports what differs, once a day, and repairs nothing."""

from datetime import timedelta

import pytest

from foundation.jobs.beat import ENTRIES
from foundation.ledger import services
from foundation.ledger.models import Account, Reconciliation
from foundation.ledger.signals import books_found_wrong
from foundation.lifecycle.invariants import INVARIANTS

from . import books

pytestmark = pytest.mark.django_db
KEY = "every-night-reconcile-the-books"


@pytest.fixture
def told():
    seen = []

    def hear(sender, reconciliation, now, **kwargs):
        seen.append(reconciliation.pk)

    books_found_wrong.connect(hear)
    yield seen
    books_found_wrong.disconnect(hear)


def test_books_that_add_up_make_a_report_without_findings(shop, told):
    books.fund(shop, settlement=500, pending=200)
    report = services.reconcile(now=books.NOW)
    assert (report.balanced, report.transactions, report.entries, report.accounts) == (True, 2, 4, 6)
    assert told == []


def test_a_difference_is_reported_and_not_repaired(shop, told):
    books.fund(shop, settlement=500)
    Account.objects.filter(shop=shop, kind="settlement").update(balance_minor=501)
    report = services.reconcile(now=books.NOW)
    assert len(report.findings) == 1
    assert "501" in report.findings[0]
    assert services.balances(shop)["settlement"] == 501
    assert told == [report.pk]


def test_run_twice_it_changes_nothing_and_tells_once(shop, told):
    books.fund(shop, settlement=500)
    Account.objects.filter(shop=shop, kind="settlement").update(balance_minor=501)
    first = ENTRIES[KEY].run(books.NOW)
    before = list(Reconciliation.objects.values())
    assert ENTRIES[KEY].run(books.NOW + timedelta(minutes=1)) == first
    assert list(Reconciliation.objects.values()) == before
    assert len(told) == 1


def test_every_shanghai_day_has_its_own_report(shop):
    services.reconcile(now=books.NOW)
    services.reconcile(now=books.NOW + timedelta(days=1))
    assert Reconciliation.objects.count() == 2


def test_the_invariants_of_the_ledger_hold_after_a_days_work(shop):
    books.fund(shop, settlement=500, deposit=100, pending=300)
    books.refund(shop, 1_000)
    books.top_up(shop, 5_000)
    ours = [one for one in INVARIANTS if one.check.__module__.startswith("foundation.ledger")]
    assert {one.code for one in ours} == {"I1", "I2", "I3", "I4", "I7", "I8"}
    for one in ours:
        assert list(one.check()) == []


def test_the_invariants_see_a_drifted_balance(shop):
    books.fund(shop, settlement=500)
    Account.objects.filter(shop=shop, kind="pending").update(balance_minor=1)
    drifted = [one for one in INVARIANTS if one.code == "I2" and one.check.__module__.startswith("foundation.ledger")]
    assert [len(list(one.check())) for one in drifted] == [1]

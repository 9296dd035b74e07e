"""Two people import the same file at the same moment: each order once, each fen once (F35)."""

import threading

import pytest
from django.db import connections

from foundation.accounts.tests.factories import make_shop
from foundation.jobs import services as jobs
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from foundation.lifecycle.invariants import INVARIANTS
from orders.importing import steps
from orders.models import Order

from .conftest import paid_row, table

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
ROWS = 60


@pytest.fixture
def shop():
    return make_shop()


@pytest.fixture
def now(shop):
    return clock.now()


def run_until_done(pk: int, barrier: threading.Barrier, ended: dict) -> None:
    try:
        barrier.wait()
        for _ in range(100):
            job = jobs.run_to_end(pk)
            if job.is_finished:
                break
        ended[pk] = job
    finally:
        connections.close_all()


def test_both_finish_and_share_the_orders_between_them(begin, monkeypatch):
    monkeypatch.setattr(steps, "chunk_size", lambda: 10)
    content = table(*(paid_row(n, "10", "1" if n % 3 == 0 else "0") for n in range(ROWS)))
    backwards = table(*(paid_row(n, "10", "1" if n % 3 == 0 else "0") for n in reversed(range(ROWS))))
    pks = [begin(content).pk, begin(backwards).pk]
    barrier, ended = threading.Barrier(2), {}
    threads = [threading.Thread(target=run_until_done, args=(pk, barrier, ended)) for pk in pks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figures = [steps.summary(ended[pk]) for pk in pks]
    assert {ended[pk].status for pk in pks} == {"done"}, [job.error for job in ended.values()]
    assert sum(one["created"] for one in figures) == Order.objects.count() == ROWS
    assert all(one["created"] + one["unchanged"] == ROWS for one in figures)
    assert Transaction.objects.filter(movement="order_paid").count() == ROWS
    assert [said for one in INVARIANTS for said in one.check()] == []

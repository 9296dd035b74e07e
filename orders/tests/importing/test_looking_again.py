"""An import that looks again has booked nothing yet: accounts locked, let go and locked again are a deadlock.

PostgreSQL: who asks for an account that a savepoint has locked may wait for the whole transaction, first in the queue.
The rollback lets a third one book; the import asks again and stands behind the one who waits for it.
"""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from foundation.jobs.models import Job
from foundation.ledger.services import Posting, balances, post
from orders.importing import engine
from orders.models import Order
from orders.services import refund

from .conftest import paid_row, table

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
WAITING = """SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND datname = current_database()"""


class Crowd:
    """Others at work beside the import, each in a thread; `troubles` is what the database refused them."""

    def __init__(self):
        self.threads, self.troubles = [], []

    def joins(self, job: Callable[[], object]) -> threading.Thread:
        def run():
            try:
                with transaction.atomic():
                    job()
            except DatabaseError as trouble:
                self.troubles.append(trouble)
            finally:
                connection.close()

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()
        return self.threads[-1]


def until_waiting(count: int) -> None:
    """Return once `count` sessions of this database wait for a lock, after three seconds at the latest."""
    end = time.monotonic() + 3
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0] >= count:
                return
        time.sleep(0.01)


@pytest.fixture
def import_in_a_crowd(take, shop, now, monkeypatch):
    """A function: import a new order and one that is refunded between look and lock; → (job, what others suffered).

    Somebody queues for the accounts if the import books at its first look; another books first at its second.
    """
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets nobody write beside the import.")
    crowd, looks = Crowd(), []
    real_look, real_arrive = engine.look, engine.arrive_many

    def top_up(key: str) -> None:
        post(Posting(key, "topup", shop.pk, 100), by=None, now=now)

    def look(*args, **said):
        looks.append(1)
        if len(looks) == 2:
            booked = threading.Event()
            waiting = len(crowd.threads)  # whoever queued, and the import
            crowd.joins(lambda: (top_up("first"), booked.set(), until_waiting(waiting)))
            booked.wait(3)
        outcome = real_look(*args, **said)
        if len(looks) == 1:
            pk = Order.objects.get().pk
            give_back = {"amount_minor": 500, "cause": "platform", "reason": "", "key": "k", "by": None, "now": now}
            crowd.joins(lambda: refund(pk, **give_back)).join()
        return outcome

    def arrive(*args, **said):
        orders = real_arrive(*args, **said)
        if len(looks) == 1:
            crowd.joins(lambda: top_up("queued"))
            until_waiting(1)
        return orders

    def imported() -> tuple[Job, list[DatabaseError]]:
        take(table(paid_row("A1", "10.00")))
        monkeypatch.setattr(engine, "look", look)
        monkeypatch.setattr(engine, "arrive_many", arrive)
        job = take(table(paid_row("A1", "10.00", "3.00"), paid_row("B1", "20.00")))
        for thread in crowd.threads:
            thread.join()
        return job, crowd.troubles

    return imported


def test_with_the_comparison_left_out_before_booking_somebody_is_thrown_out(import_in_a_crowd, monkeypatch):
    monkeypatch.setattr(engine, "lock_and_compare", lambda *_args, **_said: None)
    job, troubles = import_in_a_crowd()
    assert troubles or not job.is_finished


def test_an_import_that_looks_again_has_locked_no_account_before(import_in_a_crowd, shop):
    job, troubles = import_in_a_crowd()
    assert troubles == []
    assert (job.status, job.result["created"], job.result["refused"]) == ("done", 1, 1)
    assert balances(shop)["settlement"] == 1000 - 500 + 2000 + 100

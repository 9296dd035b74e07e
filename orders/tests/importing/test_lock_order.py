"""Law 2 in one chunk that creates orders and changes others: order rows are locked before any account is."""

import threading

import pytest
from django.db import DatabaseError, connection

from foundation.ledger.services import balances
from orders.importing import engine
from orders.models import Order
from orders.services import refund, refunds

from .conftest import paid_row, table

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_a_refund_beside_an_import_never_waits_for_it_in_a_circle(take, shop, now, monkeypatch):
    """The import has booked its new orders when a refund of an order it is yet to change comes along."""
    take(table(paid_row("A1", "10.00")))
    known = Order.objects.get()
    booked, holds, troubles = threading.Event(), threading.Event(), []
    real_arrive, real_lock = engine.arrive_many, refunds.lock_orders

    def arrive(*args, **said):
        orders = real_arrive(*args, **said)
        booked.set()
        holds.wait(1)
        return orders

    def lock_and_say_so(pks, **said):
        rows = real_lock(pks, **said)
        holds.set()
        return rows

    def give_back():
        booked.wait(20)
        try:
            refund(known.pk, amount_minor=100, cause="platform", reason="", key="one", by=None, now=now)
        except DatabaseError as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    monkeypatch.setattr(engine, "arrive_many", arrive)
    monkeypatch.setattr(refunds, "lock_orders", lock_and_say_so)
    other = threading.Thread(target=give_back)
    other.start()
    job = take(table(paid_row("A1", "10.00", "3.00"), paid_row("B1", "20.00")))
    other.join()
    assert troubles == []
    assert (job.status, job.result["created"], job.result["updated"]) == ("done", 1, 1)
    known.refresh_from_db()
    assert known.refunded_minor == 400
    assert balances(shop)["settlement"] == 2600

"""Booked rows stay as they were written: the models refuse, and PostgreSQL refuses whoever goes around them."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from foundation.ledger.models import Account, Entry, InsertOnly, Transaction

from . import books

on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="triggers are PostgreSQL's")


@pytest.mark.django_db
def test_models_refuse_changes_and_deletion(shop):
    booked = books.top_up(shop, 500)
    entry = booked.entries.first()
    booked.note = "x"
    for forbidden in (
        lambda: booked.save(update_fields=["note"]),
        booked.delete,
        lambda: entry.save(update_fields=["amount_minor"]),
        entry.delete,
        lambda: Entry.objects.all().update(amount_minor=1),
        lambda: Transaction.objects.all().delete(),
    ):
        with pytest.raises(InsertOnly):
            forbidden()
    assert books.holdings(shop) == {"settlement": 500}


@on_postgresql
@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("table", ["ledger_transaction", "ledger_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
def test_postgresql_refuses_changes_and_deletion(shop, table, statement):
    books.top_up(shop, 500)
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert books.findings() == []


@on_postgresql
@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_postgresql_refuses_a_transaction_that_does_not_sum_to_zero(shop):
    booked = books.top_up(shop, 500)
    with pytest.raises(IntegrityError, match="not zero"), transaction.atomic():
        Entry.objects.create(transaction=booked, kind="outside", amount_minor=1, at=books.NOW)
    assert booked.entries.count() == 2


@on_postgresql
@pytest.mark.postgres
@pytest.mark.django_db
def test_postgresql_refuses_entries_that_balance_only_with_another_transactions(shop):
    one, two = books.top_up(shop, 500), books.top_up(shop, 500, key="topup:2")
    halves = [(one, "outside", 5), (two, "buyers", -5)]
    with pytest.raises(IntegrityError, match="not zero"), transaction.atomic():
        Entry.objects.bulk_create(
            [Entry(transaction=booked, kind=kind, amount_minor=minor, at=books.NOW) for booked, kind, minor in halves]
        )
    for booked, kind, minor in halves:  # nor one statement after the other
        with pytest.raises(IntegrityError, match="not zero"), transaction.atomic():
            Entry.objects.create(transaction=booked, kind=kind, amount_minor=minor, at=books.NOW)
    assert books.findings() == []


@pytest.mark.django_db(transaction=True)
def test_transactional_tests_can_still_empty_the_tables(shop):
    """Runs after another one on purpose: Django truncated the tables between them."""
    assert not Transaction.objects.exists()
    books.top_up(shop, 500)


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "minor"), [("debt", 1), ("settlement", -1), ("deposit", -1), ("pending", -1)])
def test_the_database_refuses_balances_beyond_their_floor(shop, kind, minor):
    books.top_up(shop, 500)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(shop=shop, kind=kind).update(balance_minor=minor)


@pytest.mark.django_db
def test_the_database_refuses_entries_that_are_half_a_shops(shop):
    booked = books.top_up(shop, 500)
    for wrong in (
        {"kind": "settlement", "amount_minor": 1},
        {"kind": "outside", "amount_minor": 1, "shop_id": shop.pk},
        {"kind": "outside", "amount_minor": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(transaction=booked, at=books.NOW, **wrong)

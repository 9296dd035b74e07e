"""Writing booked rows: one statement per table on PostgreSQL, bulk_create elsewhere.

bulk_create prepares every value of every row through its field and costs more than the database does; a booking is
the most written row of the house, so PostgreSQL gets columns as arrays instead (the one raw INSERT of the ledger).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connections, router

from .models import Entry, Transaction

TRANSACTIONS = """
INSERT INTO ledger_transaction
    (idempotency_key, movement, shop_id, order_id, subject_type, subject_id, total_minor, note, by_id, at)
SELECT given.*, %s::bigint, %s::timestamptz
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::text[])
    AS given
RETURNING idempotency_key, id
"""
ENTRIES = """
INSERT INTO ledger_entry
    (transaction_id, account_id, shop_id, kind, amount_minor, balance_after_minor, order_id, at)
SELECT given.*, %s::timestamptz
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[]) AS given
"""


class Line(NamedTuple):
    """An entry before it is written: `account_id`, `shop_id` and `balance_after_minor` are None on the platform side."""

    booked: Transaction
    account_id: int | None
    shop_id: int | None
    kind: str
    amount_minor: int
    balance_after_minor: int | None


def insert(transactions: Sequence[Transaction], lines: Sequence[Line]) -> None:
    """Insert one chunk's transactions, then their entries; the transactions know their pk afterwards.

    IntegrityError if a key is taken by another shop's booking, which the accounts' lock can't see.
    """
    if not transactions:
        return
    if connections[router.db_for_write(Transaction)].vendor == "postgresql":
        _insert_columns(transactions, lines)
    else:
        Transaction.objects.bulk_create(transactions)
        Entry.objects.bulk_create([_entry(line) for line in lines])


def _entry(line: Line) -> Entry:
    booked = line.booked
    return Entry(
        transaction=booked,
        account_id=line.account_id,
        shop_id=line.shop_id,
        kind=line.kind,
        amount_minor=line.amount_minor,
        balance_after_minor=line.balance_after_minor,
        order_id=booked.order_id,
        at=booked.at,
    )


def _insert_columns(transactions: Sequence[Transaction], lines: Sequence[Line]) -> None:
    first = transactions[0]  # one chunk, one person, one moment
    columns: list[list[Any]] = [
        [booked.idempotency_key for booked in transactions],
        [str(booked.movement) for booked in transactions],
        [booked.shop_id for booked in transactions],
        [booked.order_id for booked in transactions],
        [booked.subject_type for booked in transactions],
        [booked.subject_id for booked in transactions],
        [booked.total_minor for booked in transactions],
        [booked.note for booked in transactions],
    ]
    with connections[router.db_for_write(Transaction)].cursor() as cursor:
        cursor.execute(TRANSACTIONS, [first.by_id, first.at, *columns])
        pks = dict(cursor.fetchall())
        for booked in transactions:
            booked.pk = pks[booked.idempotency_key]
            booked._state.adding = False
            booked._state.db = cursor.db.alias
        if lines:
            cursor.execute(
                ENTRIES,
                [
                    first.at,
                    [line.booked.pk for line in lines],
                    [line.account_id for line in lines],
                    [line.shop_id for line in lines],
                    [str(line.kind) for line in lines],
                    [line.amount_minor for line in lines],
                    [line.balance_after_minor for line in lines],
                    [line.booked.order_id for line in lines],
                ],
            )

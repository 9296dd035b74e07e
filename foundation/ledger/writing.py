"""Writing booked rows: COPY on PostgreSQL, bulk_create elsewhere.

A booking is the most written row of the house. bulk_create prepares every value of every row through its field and
costs more than the database does; COPY takes them as they are, and keys, CHECKs and triggers see the rows like any
others.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connections, router

from foundation.lifecycle.bulk import insert_many

from .models import Entry, Transaction

ENTRIES = """
COPY ledger_entry (transaction_id, account_id, shop_id, kind, amount_minor, balance_after_minor, order_id, at)
FROM STDIN
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
    insert_many(transactions)
    connection = connections[router.db_for_write(Entry)]
    if connection.vendor != "postgresql":
        Entry.objects.bulk_create([_entry(line) for line in lines])
        return
    at = transactions[0].at.isoformat()  # one chunk, one moment
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(ENTRIES) as copy:
        for booked, account_id, shop_id, kind, amount, after in lines:
            copy.write_row((booked.pk, account_id, shop_id, str(kind), amount, after, booked.order_id, at))


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

"""Row locks in one order (architecture law 2): order rows first, then children, ledger accounts last; by pk each."""

from typing import TypeVar

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)


def lock(rows: "QuerySet[M]", *, skip_locked: bool = False, order: tuple[str, ...] = ("pk",)) -> list[M]:
    """Lock `rows` ordered by pk and return them as they are *now*, evaluated.

    Refused outside `transaction.atomic()`, on SQLite too, where the IMMEDIATE transaction is the lock. A queryset that
    is never evaluated locks nothing, so this returns a list.

    NO KEY UPDATE: PostgreSQL looks after foreign keys at commit, with a lock of its own on every row a new row points
    to. A plain FOR UPDATE would make a booking that holds the accounts wait there for somebody who waits for them.
    """
    connection = connections[rows.db]
    if not connection.in_atomic_block:
        raise TransactionManagementError("lock() outside a transaction locks nothing.")
    ordered = rows.order_by(*order)
    if connection.features.has_select_for_update:
        ordered = ordered.select_for_update(of=("self",), skip_locked=skip_locked, no_key=True)
    return list(ordered)


def hold(rows: "QuerySet[M]") -> list[int]:
    """The same lock for who only writes to the rows: answers their pks, in order, and reads nothing else."""
    connection = connections[rows.db]
    if not connection.in_atomic_block:
        raise TransactionManagementError("hold() outside a transaction locks nothing.")
    pks = rows.order_by("pk").values_list("pk", flat=True)
    return list(pks.select_for_update(no_key=True) if connection.features.has_select_for_update else pks)

"""Booking against bare SQL of the very same rows, same indexes, same triggers.

`post_many` against one INSERT per table for all of them; `post`, one movement at a time, against the statements of one
movement: its row, its entries, the balances they change.
"""

import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from foundation.accounts.models import Shop
from foundation.ledger.models import Entry, Transaction
from foundation.ledger.services import Posting, post, post_many
from foundation.lifecycle import clock

from .figures import Figure, timed

CHUNK, TURNS = 2000, 9
SINGLE = 200  # movements of a turn, one at a time
GIVEN = {Transaction: "given_transaction", Entry: "given_entry"}
_runs = itertools.count()


class Undo(Exception):
    """Ends a measurement without a trace."""


def measure() -> Iterator[Figure]:
    """Rows a second of both, in turns; nothing is kept."""
    shop, now = Shop.objects.get(code="qinghe"), clock.now()
    pairs = [_both(shop, now) for _turn in range(TURNS)]
    ours, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
    yield Figure("ledger: post_many against bare INSERT", CHUNK / ours, "rows/s", CHUNK / bare, 0.3, 0.6, more=True)
    pairs = [_one_by_one(shop, now) for _turn in range(TURNS)]
    ours, bare = (statistics.median(times) for times in zip(*pairs, strict=True))
    yield Figure("ledger: post, one at a time, against bare SQL", SINGLE / ours, "posts/s", SINGLE / bare, more=True)


def _one_by_one(shop: Shop, now: datetime) -> tuple[float, float]:
    """Seconds of SINGLE times `post`, and of the bare statements; each movement a savepoint, the commit's checks once.

    A real commit waits for the disk besides, which both would do alike.
    """
    made: list[Transaction] = []
    seconds = []
    try:
        with transaction.atomic():
            postings = _postings(shop, SINGLE)

            def ours() -> None:
                made.extend(post(posting, by=None, now=now) for posting in postings)
                checked()

            seconds.append(timed(ours))
            pks = [row.pk for row in made]
            rows = list(Transaction.objects.filter(pk__among=pks).order_by("pk").values())
            entries: dict[int, list[dict[str, Any]]] = defaultdict(list)
            for entry in Entry.objects.filter(transaction_id__among=pks).order_by("pk").values():
                entries[entry["transaction_id"]].append(entry)
            raise Undo
    except Undo:
        pass
    try:
        with transaction.atomic():
            seconds.append(timed(lambda: _bare_one_by_one(rows, entries)))
            raise Undo
    except Undo:
        return seconds[0], seconds[1]


def _bare_one_by_one(rows: Sequence[dict[str, Any]], entries: dict[int, list[dict[str, Any]]]) -> None:
    with connection.cursor() as cursor:
        for row in rows:
            with transaction.atomic():
                _insert(cursor, Transaction, [row])
                _insert(cursor, Entry, entries[row["id"]])
                for entry in entries[row["id"]]:
                    if entry["account_id"] is not None:
                        change = [entry["amount_minor"], entry["account_id"]]
                        cursor.execute("UPDATE ledger_account SET balance_minor = balance_minor + %s WHERE id = %s", change)
    checked()


def _insert(cursor: Any, model: type[Model], rows: Sequence[dict[str, Any]]) -> None:
    """One INSERT of these rows."""
    columns = ", ".join(f'"{column}"' for column in rows[0])
    places = ", ".join(f"({', '.join(['%s'] * len(rows[0]))})" for _row in rows)
    values = [_plain(value) for row in rows for value in row.values()]
    cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {places}", values)


def _both(shop: Shop, now: datetime) -> tuple[float, float]:
    """Seconds of `post_many`, and of INSERT … SELECT of what it wrote, each with the checks of a commit."""
    written: dict[type[Model], list[dict[str, Any]]] = {}
    seconds = []
    try:
        with transaction.atomic():
            made: list[Transaction] = []
            postings = _postings(shop, CHUNK)

            def ours() -> None:
                made.extend(post_many(postings, by=None, now=now))
                checked()

            seconds.append(timed(ours))
            pks = [row.pk for row in made]
            written[Transaction] = list(Transaction.objects.filter(pk__among=pks).values())
            written[Entry] = list(Entry.objects.filter(transaction_id__among=pks).values())
            raise Undo
    except Undo:
        pass
    try:
        with transaction.atomic():
            for model, rows in written.items():
                fill(GIVEN[model], model._meta.db_table, rows)
            seconds.append(timed(_bare))
            raise Undo
    except Undo:
        return seconds[0], seconds[1]


def _postings(shop: Shop, count: int) -> list[Posting]:
    run = next(_runs)
    return [
        Posting(f"bench:{run}:{place}", "order_paid", shop.pk, 100 + place, order_id=1, subject=("orders.order", 1))
        for place in range(count)
    ]


def _bare() -> None:
    with connection.cursor() as cursor:
        for model, given in GIVEN.items():
            columns = ", ".join(f'"{f.column}"' for f in model._meta.local_concrete_fields)
            cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {columns} FROM {given}")
    checked()


def checked() -> None:
    """Foreign keys look at commit; look now, so that both pay for it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def fill(name: str, like: str, rows: Sequence[dict[str, Any]]) -> None:
    """A temporary table shaped like `like` with these rows; gone with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE "{name}" (LIKE {like}) ON COMMIT DROP')
        if rows:
            names = list(rows[0])
            columns = ", ".join(f'"{column}"' for column in names)
            with cursor.copy(f'COPY "{name}" ({columns}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row([_plain(row[column]) for column in names])
        cursor.execute(f'ANALYZE "{name}"')


def _plain(value: Any) -> Any:
    return connection.ops.adapt_json_value(value, None) if isinstance(value, dict | list) else value

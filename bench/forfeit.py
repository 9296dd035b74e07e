"""Forfeiting with all effects, against bare SQL that writes the very same rows, and against a loop of `save()`.

The bare SQL is one statement a chunk: orders locked with SKIP LOCKED, every UPDATE and INSERT a CTE, fed from temporary
tables filled beforehand, so it knows no rule and decides nothing. All three run in a transaction that is taken back, and
all three pay for the foreign keys a commit would look at.
"""

import gc
import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model

from deposits.models import Violation
from foundation.accounts.models import Shop
from foundation.audit.models import Entry as AuditEntry
from foundation.catalog.models import Product
from foundation.ledger.models import Account, Entry, Transaction
from foundation.lifecycle import clock
from foundation.notifications.models import Notice, OutboxMessage
from orders.models import Order, OrderLine, Refund, RefundLine
from workorders import services
from workorders.models import Forfeiture, WorkOrder
from workorders.rule_rows import NOT_RECEIVED, WRONG_OR_MISSING

from .figures import Figure, say, timed
from .looping import SUBJECT, Loop, by_case
from .money import Undo, checked, fill

CASES, TURNS, LOOPED = 3000, 3, 100
ASKED_BEFORE = timedelta(days=9)
ADDED: list[type[Model]] = [
    Transaction, Entry, Refund, RefundLine, AuditEntry, Notice, OutboxMessage, Forfeiture,
    Violation,
]  # fmt: skip
Row = dict[str, Any]


@dataclass
class Written:
    """What one forfeit wrote: new rows, and the changed ones with the columns that changed."""

    added: dict[type[Model], list[Row]] = field(default_factory=dict)
    changed: dict[type[Model], list[Row]] = field(default_factory=dict)
    columns: dict[type[Model], list[str]] = field(default_factory=dict)


def measure() -> Iterator[Figure]:
    """Cases a second of the three."""
    now = clock.now()
    pks = _overdue(now)
    seconds: dict[str, list[float]] = defaultdict(list)
    for _turn in range(TURNS):
        written = _ours(pks, now, seconds["ours"])
        _bare(written, seconds["bare"])
        _loop(written, pks, now, seconds["loop"])
    rates = {name: len(pks) / statistics.median(times) for name, times in seconds.items()}
    yield Figure("forfeit, all effects, against bare SQL", rates["ours"], "rows/s", rates["bare"], 0.2, 0.5, more=True)
    loop = rates["loop"] * LOOPED / len(pks)
    yield Figure("forfeit, all effects, against a loop of save()", rates["ours"], "rows/s", loop, 20, more=True)


def _overdue(now: datetime) -> list[int]:
    """CASES overdue cases of the big shop, opened for the purpose where there are fewer; they stay in the database."""
    shop = Shop.objects.get(code="qinghe")
    there = WorkOrder.objects.overdue(now).filter(shop=shop, order__refunded_minor=0).values_list("pk", flat=True)
    missing = CASES - there.count()
    if missing > 0:
        say(f"  opening {missing} cases that have run out")
        free = Order.objects.filter(shop=shop, status="completed", refunded_minor=0, work_orders=None)
        orders = list(free.order_by("pk").values_list("pk", flat=True)[:missing])
        questions = [
            services.Question(pk, type_, "bench")
            for pk, type_ in zip(orders, itertools.cycle([NOT_RECEIVED, WRONG_OR_MISSING]), strict=False)
        ]
        services.open_work_orders(questions, by=None, now=now - ASKED_BEFORE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return list(there.order_by("due_at", "pk")[:CASES])


def _ours(pks: Sequence[int], now: datetime, seconds: list[float]) -> Written:
    """Run the real thing, look what it wrote, take it back."""
    order_ids = list(WorkOrder.objects.filter(pk__in=pks).values_list("order_id", flat=True))
    rows_of = {
        WorkOrder: WorkOrder.objects.filter(pk__among=pks), Order: Order.objects.filter(pk__among=order_ids),
        OrderLine: OrderLine.objects.filter(order_id__among=order_ids),
        Account: Account.objects.filter(shop__code="qinghe"), Product: Product.objects.filter(shop__code="qinghe"),
        Notice: Notice.objects.about(SUBJECT, pks), OutboxMessage: OutboxMessage.objects.filter(
            subject_type=SUBJECT, subject_id__among=pks
        ),
    }  # fmt: skip
    last = {model: model._default_manager.aggregate(last=Max("pk"))["last"] or 0 for model in ADDED}
    before = {model: {row["id"]: row for row in rows.values()} for model, rows in rows_of.items()}
    written = Written()

    def work() -> None:
        done = services.forfeit(pks, now=now)
        checked()
        if done.done != len(pks):
            raise SystemExit(f"only {done.done} of {len(pks)} cases were forfeited: {done.parked[:3]}")

    _put_aside()
    try:
        with transaction.atomic():
            seconds.append(timed(work))
            for model in ADDED:
                written.added[model] = list(model._default_manager.filter(pk__gt=last[model]).order_by("pk").values())
            for model, rows in rows_of.items():
                _note_changes(written, model, before[model], list(rows.order_by("pk").values()))
            raise Undo
    except Undo:
        return written


def _put_aside() -> None:
    """The rows we remember to compare are none of the measured code's: the garbage collector need not walk them."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def _note_changes(written: Written, model: type[Model], before: dict[int, Row], after: list[Row]) -> None:
    changed = [row for row in after if row["id"] in before and row != before[row["id"]]]
    if changed:
        written.changed[model] = changed
        written.columns[model] = [
            name for name in changed[0] if any(row[name] != before[row["id"]][name] for row in changed)
        ]


def _bare(written: Written, seconds: list[float]) -> None:
    """The same rows, one statement for every thousand cases."""
    chunks = _chunked(written, 1000)
    try:
        with transaction.atomic():
            statements = [_laid_out(chunk, place) for place, chunk in enumerate(chunks)]

            def work() -> None:
                with connection.cursor() as cursor:
                    for statement in statements:
                        cursor.execute(statement)
                checked()

            seconds.append(timed(work))
            raise Undo
    except Undo:
        return


def _cases_of(written: Written) -> dict[str, dict[int, int]]:
    """How a row tells its case: by its order, its refund, or itself."""
    of_order = {row["order_id"]: row["id"] for row in written.changed[WorkOrder]}
    return {
        "work_order_id": {pk: pk for pk in of_order.values()},
        "order_id": of_order,
        "refund_id": {row["id"]: of_order[row["order_id"]] for row in written.added[Refund]},
        "subject_id": {pk: pk for pk in of_order.values()},
    }


def _case_of(model: type[Model], row: Row, cases: dict[str, dict[int, int]]) -> int | None:
    if model is WorkOrder or model is Order:
        return row["id"] if model is WorkOrder else cases["order_id"].get(row["id"])
    found = (cases[name].get(row[name]) for name in cases if row.get(name) is not None)
    return next((pk for pk in found if pk is not None), None)


def _chunked(written: Written, size: int) -> list[Written]:
    """Cut into chunks of cases; rows that belong to no one case (accounts, products) go with the last."""
    cases = _cases_of(written)
    pks = [row["id"] for row in written.changed[WorkOrder]]
    parts = [Written(columns=written.columns) for _start in range(0, len(pks), size)]
    part_of = {pk: parts[place // size] for place, pk in enumerate(pks)}
    for source, name in ((written.changed, "changed"), (written.added, "added")):
        for model, rows in source.items():
            for part in parts:
                getattr(part, name)[model] = []
            for row in rows:
                part = part_of.get(_case_of(model, row, cases) or 0, parts[-1])
                getattr(part, name)[model].append(row)
    return parts


def _laid_out(chunk: Written, place: int) -> str:
    """Fill the temporary tables of a chunk; the statement that writes from them."""
    steps = []
    for part, rows_of in (("changed", chunk.changed), ("added", chunk.added)):
        for model, rows in rows_of.items():
            fill(_given(part, model, place), model._meta.db_table, rows)
    for model in chunk.changed:
        table, given = model._meta.db_table, _given("changed", model, place)
        sets = ", ".join(f'"{name}" = g."{name}"' for name in chunk.columns[model])
        steps.append(f"u_{table} AS (UPDATE {table} t SET {sets} FROM {given} g WHERE t.id = g.id)")
    for model in chunk.added:
        table = model._meta.db_table
        names = ", ".join(f'"{f.column}"' for f in model._meta.local_concrete_fields)
        steps.append(
            f"i_{table} AS (INSERT INTO {table} ({names}) SELECT {names} FROM {_given('added', model, place)})"
        )
    locked = f"SELECT o.id FROM orders_order o JOIN {_given('changed', Order, place)} g ON g.id = o.id ORDER BY o.id"
    return f"WITH held AS ({locked} FOR NO KEY UPDATE OF o SKIP LOCKED), {', '.join(steps)} SELECT count(*) FROM held"


def _given(part: str, model: type[Model], place: int) -> str:
    return f"{part}_{model._meta.db_table}_{place}"


def _loop(written: Written, pks: Sequence[int], now: datetime, seconds: list[float]) -> None:
    """The first LOOPED cases one by one."""
    ways = _cases_of(written)

    def of_cases(rows_of: dict[type[Model], list[Row]]) -> dict[type[Model], dict[int, list[Row]]]:
        return {model: by_case((_case_of(model, row, ways), row) for row in rows) for model, rows in rows_of.items()}

    loop = Loop(of_cases(written.changed), of_cases(written.added), now)

    def work() -> None:
        for pk in pks[:LOOPED]:
            loop.one(pk)
        checked()

    _put_aside()
    try:
        with transaction.atomic():
            seconds.append(timed(work))
            raise Undo
    except Undo:
        return

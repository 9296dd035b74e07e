"""A list as a table: the columns somebody sees, of the rows they asked for, read as tuples in keyset chunks.

`write_csv(query, stream)` and `write_xlsx(query, path)` write everything a `ListQuery` means. No model object is made
and no chunk is larger than CHUNK, so a million rows take the memory of a few thousand.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import IO, Any

from django.db import connections
from django.db.models import QuerySet
from psycopg.adapt import Loader

from .columns import Column, Field
from .keyset import Cursor, beyond
from .query import ListQuery
from .quick import Lines, lines
from .sheets import Columns, CsvSheet, XlsxSheet

CHUNK = 5000
REMEMBERED = 20_000

Sheet = CsvSheet | XlsxSheet
Report = Callable[[int], None]


@dataclass(frozen=True)
class Table:
    """What goes into a file: a label and a kind per column, and the cells in chunks, each a list of columns.

    `lines` gives the very same as finished lines of CSV, where the database can write them.
    """

    labels: Sequence[str]
    kinds: Sequence[str]
    chunks: Iterator[Columns]
    lines: Callable[[], Lines] | None = None


def table_of(query: ListQuery, *, columns: Sequence[Column] | None = None, rows: QuerySet | None = None) -> Table:
    """The table of the rows a query means (or of `rows`, some of them), in its order and with its columns."""
    if query.spec.table is not None:
        return query.spec.table(query)
    shown = query.columns if columns is None else columns
    fields = [(column, field) for column in shown for field in column.fields]
    labels = [str(field.label or column.label) for column, field in fields]
    plain = [field for _column, field in fields]
    wanted = query.chosen if rows is None else rows
    found = _Reader(plain, query).chunks(wanted)
    quick = lines(wanted, plain, query.sort.column, descending=query.descending, chunk=CHUNK)
    return Table(labels, [field.kind for field in plain], found, quick)


def write_csv(query: ListQuery, stream: IO[str], *, report: Report | None = None) -> int:
    """Everything the query means, as CSV; answers how many rows."""
    table = table_of(query)
    return pour(table, CsvSheet(stream, table.labels, table.kinds), report)


def write_xlsx(query: ListQuery, path: str, *, report: Report | None = None) -> int:
    """Everything the query means, as a workbook; answers how many rows. Invalid beyond what a sheet holds."""
    table = table_of(query)
    return pour(table, XlsxSheet(path, table.labels, table.kinds, str(query.spec.title)), report)


def pour(table: Table, sheet: Sheet, report: Report | None = None) -> int:
    """All chunks into the sheet, which is closed; `report(rows so far)` after each."""
    count = 0
    try:
        for rows in _poured(table, sheet):
            count += rows
            if report:
                report(count)
    finally:
        sheet.close()
    return count


def _poured(table: Table, sheet: Sheet) -> Iterator[int]:
    """Write chunk by chunk; how many rows each had."""
    if table.lines and isinstance(sheet, CsvSheet):
        for written, count in table.lines():
            sheet.write_lines(written)
            yield count
        return
    for columns in table.chunks:
        sheet.write(columns)
        yield len(columns[0])


class _Reader:
    """Reads tuples of just the columns the fields name, and turns them into cells."""

    def __init__(self, fields: Sequence[Field], query: ListQuery):
        self.query = query
        self.paths = list(dict.fromkeys(chain.from_iterable(field.sources for field in fields)))
        at = {path: place for place, path in enumerate(self.paths)}
        self.turns = [_turn(field, [at[path] for path in field.sources]) for field in fields]

    def chunks(self, rows: QuerySet) -> Iterator[Columns]:
        sort, descending = self.query.sort.column, self.query.descending
        return map(self.cells, read(rows, self.paths, sort, descending=descending))

    def cells(self, found: Sequence[tuple]) -> Columns:
        columns = list(zip(*found, strict=True))
        return [turn(columns) for turn in self.turns]


def read(rows: QuerySet, paths: Sequence[str], sort: str, *, descending: bool) -> Iterator[list[tuple]]:
    """Tuples of these paths (and, behind them, the row's place) in keyset chunks, each a statement of its own."""
    wanted = list(dict.fromkeys([*paths, sort, "pk"]))
    sort_at, pk_at = wanted.index(sort), wanted.index("pk")
    sign = "-" if descending else ""
    rows = rows.order_by(f"{sign}{sort}", f"{sign}pk").values_list(*wanted)
    ahead = rows
    while True:
        found = _fetch(ahead[:CHUNK])
        if found:
            yield found
        if len(found) < CHUNK:
            return
        ahead = rows.filter(beyond(sort, Cursor(found[-1][sort_at], found[-1][pk_at]), descending=descending))


class QuickMoment(Loader):
    """A timestamptz as PostgreSQL writes it: Django's own reader is of Python and takes longer than all the rest."""

    def load(self, data: Any) -> datetime:
        return datetime.fromisoformat(bytes(data).decode())


def _fetch(rows: QuerySet) -> list[tuple]:
    """The tuples of a `values_list`, times in UTC."""
    connection = connections[rows.db]
    if connection.vendor != "postgresql":
        return list(rows)
    sql, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.adapters.register_loader("timestamptz", QuickMoment)
        cursor.execute(sql, params)
        return cursor.fetchall()


def _turn(field: Field, places: Sequence[int]) -> Callable[[Sequence[Sequence[Any]]], Sequence[Any]]:
    """How a field's cells come out of the columns read."""
    value = field.value
    if value is None:
        return lambda columns: columns[places[0]]
    if len(places) == 1:
        remembered = _Remembered(value)
        return lambda columns: list(map(remembered.__getitem__, columns[places[0]]))
    return lambda columns: list(map(value, *(columns[place] for place in places)))


class _Remembered(dict):
    """Value → cell: states and people repeat, and their words are looked up in a language."""

    def __init__(self, turn: Callable[[Any], Any]):
        self.turn = turn

    def __missing__(self, value: Any) -> Any:
        if len(self) >= REMEMBERED:
            self.clear()
        self[value] = cell = self.turn(value)
        return cell

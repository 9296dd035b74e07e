"""A list's CSV written by PostgreSQL itself: a chunk of finished lines is one value of one statement.

Reading a million cells into Python, turning them and writing them out costs several times what the database needs to
say the same. It can where every field is a column as it is, has its words in a table (`Words`) or brings its `sql`;
otherwise `lines` is None and the file is written cell by cell. What comes out is the same to the byte (a test compares
the two): what `CsvSheet` writes is said here once more, in SQL.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connections
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from .columns import FLAG, MOMENT, MONEY, NUMBER, TEXT, Field, Words
from .keyset import Cursor, beyond
from .sheets import careful

LINE_END = "\r\n"
Lines = Iterator[tuple[str, int]]

# What spreadsheets take for a formula begins with one of = + - @, a tab, a line end, or the wide forms of the four,
# perhaps behind apostrophes. Nearly all texts begin with a character between "A" and the wide forms.
HARMLESS = r"""CASE
    WHEN ascii({0}) BETWEEN 65 AND 65280 THEN {0}
    WHEN ascii({0}) BETWEEN 48 AND 57 THEN
        CASE WHEN (length({0}) > 15 OR left({0}, 1) = '0') AND {0} ~ '^[0-9]+$' THEN {0} || E'\t' ELSE {0} END
    WHEN {0} ~ E'^''*[=+@\t\r\n＝＋－＠-]' THEN '''' || {0}
    ELSE {0} END"""
QUOTED = rf"""CASE
    WHEN {{0}} = '' THEN ''
    WHEN {{0}} ~ E'[",\r\n]' THEN '"' || replace({HARMLESS}, '"', '""') || '"'
    ELSE {HARMLESS} END"""
YUAN = """CASE WHEN {0} >= 0 THEN ({0} / 100)::text || '.' || lpad(mod({0}, 100)::text, 2, '0')
    ELSE round({0} / 100.0, 2)::text END"""
SHANGHAI = "to_char({0} AT TIME ZONE 'UTC' + interval '8 hours', 'YYYY-MM-DD HH24:MI:SS')"
CELLS = {
    TEXT: QUOTED,
    NUMBER: "{0}::text",
    MONEY: YUAN,
    MOMENT: SHANGHAI,
    FLAG: "CASE WHEN {0} THEN %s WHEN NOT {0} THEN %s END",
}


def lines(
    rows: QuerySet, fields: Sequence[Field], sort: str, *, descending: bool, chunk: int
) -> Callable[[], Lines] | None:
    """What gives (lines of CSV, how many) chunk by chunk in the rows' order; None where the database can't."""
    if connections[rows.db].vendor != "postgresql" or len(fields) < 2 or not all(map(_can_be_said, fields)):
        return None
    return lambda: _chunks(rows, fields, sort, descending, chunk)


def _can_be_said(field: Field) -> bool:
    return len(field.sources) == 1 and (field.value is None or isinstance(field.value, Words) or bool(field.sql))


def _chunks(rows: QuerySet, fields: Sequence[Field], sort: str, descending: bool, chunk: int) -> Lines:
    """Keyset chunks, each a statement of its own."""
    named = {f"cell_{place}": F(field.sources[0]) for place, field in enumerate(fields)}
    sign = "-" if descending else ""
    ahead = rows = rows.order_by(f"{sign}{sort}", f"{sign}pk").annotate(**named, place=F(sort), ident=F("pk"))
    cells, params = _cells(fields)
    while True:
        inner, inner_params = ahead.values_list(*named, "place", "ident")[:chunk].query.sql_with_params()
        with connections[rows.db].cursor() as cursor:
            cursor.execute(_statement(inner, fields, cells), [LINE_END, *params, *inner_params])
            written, count, place, ident = cursor.fetchone()
        if count:
            yield written + LINE_END, count
        if count < chunk:
            return
        ahead = rows.filter(beyond(sort, Cursor(place, ident), descending=descending))


def _statement(inner: str, fields: Sequence[Field], cells: Sequence[str]) -> str:
    """`inner` finds the rows; OFFSET 0 makes the next step work out each value once; the last puts lines together."""
    said = [f"{(field.sql or '{0}').format(f'cell_{place}')} AS cell_{place}" for place, field in enumerate(fields)]
    line = ", ".join(f"coalesce({cell}, '')" for cell in cells)
    return (
        "SELECT string_agg(line, %s), count(*), (array_agg(place))[count(*)], (array_agg(ident))[count(*)] FROM ("
        f"SELECT concat_ws(',', {line}) AS line, place, ident FROM ("
        f"SELECT {', '.join(said)}, place, ident FROM ({inner}) AS found OFFSET 0) AS said) AS written"
    )


def _cells(fields: Sequence[Field]) -> tuple[list[str], list[Any]]:
    """Each field's finished cell in SQL over `cell_N`, and the parameters in it."""
    cells, params = [], []
    for place, field in enumerate(fields):
        cell = CELLS[field.kind].format(f"cell_{place}")
        if isinstance(field.value, Words):
            words = [(value, _cell(word)) for value, word in field.value.spoken().items()]
            cell = f"CASE cell_{place} {'WHEN %s THEN %s ' * len(words)}ELSE {cell} END" if words else cell
            params += [part for pair in words for part in pair]
        if field.kind == FLAG:
            params += [_cell(_("Yes")), _cell(_("No"))]
        cells.append(cell)
    return cells, params


def _cell(word: str) -> str:
    """A word as its cell stands in the file."""
    out = io.StringIO()
    csv.writer(out).writerow([careful(word), ""])
    return out.getvalue().removesuffix(f",{LINE_END}")

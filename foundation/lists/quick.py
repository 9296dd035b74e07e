"""A list's CSV written by PostgreSQL itself: one statement whose rows are finished lines.

Reading a million cells into Python, turning them and writing them out costs several times what the database needs to
say the same. It can where every field is a column as it is, has its words in a table (`Words`) or brings its `sql`;
otherwise `lines` is None and the file is written cell by cell. What comes out is the same to the byte (a test compares
the two): what `CsvSheet` writes is said here once more, in SQL.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from .columns import FLAG, MOMENT, MONEY, NUMBER, TEXT, Field, Words
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
SPECIAL = r"""~ E'[",\r\n]'"""  # what makes a cell be written in quotes
QUOTED = rf"""CASE
    WHEN {{0}} = '' THEN ''
    WHEN {{0}} {SPECIAL} THEN '"' || replace({HARMLESS}, '"', '""') || '"'
    ELSE {HARMLESS} END"""
# Hardly a row has such a character anywhere: one look at all of its texts at once saves a look at each.
PLAIN = f"CASE WHEN {{0}} = '' THEN '' WHEN NOT special THEN {HARMLESS} ELSE {QUOTED} END"
YUAN = "round({0} / 100.0, 2)::text"
SHANGHAI = "left(({0} AT TIME ZONE 'UTC' + interval '8 hours')::text, 19)"
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


def _is_plain(field: Field) -> bool:
    """A text as it stands in its column."""
    return field.kind == TEXT and not field.sql


def _chunks(rows: QuerySet, fields: Sequence[Field], sort: str, descending: bool, chunk: int) -> Lines:
    """One statement, so that the file is one moment's truth; the server keeps the lines, we fetch them in chunks."""
    named = {f"cell_{place}": F(field.sources[0]) for place, field in enumerate(fields)}
    sign = "-" if descending else ""
    wanted = rows.order_by(f"{sign}{sort}", f"{sign}pk").annotate(**named).values_list(*named)
    inner, inner_params = wanted.query.sql_with_params()
    cells, params = _cells(fields)
    connection = connections[rows.db]
    with connection.chunked_cursor() as cursor:
        with _without_jit(connection):
            cursor.execute(_statement(inner, fields, cells), [*params, *inner_params])
        while found := cursor.fetchmany(chunk):
            yield LINE_END.join([line for (line,) in found]) + LINE_END, len(found)


@contextmanager
def _without_jit(connection: Any) -> Iterator[None]:
    """Compiling so long an expression takes longer than it saves. Later statements of the connection find it as it was."""
    local = connection.in_atomic_block
    with connection.cursor() as setting:
        setting.execute("SET LOCAL jit = off" if local else "SET jit = off")
        try:
            yield
        finally:
            if not local:  # outside a transaction an error leaves nothing behind that would refuse this
                setting.execute("RESET jit")


def _statement(inner: str, fields: Sequence[Field], cells: Sequence[str]) -> str:
    """`inner` finds the rows; OFFSET 0 makes the next step work out each value once; the last puts lines together."""
    plain = [f"found.cell_{place}" for place, field in enumerate(fields) if _is_plain(field)]
    special = f"concat({', '.join(plain)}) {SPECIAL}" if plain else "false"
    said = [f"{(field.sql or '{0}').format(f'cell_{place}')} AS cell_{place}" for place, field in enumerate(fields)]
    line = ", ".join(f"coalesce({cell}, '')" for cell in cells)
    return (
        f"SELECT concat_ws(',', {line}) AS line FROM ("
        f"SELECT {', '.join(said)}, {special} AS special FROM ({inner}) AS found OFFSET 0) AS said"
    )


def _cells(fields: Sequence[Field]) -> tuple[list[str], list[Any]]:
    """Each field's finished cell in SQL over `cell_N`, and the parameters in it."""
    cells, params = [], []
    for place, field in enumerate(fields):
        cell = (PLAIN if _is_plain(field) else CELLS[field.kind]).format(f"cell_{place}")
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

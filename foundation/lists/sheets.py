"""Tables as files: CSV and XLSX, column by column typed, a chunk of rows at a time, so that memory stays flat.

A chunk is a list of columns. A cell is None (empty) or what its column's kind says: TEXT a str, NUMBER an int, MONEY
fen, MOMENT an aware time in UTC, FLAG a bool. Whole columns are turned at once: a million rows must not cost a function
call a cell.
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import IO, Any

import xlsxwriter
from django.utils.translation import gettext as _

from foundation.lifecycle.errors import Invalid

from .columns import FLAG, MOMENT, MONEY, NUMBER, TEXT

CSV, XLSX = "csv", "xlsx"
MIME = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM = "\ufeff"  # so that spreadsheets read it as UTF-8
UTC_PLUS_8 = timedelta(hours=8)  # rows are read in UTC; Shanghai has had no summer time since 1991
DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠")
SAFE_DIGITS = 15  # a spreadsheet keeps so many digits of a number
DAY_ZERO = datetime(1899, 12, 30) - UTC_PLUS_8  # noqa: DTZ001 (the sheet's own calendar, taken from Shanghai days)
MOST_SHEET_ROWS = 1_000_000
LONGEST_CELL = 32_767
WIDTHS = {TEXT: 22, NUMBER: 10, MONEY: 13, MOMENT: 19, FLAG: 6}

Columns = Sequence[Sequence[Any]]
Turn = Callable[[Iterable[Any]], list[Any]]


def plain_yuan(minor: int) -> str:
    """123450 → "1234.50", −5 → "-0.05": a number for a spreadsheet."""
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def harmless(text: str) -> str:
    """Text a spreadsheet would take for a formula gets an apostrophe in front (reliability S28)."""
    return f"'{text}" if text.lstrip("'")[:1] in DANGEROUS else text


def harmed(text: str) -> str:
    """The text as it was before `harmless`."""
    return text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in DANGEROUS else text


class CsvSheet:
    """CSV in UTF-8 with a byte order mark. Numbers a spreadsheet would round are followed by a tab, which keeps them
    text there and is nothing to anybody else who reads the cell without its blanks."""

    def __init__(self, stream: IO[str], labels: Iterable[object], kinds: Sequence[str]):
        stream.write(BOM)
        self._stream = stream
        self._writer = csv.writer(stream)
        self._writer.writerow([harmless(str(label)) for label in labels])
        yes, no = _("Yes"), _("No")
        turns: dict[str, Turn] = {
            TEXT: _csv_texts, NUMBER: list, MONEY: _csv_money, MOMENT: _csv_moments, FLAG: partial(_words, yes, no),
        }  # fmt: skip
        self._turn = [turns[kind] for kind in kinds]

    def write(self, columns: Columns) -> None:
        turned = [turn(cells) for turn, cells in zip(self._turn, columns, strict=True)]
        self._writer.writerows(zip(*turned, strict=True))

    def write_lines(self, lines: str) -> None:
        """Lines that are finished, as `quick.lines` gives them."""
        self._stream.write(lines)

    def close(self) -> None:
        """The stream is its owner's."""


def _csv_texts(cells: Iterable[Any]) -> list[Any]:
    dangerous = DANGEROUS
    return [careful(cell) if cell and (cell[0] in dangerous or cell[0] < ":") else cell for cell in cells]


def careful(text: str) -> str:
    """Text as a cell of CSV: no formula, and digits a spreadsheet would round stay text."""
    if not text[:1].isdigit():
        return harmless(text)
    if text.isascii() and text.isdigit() and (len(text) > SAFE_DIGITS or text[0] == "0"):
        return f"{text}\t"
    return text


def _csv_money(cells: Iterable[Any]) -> list[Any]:
    return [
        None if minor is None else f"{minor // 100}.{minor % 100:02d}" if minor >= 0 else plain_yuan(minor)
        for minor in cells
    ]


def _csv_moments(cells: Iterable[Any]) -> list[Any]:
    shift = UTC_PLUS_8
    return [None if at is None else (at + shift).isoformat(" ", "seconds")[:19] for at in cells]


def _words(yes: str, no: str, cells: Iterable[Any]) -> list[Any]:
    return [None if cell is None else yes if cell else no for cell in cells]


class XlsxSheet:
    """One sheet, written row by row; texts are typed as texts, so none is ever read as a formula or a number."""

    def __init__(self, path: Any, labels: Iterable[object], kinds: Sequence[str], title: str = ""):
        self._book = xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_formulas": False})
        self._sheet = self._book.add_worksheet(_sheet_name(title))
        formats = {
            MONEY: self._book.add_format({"num_format": "0.00"}),
            MOMENT: self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        self._next = 1
        bold = self._book.add_format({"bold": True})
        for column, (label, kind) in enumerate(zip(labels, kinds, strict=True)):
            self._sheet.set_column(column, column, WIDTHS[kind], formats.get(kind))
            self._sheet.write_string(0, column, harmless(str(label)), bold)
        self._sheet.freeze_panes(1, 0)
        yes, no = _("Yes"), _("No")
        turns: dict[str, Turn] = {
            TEXT: _xlsx_texts, NUMBER: list, MONEY: _xlsx_money, MOMENT: _xlsx_moments, FLAG: partial(_words, yes, no),
        }  # fmt: skip
        text, number = self._sheet.write_string, self._sheet.write_number
        self._turn = [turns[kind] for kind in kinds]
        self._put = [
            (column, text if kind in (TEXT, FLAG) else number, formats.get(kind)) for column, kind in enumerate(kinds)
        ]

    def write(self, columns: Columns) -> None:
        """Raises Invalid beyond what a sheet can hold."""
        if self._next + len(columns[0]) > MOST_SHEET_ROWS + 1:
            raise Invalid(_("A workbook holds at most %(limit)s rows; export as CSV.") % {"limit": f"{MOST_SHEET_ROWS:,}"})
        turned = [turn(cells) for turn, cells in zip(self._turn, columns, strict=True)]
        put = self._put
        for number, cells in enumerate(zip(*turned, strict=True), start=self._next):
            for (column, write, form), cell in zip(put, cells, strict=True):
                if cell is not None and cell != "":
                    write(number, column, cell, form)
        self._next += len(columns[0])

    def close(self) -> None:
        self._book.close()


def _xlsx_texts(cells: Iterable[Any]) -> list[Any]:
    """A cell has line ends, but no carriage returns: they would be written as “_x000D_”."""
    suspicious = DANGEROUS | {"'"}
    return [
        harmless(cell.replace("\r", ""))[:LONGEST_CELL]
        if cell and (cell[0] in suspicious or "\r" in cell)
        else cell and cell[:LONGEST_CELL]
        for cell in cells
    ]


def _xlsx_money(cells: Iterable[Any]) -> list[Any]:
    return [None if minor is None else minor / 100 for minor in cells]


def _xlsx_moments(cells: Iterable[Any]) -> list[Any]:
    """Days since the sheet's day zero, to the second."""
    zero = DAY_ZERO
    return [
        None if at is None else ((since := at.replace(tzinfo=None) - zero).days * 86_400 + since.seconds) / 86_400
        for at in cells
    ]


def _sheet_name(title: str) -> str:
    """A workbook refuses some characters and more than 31."""
    return "".join(c for c in title if c not in "[]:*?/\\'")[:31] or "Sheet1"

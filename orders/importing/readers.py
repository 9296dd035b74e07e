"""Reading an upload as rows of text: CSV in UTF-8, with BOM, or GB18030, and XLSX; one row in memory at a time.

A file that can't be read is refused as a whole with a sentence (Unreadable). A single row the CSV grammar breaks on is
handed on as a Broken row, so it takes no good row with it.
"""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any, BinaryIO

import openpyxl
from django.utils.translation import gettext as _

from foundation.lifecycle.errors import Invalid

MAX_BYTES = 100 * 1024 * 1024
MAX_ROWS = 500_000
MAX_COLUMNS = 200
MAX_FIELD = 32_767  # characters; what a spreadsheet's cell can hold
MAX_LINES = 1_048_576  # blank ones too; what a spreadsheet's sheet can hold
MAX_UNZIPPED = 1024 * 1024 * 1024
MAX_FOLDED = 100  # times; a sheet of orders folds 10 to 30 times
FREE_UNZIPPED = 50 * 1024 * 1024  # up to here nobody asks how tightly it was folded
BLOCK = 1024 * 1024
DELIMITERS = ",;\t"
SURROGATE = re.compile(r"[\ud800-\udfff]")

ZIP, OLE, UTF16 = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Unreadable(Invalid):
    """The file as a whole is refused; nothing of it is looked at further."""

    def __init__(self, sentence: object):
        super().__init__(sentence, field="file", code="unreadable")


@dataclass(frozen=True, slots=True)
class Row:
    """One row with something in it. `number` is the spreadsheet's row: the first line is row 1."""

    number: int
    cells: list[str]
    broken: str = ""


def rows(file: BinaryIO, *, most: int | None = None) -> Iterator[Row]:
    """Every row that has anything in it, header included; blank cells at the end are dropped.

    `most`: look at so many lines only, blank ones counted; a file of nothing but line ends must not hold a page.
    """
    start = file.read(4)
    file.seek(0)
    if start == OLE:
        raise Unreadable(_("This is an old .xls workbook. Save it as .xlsx or CSV and upload that."))
    if not start:
        raise Unreadable(_("The file is empty."))
    reading = _xlsx(file) if start == ZIP else _csv(file, start)
    return _checked(islice(reading, most))


def _checked(reading: Iterator[Row]) -> Iterator[Row]:
    """Blank rows left out, blanks around cells stripped, limits kept."""
    count = 0
    for row in reading:
        if row.number > MAX_LINES:
            raise Unreadable(_("More than %(limit)s rows. Split the file.") % {"limit": f"{MAX_ROWS:,}"})
        cells = [cell.strip() for cell in row.cells]
        while cells and not cells[-1]:
            cells.pop()
        if not cells and not row.broken:
            continue
        _check(row.number, cells)
        count += 1
        if count > MAX_ROWS + 1:
            raise Unreadable(_("More than %(limit)s rows. Split the file.") % {"limit": f"{MAX_ROWS:,}"})
        yield Row(row.number, cells, row.broken)


def _check(number: int, cells: list[str]) -> None:
    if len(cells) > MAX_COLUMNS:
        raise Unreadable(
            _("Row %(row)s has %(count)s columns; at most %(limit)s are read.")
            % {"row": number, "count": f"{len(cells):,}", "limit": MAX_COLUMNS}
        )
    if max(map(len, cells), default=0) > MAX_FIELD:
        raise _too_long(number)
    joined = "".join(cells)
    if "\0" in joined or SURROGATE.search(joined):
        raise Unreadable(
            _("Row %(row)s contains characters that are no text (NUL or half a character). Save the file again.")
            % {"row": number}
        )


def _too_long(number: int) -> Unreadable:
    return Unreadable(
        _("Row %(row)s has a cell longer than %(limit)s characters. Is a quotation mark left open before it?")
        % {"row": number, "limit": f"{MAX_FIELD:,}"}
    )


# CSV


def encoding_of(file: BinaryIO, start: bytes) -> str:
    """UTF-8 if every byte of the file says so, else GB18030 if every byte allows it; Unreadable otherwise."""
    if start[:2] in UTF16:
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)("strict")
        file.seek(0)
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unreadable(_("The file is neither UTF-8 nor GB18030 (GBK) text, nor an .xlsx workbook."))


def _csv(file: BinaryIO, start: bytes) -> Iterator[Row]:
    encoding = encoding_of(file, start)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        delimiter = _delimiter(text)
        text.seek(0)
        with _field_limit():
            reader = csv.reader(text, delimiter=delimiter, strict=True)
        yield from _parsed(reader)
    except UnicodeError:
        raise Unreadable(_("The file ends in the middle of a character. Upload it again.")) from None
    finally:
        with suppress(ValueError):  # closed by its owner while rows were left
            text.detach()


def _parsed(reader: Any) -> Iterator[Row]:
    """Rows one by one. The reader starts afresh after a grammar error, so only that row is broken."""
    number = 0
    while True:
        number += 1
        opened_at = reader.line_num + 1
        try:
            with _field_limit():
                cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                raise _too_long(number) from None
            if "unexpected end" in str(error):
                raise Unreadable(
                    _("A quotation mark opened in line %(line)s is never closed.") % {"line": opened_at}
                ) from None
            yield Row(number, [], _("The quotation marks of this row don't match."))
            continue
        yield Row(number, cells)


@contextmanager
def _field_limit() -> Iterator[None]:
    """csv keeps its limit in a module variable: set it only while we read."""
    before = csv.field_size_limit(4 * MAX_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _delimiter(text: io.TextIOWrapper) -> str:
    """The separator the first line uses most: comma unless semicolons or tabs are more."""
    line = text.readline(BLOCK)
    while line and not line.strip():
        line = text.readline(BLOCK)
    return max(DELIMITERS, key=lambda one: (line.count(one), -DELIMITERS.index(one)))


# XLSX


def _xlsx(file: BinaryIO) -> Iterator[Row]:
    _check_zip(file)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        raise Unreadable(_("This .xlsx workbook can't be opened. Save it again or as CSV.")) from error
    try:
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            raise Unreadable(_("The workbook has no visible sheet."))
        sheet.reset_dimensions()
        yield from _sheet(sheet)
    finally:
        book.close()


def _sheet(sheet: Any) -> Iterator[Row]:
    """Cells as text. What the XML parser trips over in the middle refuses the file."""
    reading = enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), start=1)
    while True:
        try:
            number, values = next(reading)
        except StopIteration:
            return
        except Exception as error:
            raise Unreadable(_("This .xlsx workbook is damaged. Save it again or as CSV.")) from error
        yield Row(number, [_text(value) for value in values])


def _check_zip(file: BinaryIO) -> None:
    """An archive that would unfold too far (one cell of it lies in memory whole), or isn't one, is refused folded."""
    try:
        with zipfile.ZipFile(file) as archive:
            unfolded = sum(entry.file_size for entry in archive.infolist())
            folded = sum(entry.compress_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise Unreadable(_("This .xlsx workbook can't be opened. Save it again or as CSV.")) from None
    finally:
        file.seek(0)
    if unfolded > MAX_UNZIPPED or unfolded > max(FREE_UNZIPPED, MAX_FOLDED * folded):
        raise Unreadable(_("This .xlsx workbook unfolds to more than it should. Save it as CSV."))


def _text(value: Any) -> str:
    """A cell as a person sees it: 15 significant digits as spreadsheets show, times to the second."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)

"""The statement as CSV: every line of the filter, oldest first, streamed so that memory stays flat."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from django.utils.translation import gettext as _

from foundation.accounts.models import User

from .movements import label_of
from .naming import Reference, reference_of, text_many
from .statement import Statement

BOM = "\ufeff"  # so that spreadsheets read it as UTF-8
CHUNK = 1000
UTC_PLUS_8 = timedelta(hours=8)  # rows are read in UTC; Shanghai has had no summer time since 1991
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def statement_csv(statement: Statement) -> Iterator[str]:
    """Header, opening balance, lines with the balance after each, closing balance. Amounts are yuan, plain numbers.

    Plain tuples, a thousand lines a piece: model objects would cost several times the database's share.
    """
    figures = statement.figures
    head = [_("Booked (UTC+8)"), _("Movement"), _("Booked for"), _("Amount"), _("Balance"), _("Note"), _("By")]
    yield BOM + _text([head, ["", _("Opening balance"), "", "", plain_yuan(figures["opening"]), "", ""]])
    balance = figures["opening"]
    rows = statement.entries.filter(statement.period.inside).order_by("at", "pk").values_list(*COLUMNS)
    stream = map(Row._make, rows.iterator(chunk_size=CHUNK))
    writer = _Writer(statement)
    while chunk := list(islice(stream, CHUNK)):
        lines, balance = writer.lines(chunk, balance)
        yield _text(lines)
    yield _text([["", _("Closing balance"), "", "", plain_yuan(balance), "", ""]])


class Row(NamedTuple):
    """One entry as the export reads it."""

    at: datetime
    amount_minor: int
    movement: str
    note: str
    subject_type: str
    subject_id: int | None
    order_id: int | None
    by_id: int | None

    @property
    def reference(self) -> Reference | None:
        return reference_of(self)


COLUMNS = [
    "at", "amount_minor", "transaction__movement", "transaction__note", "transaction__subject_type",
    "transaction__subject_id", "transaction__order_id", "transaction__by_id",
]  # fmt: skip


class _Writer:
    """Turns rows into cells; remembers labels and people, asks for subjects a chunk at a time."""

    def __init__(self, statement: Statement):
        self.movement = statement.movement
        self.shop = statement.shop
        self.labels: dict[str, str] = {}
        self.people: dict[int | None, str] = {None: _("System")}

    def lines(self, chunk: list[Row], balance: int) -> tuple[list[list[str]], int]:
        """The chunk's lines of the chosen movement, and the balance after all of them."""
        wanted = [row for row in chunk if self.movement in ("", row.movement)]
        texts = text_many((row.reference for row in wanted), self.shop)
        self._meet(row.by_id for row in wanted)
        lines = []
        for row in chunk:
            balance += row.amount_minor
            if self.movement in ("", row.movement):
                lines.append(self._cells(row, texts.get(row.reference, ""), balance))
        return lines, balance

    def _cells(self, row: Row, subject: str, balance: int) -> list[str]:
        if row.movement not in self.labels:
            self.labels[row.movement] = harmless(label_of(row.movement))
        moment = (row.at + UTC_PLUS_8).isoformat(" ", "seconds")[:19]
        return [
            moment, self.labels[row.movement], harmless(subject), plain_yuan(row.amount_minor), plain_yuan(balance),
            harmless(row.note), self.people[row.by_id],
        ]  # fmt: skip

    def _meet(self, ids: Iterable[int | None]) -> None:
        new = {pk for pk in ids if pk is not None and pk not in self.people}
        if new:
            self.people |= {user.pk: harmless(str(user)) for user in User.objects.filter(pk__in=new)}


def _text(lines: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    return out.getvalue()


def plain_yuan(minor: int) -> str:
    """123450 → "1234.50", −5 → "-0.05": a number for a spreadsheet."""
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def harmless(text: str) -> str:
    """Text a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(DANGEROUS) else text

"""The statement as a file: every line of the filter, oldest first, in chunks so that memory stays flat."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from foundation.accounts.models import User
from foundation.lists.columns import MOMENT, MONEY, TEXT
from foundation.lists.export import Table, read
from foundation.lists.query import ListQuery
from foundation.lists.sheets import Columns

from .movements import label_of
from .naming import Reference, reference_of, text_many
from .statement import Statement

Line = list[Any]


def table(query: ListQuery) -> Table:
    """Opening balance, lines with the balance after each, closing balance: what the page shows, on one sheet."""
    labels = [_("Booked (UTC+8)"), _("Movement"), _("Booked for"), _("Amount"), _("Balance"), _("Note"), _("By")]
    kinds = [MOMENT, TEXT, TEXT, MONEY, MONEY, TEXT, TEXT]
    return Table(labels, kinds, _chunks(Statement(query)))


def _chunks(statement: Statement) -> Iterator[Columns]:
    """Plain tuples: model objects would cost several times the database's share."""
    balance = statement.figures["opening"]
    yield _columns([_mark(_("Opening balance"), balance)])
    rows = statement.entries.filter(statement.period.inside)
    writer = _Writer(statement)
    for chunk in read(rows, COLUMNS, "at", descending=False):
        lines, balance = writer.lines([Row(*found[: len(COLUMNS)]) for found in chunk], balance)
        if lines:
            yield _columns(lines)
    yield _columns([_mark(_("Closing balance"), balance)])


def _mark(label: str, balance: int) -> Line:
    return [None, label, None, None, balance, None, None]


def _columns(lines: list[Line]) -> Columns:
    return list(zip(*lines, strict=True))


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

    def lines(self, chunk: list[Row], balance: int) -> tuple[list[Line], int]:
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

    def _cells(self, row: Row, subject: str, balance: int) -> Line:
        if row.movement not in self.labels:
            self.labels[row.movement] = str(label_of(row.movement))
        return [
            row.at, self.labels[row.movement], subject, row.amount_minor, balance, row.note, self.people[row.by_id],
        ]  # fmt: skip

    def _meet(self, ids: Iterable[int | None]) -> None:
        new = {pk for pk in ids if pk is not None and pk not in self.people}
        if new:
            self.people |= {user.pk: str(user) for user in User.objects.filter(pk__in=new)}

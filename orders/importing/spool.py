"""The rows of an upload as lines one can begin reading in the middle.

A CSV's quoted newlines and an XLSX's XML can only be read from the start; a job that does a chunk at a time would read
the file once per chunk. So the upload is read once into a private working file, one JSON line a row, and a chunk
begins at a byte offset. The spool is no truth: lost, it is made again from the upload.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from . import cells, columns, readers
from .readers import Row

Report = Callable[[int, int], None]
REPORT_EVERY = 5000


@dataclass(frozen=True)
class Survey:
    """What only the whole file tells: which rows repeat an order number (row → first row with it), whether the paid
    column is net of refunds, and with that the mapping as it is used."""

    mapping: dict[str, str]
    repeats: dict[int, int]


class Spool:
    """The working files of one upload in `folder`: `rows.jsonl`, `head.json`, and a survey per mapping."""

    def __init__(self, folder: Path):
        self.folder = folder

    @property
    def is_ready(self) -> bool:
        return (self.folder / "head.json").exists()

    def build(self, file: BinaryIO, report: Report) -> None:
        """Read the upload once; raises Unreadable. Finished files appear by rename, so a half-made one is never used."""
        reading = readers.rows(file)
        header = next(reading, None)
        if header is None or header.broken:
            raise readers.Unreadable(_("The file has no header row."))
        count = 0
        half = self.folder / "rows.part"
        with half.open("wb") as out:
            for count, row in enumerate(reading, start=1):
                out.write(json.dumps([row.number, row.broken, row.cells], ensure_ascii=False).encode() + b"\n")
                if count % REPORT_EVERY == 0:
                    report(count, 0)
        if not count:
            raise readers.Unreadable(_("The file has a header, but no rows."))
        half.replace(self.folder / "rows.jsonl")
        self._write("head.json", {"header": columns.clean_header(header.cells), "rows": count})

    @property
    def header(self) -> list[str]:
        return self._read("head.json")["header"]

    @property
    def total(self) -> int:
        return self._read("head.json")["rows"]

    def chunk(self, offset: int, size: int) -> tuple[list[Row], int]:
        """Up to `size` rows from byte `offset`, and the offset after them."""
        with (self.folder / "rows.jsonl").open("rb") as lines:
            lines.seek(offset)
            found = [Row(number, values, broken) for number, broken, values in self._lines(lines, size)]
            return found, lines.tell()

    def survey(self, mapping: Mapping[str, str], *, recognised: bool) -> Survey:
        """Look through all rows once per mapping; kept beside them."""
        name = f"survey-{'r' if recognised else 'm'}-{columns.signature(f'{h}>{c}' for h, c in mapping.items())[:16]}.json"
        if not (self.folder / name).exists():
            self._write(name, self._look(dict(mapping), recognised))
        kept = self._read(name)
        return Survey(kept["mapping"], {int(row): first for row, first in kept["repeats"].items()})

    def _look(self, mapping: dict[str, str], recognised: bool) -> dict:
        at = {code: self.header.index(name) for name, code in mapping.items()}
        net = _NetRule(at) if recognised else None
        seen: dict[int, int] = {}
        repeats: dict[int, int] = {}
        with (self.folder / "rows.jsonl").open("rb") as lines:
            for number, broken, values in self._lines(lines, None):
                if broken:
                    continue
                order_number = values[at["number"]] if at["number"] < len(values) else ""
                first = seen.setdefault(hash(order_number), number)
                if first != number and order_number:
                    repeats[number] = first
                if net:
                    net.look(values)
        if net and net.holds:
            mapping = {name: "net_received" if code == "paid" else code for name, code in mapping.items()}
        return {"mapping": mapping, "repeats": repeats}

    @staticmethod
    def _lines(lines: BinaryIO, size: int | None) -> Iterator[tuple[int, str, list[str]]]:
        while size is None or size > 0:
            line = lines.readline()
            if not line:
                return
            if size is not None:
                size -= 1
            yield json.loads(line)

    def _write(self, name: str, content: dict) -> None:
        half = self.folder / f"{name}.part"
        half.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        half.replace(self.folder / name)

    def _read(self, name: str) -> dict:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


class _NetRule:
    """Whether the paid column beside a refunded one is what was *left*: net + refunded = total in every paid row.

    Real exports call it 买家实际支付金额 all the same. A row is paid when it has a time of payment (or, without such a
    column, an amount). Rows that can't be read decide nothing.
    """

    def __init__(self, at: Mapping[str, int]):
        self.at = at
        self.possible = {"paid", "refunded", "total"} <= set(at)
        self.rows = 0

    @property
    def holds(self) -> bool:
        return self.possible and self.rows > 0

    def look(self, values: list[str]) -> None:
        if not self.possible:
            return
        try:
            paid, refunded, total = (cells.money(self._cell(values, code)) for code in ("paid", "refunded", "total"))
        except cells.Refused:
            return
        if self._cell(values, "paid_at") if "paid_at" in self.at else paid:
            self.rows += 1
            self.possible = paid + refunded == total

    def _cell(self, values: list[str], code: str) -> str:
        return values[self.at[code]] if self.at[code] < len(values) else ""

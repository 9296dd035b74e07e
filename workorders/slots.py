"""The vouchers a question may ask for: one named slot each, rows VoucherKind (rules §6)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .models import VoucherKind


class Kinds(Mapping[str, VoucherKind]):
    """Every kind by its code, as a mapping. Kinds are never changed, so only one not seen yet asks the database."""

    def __init__(self) -> None:
        self._known: dict[str, VoucherKind] = {}

    def _load(self) -> dict[str, VoucherKind]:
        self._known = {kind.code: kind for kind in VoucherKind.objects.order_by("pk")}
        return self._known

    def __getitem__(self, code: str) -> VoucherKind:
        return self._known[code] if code in self._known else self._load()[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())


SLOTS = Kinds()


@dataclass(frozen=True)
class Piece:
    """A stretch of the platform's text; `slot` is set where it names a voucher."""

    text: str
    slot: str = ""


def choices() -> list[tuple[str, str]]:
    """(code, name) of every kind, for forms; asked when a form is made."""
    return [(kind.code, kind.label) for kind in SLOTS.values()]


def label_of(code: str) -> str:
    """The slot's name; a code no longer known is shown as it is."""
    return SLOTS[code].label if code in SLOTS else code


def pieces(text: str, asked: list[str]) -> list[Piece]:
    """The text verbatim, cut where it names an asked voucher; joined again it is the text, character for character."""
    code_of = {name.lower(): code for code in asked if code in SLOTS for name in SLOTS[code].names}
    if not code_of:
        return [Piece(text)]
    names = sorted(code_of, key=len, reverse=True)
    words = "|".join(f"({re.escape(name)})" for name in names)
    found: list[Piece] = []
    end = 0
    for match in re.finditer(words, text, re.IGNORECASE):
        if match.start() > end:
            found.append(Piece(text[end : match.start()]))
        found.append(Piece(match.group(), code_of[names[(match.lastindex or 1) - 1]]))
        end = match.end()
    if end < len(text):
        found.append(Piece(text[end:]))
    return found

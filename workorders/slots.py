"""The vouchers a question may ask for: one named slot each (rules §6)."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Slot:
    """`words` are the names the platform's text calls it by, so that the text links to the slot.

    `accepts` says in a sentence what counts; `checklist` are the points the shop ticks before it submits.
    """

    code: str
    label: Any
    help: Any
    accepts: Any
    words: tuple[str, ...]
    checklist: tuple[tuple[str, Any], ...] = ()


RED_STAMP_CHECKLIST = (
    ("handwritten", _("What was filled in is written by hand, not printed")),
    ("signature_is_stamp", _("The signature and the stamp name the same company")),
    ("date_after_sign_off", _("Its date is the day of sign-off or later")),
)

SLOTS: dict[str, Slot] = {
    slot.code: slot
    for slot in [
        Slot(
            "shipping_slip", _("Shipping slip"),
            _("The slip of the parcel as handed to the carrier: order, weight, carrier's number."),
            _("A photograph of the paper slip; the tracking number must be readable."),
            ("发货底单", "shipping slip"),
        ),
        Slot(
            "sign_off_proof", _("Red-stamp proof"),
            _("The carrier's proof of sign-off, filled in by hand, signed, with its red stamp."),
            _("A proof that is printed throughout is invalid; signature and stamp must name the same company."),
            ("签收物流红章证明", "签收红章证明", "红章证明", "签收证明", "red-stamp sign-off proof", "red-stamp proof"),
            RED_STAMP_CHECKLIST,
        ),
        Slot(
            "weighing_dispatch", _("Weighing photo at dispatch"),
            _("The parcel on the scale when it left the warehouse, label and figure in one picture."),
            _("The figure on the scale and the label must be readable in one picture."),
            ("发货称重图", "weighing photo at dispatch"),
        ),
        Slot(
            "weighing_sign_off", _("Weighing photo at sign-off"),
            _("The parcel on the scale when it was signed for."),
            _("The figure on the scale and the label must be readable in one picture."),
            ("签收称重图", "weighing photo at sign-off"),
        ),
        Slot(
            "weighing_delivery", _("Weighing photo at delivery"),
            _("The parcel on the courier's scale on the way to the buyer."),
            _("The figure on the scale and the label must be readable in one picture."),
            ("派件称重图", "weighing photo at delivery"),
        ),
    ]
}


@dataclass(frozen=True)
class Piece:
    """A stretch of the platform's text; `slot` is set where it names a voucher."""

    text: str
    slot: str = ""


_CODE_OF = {word.lower(): slot.code for slot in SLOTS.values() for word in slot.words}
_WORDS = re.compile("|".join(re.escape(word) for word in sorted(_CODE_OF, key=len, reverse=True)), re.IGNORECASE)


def label_of(code: str) -> str:
    """The slot's name; a code no longer known is shown as it is."""
    return str(SLOTS[code].label) if code in SLOTS else code


def pieces(text: str, asked: list[str]) -> list[Piece]:
    """The text verbatim, cut where it names an asked voucher; joined again it is the text, character for character."""
    found: list[Piece] = []
    end = 0
    for match in _WORDS.finditer(text):
        code = _CODE_OF[match.group().lower()]
        if code not in asked:
            continue
        if match.start() > end:
            found.append(Piece(text[end : match.start()]))
        found.append(Piece(match.group(), code))
        end = match.end()
    if end < len(text):
        found.append(Piece(text[end:]))
    return found

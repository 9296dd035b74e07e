"""What the evidence desk shows: cards of pictures, slots and what fills them, the sheet if it is current."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crispy_forms.bootstrap import InlineCheckboxes
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.files import images
from foundation.files import services as files
from foundation.files.models import StoredFile

from . import preflight
from .models import Sheet, Voucher, VoucherKind, WorkOrder
from .models.evidence import CAPTION_LENGTH
from .services import evidence
from .slots import SLOTS

LIBRARY_SHOWN = 12
RED_STAMP = "sign_off_proof"


def slot_choices(case: WorkOrder, also: list[str] | None = None) -> list[tuple[str, Any]]:
    wanted = [*case.asked_slots, *(also or [])]
    return [(code, slot.label) for code, slot in SLOTS.items() if code in wanted]


class SlotsForm(forms.Form):
    """Which slots a picture is ticked for."""

    slots = forms.MultipleChoiceField(
        label=gettext_lazy("Shows"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, case: WorkOrder, also: list[str] | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["slots"].choices = slot_choices(case, also)

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.layout = Layout(InlineCheckboxes("slots"), *[name for name in self.fields if name != "slots"])
        return helper


class VoucherForm(SlotsForm):
    """One card: slots and caption."""

    caption = forms.CharField(
        label=gettext_lazy("Caption"), required=False, max_length=CAPTION_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@dataclass(frozen=True)
class Card:
    """One picture on the desk, with its place counted from 1."""

    voucher: Voucher
    place: int
    last: bool
    form: VoucherForm
    warnings: list[str]


@dataclass(frozen=True)
class Asked:
    """One asked slot and the places of the pictures that fill it."""

    slot: VoucherKind
    places: list[int]

    @property
    def wants_red_stamp(self) -> bool:
        return self.slot.code == RED_STAMP


def voucher_form(voucher: Voucher, case: WorkOrder, data: Any = None) -> VoucherForm:
    initial = {"slots": voucher.slots, "caption": voucher.caption}
    return VoucherForm(data, case=case, also=voucher.slots, initial=initial, auto_id=f"id_{voucher.uuid.hex}_%s")


def context(case: WorkOrder, now: datetime, bound: Mapping[int, VoucherForm] | None = None) -> dict[str, Any]:
    """Everything the page shows; `bound` keeps what was typed on a card that was refused."""
    vouchers = list(evidence.vouchers_of(case))
    cards = _cards(case, vouchers, bound or {})
    asked = [
        Asked(SLOTS[code], [card.place for card in cards if code in card.voucher.slots])
        for code in case.asked_slots
        if code in SLOTS
    ]
    limits = files.limits(now)
    return {
        "case": case,
        "order": case.order,
        "now": now,
        "cards": cards,
        "asked": asked,
        "filled_count": sum(1 for one in asked if one.places),
        "library": list(evidence.library(case)[:LIBRARY_SHOWN]),
        "sheet": current_sheet(case) if vouchers else None,
        "upload_form": SlotsForm(case=case, auto_id="id_upload_%s"),
        "takes_pictures": case.takes_answers(now),
        "room": max(limits.files_per_case - len(vouchers), 0),
        "files_per_case": limits.files_per_case,
        "files_per_upload": limits.files_per_upload,
        "max_bytes": images.MAX_BYTES,
        "max_mb": images.MAX_BYTES // 1_000_000,
        "sheet_mb": case.policy.sheet_max_bytes / 1_000_000,
    }


def current_sheet(case: WorkOrder) -> Sheet | None:
    """The sheet of exactly what lies on the desk, if it has been composed."""
    sheets = Sheet.objects.filter(work_order=case, window_no=case.window_no, inputs_hash=evidence.inputs_hash(case))
    return sheets.select_related("file").first()


def _cards(case: WorkOrder, vouchers: list[Voucher], bound: Mapping[int, VoucherForm]) -> list[Card]:
    used = preflight.used_elsewhere(case, vouchers)
    return [
        Card(
            voucher,
            place,
            place == len(vouchers),
            bound.get(voucher.pk) or voucher_form(voucher, case),
            _warnings(case, voucher.file, used),
        )
        for place, voucher in enumerate(vouchers, start=1)
    ]


def _warnings(case: WorkOrder, stored: StoredFile, used: dict[str, str]) -> list[str]:
    found = []
    if stored.sha256 in used:
        found.append(_("Already used for order %(order)s.") % {"order": used[stored.sha256]})
    if stored.taken_at and stored.taken_at < case.order.placed_at:
        found.append(_("Taken before the order was placed."))
    if min(stored.width or 0, stored.height or 0) < case.policy.voucher_min_px:
        found.append(_("Few pixels: small print may not be readable on the sheet."))
    return found

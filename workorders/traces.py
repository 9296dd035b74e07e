"""What the order's parcels say to an answer: scans that contradict it, pictures of another day, numbers (rules §6.8).

A scan that is stored does not un-happen: denying it is hard. What no scan says yet may have happened: a warning. Reads only.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from foundation.lifecycle.deadlines import SHANGHAI
from foundation.lifecycle.errors import Invalid
from foundation.lifecycle.prepared import Prepared
from logistics import numbers
from logistics.models import Parcel
from logistics.states import Anomaly, ParcelKind, ParcelState

from .findings import HARD, SOFT, Finding
from .models import Option, Voucher, WorkOrder
from .slots import label_of
from .states import Claim

PARCELS = Prepared(
    lambda order: Parcel.objects.select_related("carrier").filter(order_id=order).order_by("pk")[:20], int
)
WITH_NUMBER = Prepared(
    lambda shop, number: Parcel.objects.select_related("order").filter(shop_id=shop, tracking_number=number).order_by("pk")[:5],
    int, str,
)  # fmt: skip
OURS = (ParcelKind.FIRST, ParcelKind.EXTRA, ParcelKind.RESHIP)  # what goes to the buyer
TURNED = (ParcelState.REFUSED, ParcelState.RETURNING)
AT_SIGN_OFF = ("sign_off_proof", "weighing_sign_off")  # pictures that can't be older than the sign-off
BEFORE_PICK_UP = ("weighing_dispatch",)  # and those that can't be younger than the pick-up


def parcels_of(order_pk: int) -> list[Parcel]:
    """The order's parcels with their carriers, the first one first. One query."""
    return PARCELS.rows(order_pk)


def is_scanned(parcel: Parcel) -> bool:
    """Whether a carrier ever reported something of it; what an imported order says of its parcel is no scan."""
    return parcel.last_scan_at is not None


def claims(option: Option, parcels: Sequence[Parcel]) -> Iterable[Finding]:
    """What the chosen option says of the parcel, against its scans."""
    sent = [parcel for parcel in parcels if parcel.kind in OURS]
    for claim in option.claims:
        level = LOOKS[Claim(claim)](sent) if Claim(claim) in LOOKS else ""
        if level:
            yield Finding(
                level, "contradicts_scans",
                _("“%(result)s” says that %(claim)s; the parcel's scans say: %(scans)s.")
                % {"result": option.label, "claim": Claim(claim).label, "scans": _said(sent)},
                "id_option",
            )


def _shipped(sent: Sequence[Parcel]) -> str:
    """Handed over, and no carrier has seen it."""
    waits = [one for one in sent if one.tracking_number and not is_scanned(one) and one.status == ParcelState.LABEL]
    return SOFT if waits and len(waits) == len(sent) else ""


def _not_shipped(sent: Sequence[Parcel]) -> str:
    return HARD if any(is_scanned(one) for one in sent) else ""


def _signed(sent: Sequence[Parcel]) -> str:
    """Signed for, while all that was scanned is elsewhere: back at the sender for certain, or not there yet."""
    scanned = [one for one in sent if is_scanned(one)]
    if not scanned or any(one.status == ParcelState.SIGNED for one in sent):
        return ""
    return HARD if all(one.status == ParcelState.RETURNED for one in scanned) else SOFT


def _not_signed(sent: Sequence[Parcel]) -> str:
    """Not signed for, and there is a scan that it was; softer while the buyer disputes that very scan."""
    signed = [one for one in sent if is_scanned(one) and one.status == ParcelState.SIGNED]
    if not signed:
        return ""
    return SOFT if all(one.anomaly == Anomaly.DISPUTED for one in signed) else HARD


LOOKS = {
    Claim.SHIPPED: _shipped, Claim.NOT_SHIPPED: _not_shipped, Claim.SIGNED: _signed, Claim.NOT_SIGNED: _not_signed,
}  # fmt: skip


def _said(sent: Sequence[Parcel]) -> str:
    """The state of the first parcel that has something to say."""
    told = next((one for one in sent if is_scanned(one)), sent[0])
    if not is_scanned(told):
        return _("nothing yet")
    return _("%(state)s, %(at)s") % {"state": told.get_status_display(), "at": _moment(told.last_scan_at)}


def pictures(case: WorkOrder, vouchers: Sequence[Voucher], parcels: Sequence[Parcel]) -> Iterable[Finding]:
    """Pictures ticked for a moment that the first parcel's scans put elsewhere; a proof of sign-off without one. Soft."""
    first = next((one for one in parcels if one.kind == ParcelKind.FIRST), None)
    if first is None or not is_scanned(first):
        return
    if first.status != ParcelState.SIGNED and any("sign_off_proof" in one.slots for one in vouchers):
        yield Finding(
            SOFT, "no_sign_off_scan",
            _("A proof of sign-off goes out, and the scans know of none: %(scans)s.") % {"scans": _said([first])},
            "slot-sign_off_proof",
        )
    for place, voucher in enumerate(vouchers, start=1):
        if slot := _wrong_moment(voucher, first):
            yield Finding(
                SOFT, "picture_against_scans",
                _("Picture %(place)d, “%(slot)s”, was taken %(at)s; the parcel's scans say another day.")
                % {"place": place, "slot": label_of(slot), "at": _moment(voucher.file.taken_at)},
                f"voucher-{voucher.uuid}",
            )


def _wrong_moment(voucher: Voucher, first: Parcel) -> str:
    """The slot for which the picture is too old or too young, by what its camera wrote; "" for none."""
    taken = voucher.file.taken_at
    if taken is None:
        return ""
    for slot in voucher.slots:
        if slot in AT_SIGN_OFF and first.signed_at and taken < first.signed_at:
            return slot
        if slot in BEFORE_PICK_UP and first.picked_up_at and taken > first.picked_up_at:
            return slot
    return ""


def reship_number(case: WorkOrder, number: str, parcels: Sequence[Parcel]) -> Iterable[Finding]:
    """Whether a carrier could have given it, whether it is the first parcel's, whether another parcel has it."""
    try:
        clean = numbers.clean(number)
    except Invalid as error:
        yield Finding(HARD, "bad_reship_number", str(error), "id_reship_number")
        return
    if any(one.kind == ParcelKind.FIRST and one.tracking_number == clean for one in parcels):
        yield Finding(
            HARD, "reship_is_first_parcel", _("The reship number equals the first parcel's; enter the new parcel's."),
            "id_reship_number",
        )
        return
    other = next((one for one in WITH_NUMBER.rows(case.shop_id, clean) if one.order_id != case.order_id), None)
    if other is not None:
        yield Finding(
            SOFT, "number_used_elsewhere",
            _("This number stands on order %(number)s already.") % {"number": other.order.number}, "id_reship_number",
        )


def _moment(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else "—"

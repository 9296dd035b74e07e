"""Pre-flight 预检: what a reviewer would find wrong, said before the one answer goes out (rules §6).

Hard findings block; soft ones warn and go out with the answer.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from foundation.lifecycle.deadlines import shanghai_day
from logistics.models import Parcel
from orders.models import Party

from . import traces
from .findings import HARD, SOFT, Finding
from .models import Option, Voucher, WorkOrder
from .services import evidence
from .slots import SLOTS, label_of
from .states import Branch, Claim, Need

BLANKS = re.compile(r"[\s\-]+")


def check(
    work_order: WorkOrder,
    answer: Any,
    now: datetime,
    vouchers: Sequence[Voucher] | None = None,
    parcels: Sequence[Parcel] | None = None,
) -> list[Finding]:
    """All findings for what `answer` (a Draft, or anything with its fields) would send, hard ones first. Reads only.

    `vouchers` are those on the desk, `parcels` the order's, if the caller has them already.
    """
    vouchers = list(evidence.vouchers_of(work_order)) if vouchers is None else vouchers
    parcels = traces.parcels_of(work_order.order_id) if parcels is None else parcels
    findings = [*_branch(work_order, answer)]
    if answer.branch == Branch.EVIDENCE:
        findings += _slots(work_order, vouchers)
        findings += _checklist(work_order, answer, vouchers)
        findings += traces.pictures(work_order, vouchers, parcels)
    if answer.branch == Branch.NEGOTIATED:
        findings += _negotiated(work_order, answer)
    if answer.branch == Branch.RESHIP:
        findings += _reship(work_order, answer, parcels)
    if answer.branch == Branch.CHOICE:
        findings += _choice(work_order, answer, vouchers, parcels)
    if answer.branch not in (Branch.AGREE_REFUND, Branch.ACKNOWLEDGE):
        findings += _files(work_order, vouchers)
    return sorted(findings, key=lambda finding: finding.level)


def hard(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.is_hard]


def _branch(case: WorkOrder, answer: Any) -> Iterable[Finding]:
    if not answer.branch:
        yield Finding(HARD, "no_branch", _("Choose how to answer."), "how-to-answer")
    elif answer.branch not in case.step.branches:
        yield Finding(HARD, "branch_not_offered", _("This question can't be answered that way."), "how-to-answer")


def _slots(case: WorkOrder, vouchers: Sequence[Voucher]) -> Iterable[Finding]:
    for code in missing_slots(case, vouchers):
        yield Finding(
            HARD, "slot_empty",
            _("“%(slot)s” is missing; all vouchers go out together.") % {"slot": label_of(code)}, f"slot-{code}",
        )
    for place, voucher in enumerate(vouchers, start=1):
        if not voucher.slots:
            yield Finding(
                SOFT, "voucher_unticked",
                _("Picture %(place)d is ticked for no voucher; it goes out all the same.") % {"place": place},
                f"voucher-{voucher.uuid}",
            )
        elif not set(voucher.slots) & set(case.asked_slots):
            yield Finding(
                HARD, "wrong_kind",
                _("Picture %(place)d is a “%(slot)s”; the platform asks for another kind of voucher.")
                % {"place": place, "slot": label_of(voucher.slots[0])},
                f"voucher-{voucher.uuid}",
            )


def missing_slots(case: WorkOrder, vouchers: Iterable[Voucher]) -> list[str]:
    """Asked slots for which none of `vouchers` is ticked, in the order asked."""
    ticked = {code for voucher in vouchers for code in voucher.slots}
    return [code for code in case.asked_slots if code not in ticked]


def _checklist(case: WorkOrder, answer: Any, vouchers: Sequence[Voucher]) -> Iterable[Finding]:
    """Only of vouchers that are there: a missing one is a hard finding already."""
    missing = missing_slots(case, vouchers)
    for code in (asked for asked in case.asked_slots if asked not in missing):
        for item, label in SLOTS[code].checklist if code in SLOTS else ():
            if f"{code}.{item}" not in answer.checklist:
                yield Finding(
                    SOFT, "unticked_check",
                    _("Not ticked for “%(slot)s”: %(point)s.") % {"slot": label_of(code), "point": label}, "how-to-answer",
                )


def _files(case: WorkOrder, vouchers: Sequence[Voucher]) -> Iterable[Finding]:
    used = used_elsewhere(case, vouchers)
    for place, voucher in enumerate(vouchers, start=1):
        stored, anchor = voucher.file, f"voucher-{voucher.uuid}"
        if stored.sha256 in used:
            yield Finding(
                SOFT, "file_used_before",
                _("Picture %(place)d was already used for order %(order)s.")
                % {"place": place, "order": used[stored.sha256]},
                anchor,
            )
        if stored.taken_at and stored.taken_at < case.order.placed_at:
            yield Finding(
                SOFT, "older_than_order", _("Picture %(place)d was taken before the order was placed.") % {"place": place},
                anchor,
            )


def used_elsewhere(case: WorkOrder, vouchers: Iterable[Voucher]) -> dict[str, str]:
    """sha256 of an original → number of another order of this shop it was evidence for."""
    sums = {voucher.file.sha256 for voucher in vouchers}
    rows = (
        Voucher.objects.filter(work_order__shop_id=case.shop_id, file__sha256__in=sums, removed_at=None)
        .exclude(work_order__order_id=case.order_id)
        .values_list("file__sha256", "work_order__order__number")
    )
    return dict(rows) if sums else {}


def _choice(
    case: WorkOrder, answer: Any, vouchers: Sequence[Voucher], parcels: Sequence[Parcel]
) -> Iterable[Finding]:
    """What the chosen option needs, and whether the order's own record or its parcels' scans say otherwise."""
    option = case.step.option(answer.option)
    if option is None:
        yield Finding(HARD, "no_option", _("Choose what became of it."), "id_option")
        return
    if Need.NOTE in option.needs and not answer.note.strip():
        yield Finding(HARD, "no_note", _("“%(result)s” needs a note.") % {"result": option.label}, "id_note")
    if Need.DATE in option.needs:
        yield from _day(case, answer, option)
    if Need.TRACKING in option.needs:
        yield from _number(case, answer, parcels)
    if Need.CONTACT in option.needs:
        yield from _contact(case, answer)
    if Need.EVIDENCE in option.needs:
        yield from _slots(case, vouchers)
        yield from traces.pictures(case, vouchers, parcels)
    yield from _claims(case, option)
    yield from traces.claims(option, parcels)


def _day(case: WorkOrder, answer: Any, option: Option) -> Iterable[Finding]:
    if answer.on_day is None:
        yield Finding(HARD, "no_day", _("“%(result)s” needs a date.") % {"result": option.label}, "id_on_day")
    elif case.window_opened_at and answer.on_day < shanghai_day(case.window_opened_at):
        yield Finding(HARD, "day_is_past", _("The date is before this stage opened."), "id_on_day")


def _claims(case: WorkOrder, option: Option) -> Iterable[Finding]:
    """What is recorded does not un-happen: denying it is hard. What is not recorded yet may have happened: a warning.

    A refund is booked by ourselves, so claiming one that is not is hard as well.
    """
    order = case.order
    shipped = order.physically_shipped_at or order.tracking_uploaded_at or order.signed_at
    known = {Claim.SHIPPED: bool(shipped), Claim.SIGNED: bool(order.signed_at), Claim.REFUNDED: order.refunded_minor > 0}
    denied = {Claim.NOT_SHIPPED: known[Claim.SHIPPED], Claim.NOT_SIGNED: known[Claim.SIGNED]}
    for claim in option.claims:
        if denied.get(Claim(claim)):
            yield Finding(HARD, "contradicts_order", _said_otherwise(option, claim), "id_option")
        elif not known.get(Claim(claim), True):
            level = HARD if claim == Claim.REFUNDED else SOFT
            yield Finding(level, "not_recorded", _said_otherwise(option, claim), "id_option")


def _said_otherwise(option: Option, claim: str) -> str:
    return _("“%(result)s” says that %(claim)s; the order's record says otherwise.") % {
        "result": option.label, "claim": Claim(claim).label
    }


def _contact(case: WorkOrder, answer: Any) -> Iterable[Finding]:
    contact = answer.contact
    if contact is None or contact.order_id != case.order_id or contact.who != Party.BUYER:
        yield Finding(
            HARD, "no_contact_record",
            _("Name the contact record of the talk with the buyer; talk first, then answer."), "id_contact",
        )
    elif case.opened_at and contact.at < case.opened_at:
        yield Finding(
            SOFT, "talk_before_question", _("The talk named was before the platform asked."), "id_contact"
        )


def _negotiated(case: WorkOrder, answer: Any) -> Iterable[Finding]:
    yield from _contact(case, answer)
    left = case.order.left_minor
    if left and not answer.agreed_minor:
        yield Finding(
            HARD, "no_agreed_refund", _("Enter the refund agreed with the buyer, in full or in part."), "id_agreed_minor"
        )
    elif answer.agreed_minor and answer.agreed_minor > left:
        yield Finding(
            HARD, "agreed_too_much", _("The agreed refund is more than what is left of paid."), "id_agreed_minor"
        )


def _reship(case: WorkOrder, answer: Any, parcels: Sequence[Parcel]) -> Iterable[Finding]:
    if not answer.note.strip():
        yield Finding(HARD, "no_note", _("Write the back-office note of the reship."), "id_note")
    yield from _number(case, answer, parcels)


def _number(case: WorkOrder, answer: Any, parcels: Sequence[Parcel]) -> Iterable[Finding]:
    number = plain_number(answer.reship_number)
    if not number:
        yield Finding(HARD, "no_reship_number", _("Enter the reship tracking number."), "id_reship_number")
    elif number == plain_number(case.order.tracking_number):
        yield Finding(
            HARD, "reship_is_first_parcel", _("The reship number equals the first parcel's; enter the new parcel's."),
            "id_reship_number",
        )
    else:
        yield from traces.reship_number(case, answer.reship_number, parcels)


def plain_number(number: str) -> str:
    """A tracking number for comparing: no blanks or hyphens, capitals."""
    return BLANKS.sub("", number).upper()

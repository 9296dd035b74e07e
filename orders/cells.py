"""The cells of the order list: flat rows, their columns by ORM path."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop

from foundation.lists.cells import EMPTY, badge, clamp, copied, label, link, money, state_of, sub, text, when, word
from foundation.shell.templatetags.houtai import icon, mask_name, mask_phone

from .models import Order
from .states import AfterSaleState, Flag

Cell = SafeString | str
WORK_ORDER, DISPUTE = gettext_noop("Work order"), gettext_noop("Dispute refund")
AFTER_SALE, NUMBER_MISSING = gettext_noop("After-sale"), gettext_noop("Shipped, number missing")
BUYER_SAYS = gettext_noop("Buyer:")


def number(row: Any, page: Any) -> Cell:
    return SafeString(f"{link(page.link_to('orders:order')(row.number), row.number)} {copied(row.number)}")


def goods(row: Any, page: Any) -> Cell:
    pieces = sub(f"×{row.item_count}") if row.item_count else ""
    return SafeString(f"{clamp(row.item_title or EMPTY)}{pieces}")


def paid(row: Any, page: Any) -> Cell:
    back = sub(f"−{money(row.refunded_minor)}", "neg") if row.refunded_minor else ""
    return SafeString(f'<span class="fw-semibold">{money(row.paid_minor)}</span>{back}')


def buyer(row: Any, page: Any) -> Cell:
    """Masked; the whole of it is shown on the order's page only, and recorded."""
    return SafeString(f"{text(mask_name(row.buyer_name) or EMPTY)}{sub(mask_phone(row.buyer_phone))}")


def status(row: Any, page: Any) -> Cell:
    found = [state_of(Order, row.status)]
    if row.open_work_orders:
        found.append(f" {badge(word(WORK_ORDER), 'warning')}")
    if row.dispute_flag:
        found.append(f" {badge(word(DISPUTE), 'danger')}")
    if row.after_sale_state:
        found.append(sub(SafeString(f"{word(AFTER_SALE)}: {label(AfterSaleState, row.after_sale_state)}")))
    return SafeString("".join(found))


def logistics(row: Any, page: Any) -> Cell:
    if row.tracking_number:
        parcel = SafeString(f"{text(row.tracking_number)} {copied(row.tracking_number)}")
        return SafeString(f"{text(row.carrier)}{sub(parcel, 'nowrap')}")
    missing = row.physically_shipped_at and not row.tracking_uploaded_at  # as Order.number_missing
    return badge(word(NUMBER_MISSING), "warning") if missing else row.carrier


def placed(row: Any, page: Any) -> Cell:
    return when(row.placed_at)


def note(row: Any, page: Any) -> Cell:
    if not (row.flag or row.staff_note or row.buyer_remark):
        return ""
    found = _flag(row) + text(row.staff_note)
    ours = clamp(SafeString(found)) if found else ""
    theirs = sub(SafeString(f"{word(BUYER_SAYS)} {text(row.buyer_remark)}"), "clamp") if row.buyer_remark else ""
    return SafeString(f"{ours}{theirs}")


def _flag(row: Any) -> str:
    if not row.flag:
        return ""
    name = label(Flag, row.flag)
    return (
        f'<span class="flag flag-{text(row.flag)}" title="{name}">{icon("flag", 16)}'
        f'<span class="visually-hidden">{name}</span></span> '
    )


def promised(row: Any, page: Any) -> Cell:
    return when(row.promised_ship_at)


def shipped(row: Any, page: Any) -> Cell:
    return when(row.physically_shipped_at)


def signed(row: Any, page: Any) -> Cell:
    return when(row.signed_at)


def province(row: Any, page: Any) -> Cell:
    return row.province or EMPTY


def discount(row: Any, page: Any) -> Cell:
    return money(row.discount_minor)


def postage(row: Any, page: Any) -> Cell:
    return money(row.postage_minor)


def refunded(row: Any, page: Any) -> Cell:
    return money(row.refunded_minor)

"""The cells of the order list."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop

from foundation.lists.cells import EMPTY, badge, clamp, copied, link, money, state, sub, text, when, word
from foundation.shell.templatetags.houtai import icon, mask_name, mask_phone

from .models import Order

Cell = SafeString | str
WORK_ORDER, DISPUTE = gettext_noop("Work order"), gettext_noop("Dispute refund")
AFTER_SALE, NUMBER_MISSING = gettext_noop("After-sale"), gettext_noop("Shipped, number missing")
BUYER_SAYS = gettext_noop("Buyer:")


def number(order: Order, page: Any) -> Cell:
    return SafeString(f"{link(page.link_to('orders:order')(order.number), order.number)} {copied(order.number)}")


def goods(order: Order, page: Any) -> Cell:
    pieces = sub(f"×{order.item_count}") if order.item_count else ""
    return SafeString(f"{clamp(order.item_title or EMPTY)}{pieces}")


def paid(order: Order, page: Any) -> Cell:
    back = sub(f"−{money(order.refunded_minor)}", "neg") if order.refunded_minor else ""
    return SafeString(f'<span class="fw-semibold">{money(order.paid_minor)}</span>{back}')


def buyer(order: Order, page: Any) -> Cell:
    """Masked; the whole of it is shown on the order's page only, and recorded."""
    return SafeString(f"{text(mask_name(order.buyer_name) or EMPTY)}{sub(mask_phone(order.buyer_phone))}")


def status(order: Order, page: Any) -> Cell:
    found = [state(order)]
    if order.open_work_orders:
        found.append(f" {badge(word(WORK_ORDER), 'warning')}")
    if order.dispute_flag:
        found.append(f" {badge(word(DISPUTE), 'danger')}")
    if order.after_sale_state:
        found.append(sub(SafeString(f"{word(AFTER_SALE)}: {text(order.get_after_sale_state_display())}")))
    return SafeString("".join(found))


def logistics(order: Order, page: Any) -> Cell:
    if order.tracking_number:
        parcel = SafeString(f"{text(order.tracking_number)} {copied(order.tracking_number)}")
        return SafeString(f"{text(order.carrier)}{sub(parcel, 'nowrap')}")
    return badge(word(NUMBER_MISSING), "warning") if order.number_missing else order.carrier


def placed(order: Order, page: Any) -> Cell:
    return when(order.placed_at)


def note(order: Order, page: Any) -> Cell:
    if not (order.flag or order.staff_note or order.buyer_remark):
        return ""
    found = _flag(order) + text(order.staff_note)
    ours = clamp(SafeString(found)) if found else ""
    theirs = sub(SafeString(f"{word(BUYER_SAYS)} {text(order.buyer_remark)}"), "clamp") if order.buyer_remark else ""
    return SafeString(f"{ours}{theirs}")


def _flag(order: Order) -> str:
    if not order.flag:
        return ""
    name = text(order.get_flag_display())
    return (
        f'<span class="flag flag-{text(order.flag)}" title="{name}">{icon("flag", 16)}'
        f'<span class="visually-hidden">{name}</span></span> '
    )


def promised(order: Order, page: Any) -> Cell:
    return when(order.promised_ship_at)


def shipped(order: Order, page: Any) -> Cell:
    return when(order.physically_shipped_at)


def signed(order: Order, page: Any) -> Cell:
    return when(order.signed_at)


def province(order: Order, page: Any) -> Cell:
    return order.province or EMPTY


def discount(order: Order, page: Any) -> Cell:
    return money(order.discount_minor)


def postage(order: Order, page: Any) -> Cell:
    return money(order.postage_minor)


def refunded(order: Order, page: Any) -> Cell:
    return money(order.refunded_minor)

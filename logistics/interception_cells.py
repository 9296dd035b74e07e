"""The cells of the list of interceptions."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop

from foundation.lists.cells import EMPTY, badge, copied, label, link, money, state, sub, text, when, word
from orders.states import AfterSaleState

from .models import Interception
from .states import ENDED, Origin, Payer, Status, WhyCancel, WhyIntercept

Cell = SafeString | str
BY_RULE, PAID_BY, AFTER_SALE = gettext_noop("by a rule"), gettext_noop("paid by"), gettext_noop("After-sale")
NOTHING_YET, NEVER = gettext_noop("not charged yet"), gettext_noop("was never charged")


def number(row: Interception, page: Any) -> Cell:
    """The interception's own number opens it; carrier and tracking number stand below."""
    opened = link(page.link_to("logistics:interception")(row.number), row.number, "mono")
    return SafeString(f"{opened} {copied(row.number)}")


def parcel(row: Interception, page: Any) -> Cell:
    tracking = row.parcel.tracking_number
    return SafeString(f"{text(row.carrier.name)}{sub(SafeString(f'{text(tracking)} {copied(tracking)}'), 'nowrap')}")


def order(row: Interception, page: Any) -> Cell:
    opened = link(page.link_to("orders:order")(row.order.number), row.order.number, "mono")
    said = sub(row.order.item_title or EMPTY, "clamp")
    if kept := row.order.after_sale_state:
        said = SafeString(f"{said}{sub(SafeString(f'{word(AFTER_SALE)}: {label(AfterSaleState, kept)}'))}")
    return SafeString(f"{opened} {copied(row.order.number)}{said}")


def progress(row: Interception, page: Any) -> Cell:
    said = sub(row.said, "clamp") if row.said else ""
    return SafeString(f"{state(row)}{said}")


def reason(row: Interception, page: Any) -> Cell:
    """Why it was asked for; after a cancel, why it was called off."""
    said = [label(WhyIntercept, row.reason)]
    if row.status == Status.CANCELLED and row.cancel_reason:
        said.append(sub(label(WhyCancel, row.cancel_reason)))
    elif row.origin == Origin.RULE:
        said.append(sub(word(BY_RULE)))
    return SafeString("".join(said))


def after_sale(row: Interception, page: Any) -> Cell:
    kept = row.order.after_sale_state
    return badge(label(AfterSaleState, kept), "info" if kept == AfterSaleState.OPEN else "secondary") if kept else EMPTY


def cost(row: Interception, page: Any) -> Cell:
    """The fee, whether it is booked, and who pays when it is not the shop."""
    if row.fee_at is None:
        return SafeString(f"{money(row.fee_minor)}{sub(word(NEVER if row.status in ENDED else NOTHING_YET))}")
    paid = sub(SafeString(f"{word(PAID_BY)} {label(Payer, row.payer)}")) if row.payer != Payer.SHOP else ""
    return SafeString(f"{money(row.fee_minor)}{paid}")


def asked(row: Interception, page: Any) -> Cell:
    return when(row.requested_at)


def ended(row: Interception, page: Any) -> Cell:
    return when(row.ended_at)


def province(row: Interception, page: Any) -> Cell:
    return row.province or EMPTY


def person(row: Interception, page: Any) -> Cell:
    return str(row.requested_by) if row.requested_by else EMPTY

"""The cells of the lists of lost parcels and of recalls."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop

from foundation.lists.cells import EMPTY, badge, clamp, copied, label, link, money, state, sub, text, when, word

from .models import Parcel, Recall
from .states import ParcelKind, Payer, WayOut

Cell = SafeString | str
PAID_BY = gettext_noop("paid by")


def lost(row: Parcel, page: Any) -> Cell:
    """The number opens the three ways out; the carrier stands below."""
    opened = link(page.link_to("logistics:loss")(row.number), row.tracking_number or row.number, "mono")
    kind = badge(label(ParcelKind, row.kind), "info") if row.kind != ParcelKind.FIRST else ""
    carrier = row.carrier.name if row.carrier else EMPTY
    return SafeString(f"{opened} {copied(row.tracking_number)} {kind}{sub(carrier)}")


def order(row: Any, page: Any) -> Cell:
    opened = link(page.link_to("orders:order")(row.order.number), row.order.number, "mono")
    return SafeString(f"{opened} {copied(row.order.number)}{sub(row.order.item_title or EMPTY, 'clamp')}")


def value(row: Parcel, page: Any) -> Cell:
    """What the order paid: the dearer, the more urgent."""
    return money(row.order.paid_minor)


def last_scan(row: Parcel, page: Any) -> Cell:
    return SafeString(f"{when(row.last_scan_at)}{sub(clamp(row.last_scan_text or EMPTY))}")


def province(row: Any, page: Any) -> Cell:
    return row.province or EMPTY


def settled(row: Parcel, page: Any) -> Cell:
    """Which way out was taken, for how much, and the parcel that was sent instead."""
    loss = getattr(row, "loss", None)
    if loss is None:
        return EMPTY
    paid = f"{money(loss.amount_minor)} {word(PAID_BY)} {label(Payer, loss.payer)}"
    return SafeString(f"{label(WayOut, loss.way)}{sub(SafeString(paid))}")


def recall(row: Recall, page: Any) -> Cell:
    opened = link(page.link_to("logistics:recall")(row.number), row.number, "mono")
    return SafeString(f"{opened} {copied(row.number)}")


def recall_parcel(row: Recall, page: Any) -> Cell:
    opened = link(page.link_to("logistics:parcel")(row.parcel.number), row.parcel.number, "mono")
    carrier = row.carrier.name if row.carrier else EMPTY
    return SafeString(f"{opened}{sub(carrier)}")


def recall_state(row: Recall, page: Any) -> Cell:
    return state(row)


def owner(row: Recall, page: Any) -> Cell:
    return text(str(row.owner)) if row.owner else EMPTY


def opened(row: Recall, page: Any) -> Cell:
    return when(row.opened_at)


def closed(row: Recall, page: Any) -> Cell:
    return when(row.closed_at) if row.closed_at else EMPTY


def cost(row: Recall, page: Any) -> Cell:
    if not row.closed_at:
        return EMPTY
    paid = sub(SafeString(f"{word(PAID_BY)} {label(Payer, row.payer)}")) if row.cost_minor else ""
    return SafeString(f"{money(row.cost_minor)}{paid}")

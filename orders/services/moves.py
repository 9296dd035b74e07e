"""Moves of one order along its table, and facts that travel with them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.ledger.services import Posting, post
from foundation.lifecycle.errors import Blocked, Invalid, Stale
from foundation.lifecycle.locks import hold, lock

from ..models import Order, OrderLine
from ..states import GroupState, OrderState
from . import shares


def lock_orders(pks: "Iterable[int] | QuerySet[Order]", *, skip_locked: bool = False) -> list[Order]:
    """Lock orders by pk, the first lock of every verb on anything that hangs on an order (architecture law 2)."""
    return lock(Order.objects.filter(pk__among=list(pks)), skip_locked=skip_locked)


def hold_orders(pks: Iterable[int]) -> None:
    """The same lock without reading the rows, for what only writes to them."""
    hold(Order.objects.filter(pk__among=list(pks)))


def locked(order_pk: int, *, version: int | None = None) -> Order:
    """One locked order; raises Stale when the page was made from an older version, Http404 for an unknown pk."""
    rows = lock_orders([order_pk])
    if not rows:
        raise Http404
    if version is not None and rows[0].version != version:
        raise Stale(_("A colleague changed this order meanwhile. Look at it again, then repeat what you wanted."))
    return rows[0]


def save(order: Order, now: datetime, *fields: str) -> None:
    """Save the named columns of a locked order with the next version."""
    order.version += 1
    order.updated_at = now
    order.save(update_fields=[*fields, "version", "updated_at"])


def _move(order: Order, verb: str, *, by: Any, now: datetime, fields: Iterable[str] = (), **said: Any) -> None:
    """Take a locked order along `verb`; raises IllegalMove from a state that doesn't know it."""
    before = order.status
    order.status = order.LIFECYCLE.target(verb, before)
    save(order, now, "status", *fields)
    record(f"orders.{PAST[verb]}", order, by=by, now=now, from_state=before, to_state=order.status, **said)


PAST = {
    "complete_group": "group_completed", "ship": "shipped", "sign": "signed", "confirm": "confirmed",
    "settle": "settled", "cancel": "cancelled",
}


@transaction.atomic
def complete_group(order_pk: int, *, by: Any, now: datetime, promised_ship_at: datetime | None = None) -> Order:
    """The group is complete: the shop owes a parcel from now (rules §3). Refused unless the order is grouping."""
    order = locked(order_pk)
    order.group_state, order.grouped_at = GroupState.COMPLETE, now
    order.promised_ship_at = promised_ship_at or order.promised_ship_at
    _move(order, "complete_group", by=by, now=now, fields=("group_state", "grouped_at", "promised_ship_at"))
    return order


@transaction.atomic
def mark_shipped(
    order_pk: int, *, by: Any, now: datetime, carrier: str = "", tracking_number: str = "", at: datetime | None = None
) -> Order:
    """The parcel was handed over at `at` (default `now`); the number may follow later by `note_tracking` (rules §3).

    `physically_shipped_at` and `tracking_uploaded_at` are two facts. Refused unless the order is to be shipped.
    """
    order = locked(order_pk)
    order.physically_shipped_at = at or now
    order.carrier = carrier[:40] or order.carrier
    if tracking_number:
        order.tracking_number, order.tracking_uploaded_at = tracking_number[:64], now
    fields = ("physically_shipped_at", "carrier", "tracking_number", "tracking_uploaded_at")
    said = {"carrier": order.carrier or "—", "number": order.tracking_number or "—"}
    _move(order, "ship", by=by, now=now, fields=fields, data=said)
    return order


@transaction.atomic
def mark_signed(order_pk: int, *, by: Any, now: datetime, at: datetime | None = None) -> Order:
    """The carrier says the buyer signed at `at`: the days to settling run from here. Refused unless shipped."""
    order = locked(order_pk)
    order.signed_at = at or now
    _move(order, "sign", by=by, now=now, fields=("signed_at",))
    return order


@transaction.atomic
def confirm_receipt(order_pk: int, *, by: Any, now: datetime) -> Order:
    """The buyer confirmed receipt: completed, and what is left pending becomes settlement money (rules §2).

    Refused unless shipped or signed. Books `order:N:settled` once; what is paid later is settled as it comes.
    """
    order = locked(order_pk)
    order.confirmed_at = order.settled_at = now
    _move(order, "confirm", by=by, now=now, fields=("confirmed_at", "settled_at"))
    if order.left_minor:
        post(settled_posting(order), by=by, now=now)
    return order


@transaction.atomic
def record_paid(order_pk: int, *, paid_minor: int, by: Any, now: datetime, at: datetime | None = None) -> Order:
    """An unpaid order was paid: books `order:N:paid`, buyers → pending, in fen (rules §2).

    If receipt was confirmed before, nothing is waited for any more: `order:N:settled` is booked with it.
    The same amount again changes nothing; Blocked for another amount (a booked payment never changes) and for a
    cancelled order; Invalid for nothing or less.
    """
    order = locked(order_pk)
    if paid_minor <= 0:
        raise Invalid(_("A payment is more than ¥0.00."), field="paid")
    if order.paid_minor == paid_minor:
        return order
    if order.paid_minor:
        raise Blocked(_("What was paid is booked and can't change."), code="paid_is_booked")
    if not order.LIFECYCLE.can("refund", order.status):
        raise Blocked(_("A cancelled order can't be paid."), code="cancelled")
    order.paid_minor, order.paid_at = paid_minor, at or now
    save(order, now, "paid_minor", "paid_at")
    share_payments([order])
    post(paid_posting(order), by=by, now=now)
    if order.status == OrderState.COMPLETED:
        post(settled_posting(order), by=by, now=now)
    record("orders.paid", order, by=by, now=now, data={"amount_minor": paid_minor})
    return order


@transaction.atomic
def cancel_order(order_pk: int, *, reason: str, by: Any, now: datetime) -> Order:
    """End an order that was never paid, before shipping (rules §3).

    Blocked while money is left on it: a paid order is refunded, which ends it as `refunded`.
    """
    order = locked(order_pk)
    order.LIFECYCLE.target("cancel", order.status)
    if order.left_minor:
        raise Blocked(_("This order is paid: refund it instead of cancelling."), code="paid")
    _move(order, "cancel", by=by, now=now, reason=reason)
    return order


def share_payments(orders: Sequence[Order]) -> None:
    """Give the lines of orders just paid their share: they arrived unpaid, and compensation is of the line paid."""
    by_pk = {order.pk: order for order in orders}
    rows = OrderLine.objects.filter(order_id__in=by_pk).order_by("order_id", "position")
    changed = []
    for pk, lines in groupby(rows, key=lambda line: line.order_id):
        changed += (own := list(lines))
        for line, share in zip(own, shares.of_payment(by_pk[pk], own), strict=True):
            line.paid_minor = share
    OrderLine.objects.bulk_update(changed, ["paid_minor"], batch_size=500)


def paid_posting(order: Order) -> Posting:
    """What the buyer paid, in fen: buyers → pending, once under the order's own key."""
    return Posting(
        key=f"order:{order.pk}:paid", movement="order_paid", shop_id=order.shop_id, amount_minor=order.paid_minor,
        order_id=order.pk, subject=order,
    )


def settled_posting(order: Order) -> Posting:
    """Whatever is left of this order's pending: the ledger looks how much that is."""
    return Posting(
        key=f"order:{order.pk}:settled", movement="order_settled", shop_id=order.shop_id,
        order_id=order.pk, subject=order,
    )

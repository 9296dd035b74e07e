"""Orders arriving in numbers, from a file, the platform or the demo seed: created and booked set-wise (rules §3)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.audit.services import Line, record_many
from foundation.ledger.services import Posting, post_many
from foundation.lifecycle.bulk import insert_many, maker
from foundation.lifecycle.errors import Invalid, Stale

from ..models import Cause, Order, OrderLine
from ..signals import orders_arrived
from ..states import OrderState
from . import shares
from .arriving import ArrivingLine, ArrivingOrder, Differences, check, differences
from .moves import lock_orders, paid_posting, settled_posting, share_payments
from .refunds import Planned, RefundRequest, book

__all__ = ["ArrivingLine", "ArrivingOrder", "arrive_many", "differences", "lock_and_compare", "revise_many"]


@transaction.atomic
def arrive_many(
    items: Sequence[ArrivingOrder], *, shop: Any, by: Any, now: datetime, all_new: bool = False
) -> list[Order]:
    """Create orders in their arrival state and book what was paid, refunded and settled; returns the new ones.

    Numbers the shop already has are left out (see `revise_many`); with `all_new` they are refused. Booked:
    `order:N:paid` for every paid one, a refund with cause ARRIVED for what went back, `order:N:settled` for what
    arrives completed. All of the chunk or nothing: Invalid names the order that can't be; Stale when another import
    created one of them in the same moment. Both come before any account is locked: the caller may look again.
    """
    for item in items:
        check(item)
    known = set(
        Order.objects.for_shop(shop).filter(number__among=[item.number for item in items]).values_list("number", flat=True)
    )
    fresh = list({item.number: item for item in items if item.number not in known}.values())
    if all_new and len(fresh) != len(items):
        raise Stale(_("Another import created some of these orders in the same moment."))
    orders = [_order(item, shop, now) for item in fresh]
    try:
        with transaction.atomic():
            insert_many(orders)
    except IntegrityError as error:
        raise Stale(_("Another import created some of these orders in the same moment.")) from error
    lines = _create_lines(orders, fresh)
    _book(orders, fresh, lines, by, now)
    said = [Line(order, data={"number": order.number, "paid_minor": order.paid_minor}) for order in orders]
    record_many("orders.arrived", said, by=by, now=now)
    if orders:
        orders_arrived.send(Order, orders=orders, fresh=True, now=now)
    return orders


def _order(item: ArrivingOrder, shop: Any, now: datetime) -> Order:
    state = item.state
    settled = state == OrderState.COMPLETED
    plain = {
        name: getattr(item, name)
        for name in (
            "number", "placed_at", "paid_at", "grouped_at", "promised_ship_at", "physically_shipped_at",
            "tracking_uploaded_at", "signed_at", "confirmed_at", "buyer_name", "buyer_phone", "province", "address",
            "buyer_remark", "staff_note", "flag", "goods_minor", "discount_minor", "postage_minor", "paid_minor",
            "refunded_minor", "group_state", "carrier", "tracking_number",
        )
    }  # fmt: skip
    return maker(Order)(
        **plain, shop_id=shop.pk, status=state, arrival_status=state, tags=list(item.tags), created_at=now, updated_at=now,
        phone_tail=item.buyer_phone[-4:], settled_at=now if settled else None,
        item_title=item.lines[0].title[:200] if item.lines else "",
        item_count=sum(line.quantity for line in item.lines),
    )


def _create_lines(orders: Sequence[Order], items: Sequence[ArrivingOrder]) -> dict[int, list[OrderLine]]:
    """Lines by order pk, with what was refunded shared out over them."""
    make = maker(OrderLine)
    by_order: dict[int, list[OrderLine]] = {}
    for order, item in zip(orders, items, strict=True):
        lines = [
            make(
                order_id=order.pk, position=position, title=line.title[:200], sku_name=line.sku_name[:120],
                quantity=line.quantity, price_minor=line.price_minor, paid_minor=line.paid_minor,
                product_id=line.product_id, sku_id=line.sku_id,
            )
            for position, line in enumerate(item.lines)
        ]  # fmt: skip
        by_order[order.pk] = lines
    insert_many([line for lines in by_order.values() for line in lines])
    return by_order


def _book(
    orders: Sequence[Order], items: Sequence[ArrivingOrder], lines: dict[int, list[OrderLine]], by: Any, now: datetime
) -> None:
    """Paid, then refunded, then settled: each one set-wise call of the ledger."""
    post_many([paid_posting(order) for order in orders if order.paid_minor], by=by, now=now)
    book([_arrived_refund(order, lines[order.pk], order.refunded_minor) for order in orders if order.refunded_minor],
         by=by, now=now)  # fmt: skip
    settled = [order for order in orders if order.status == OrderState.COMPLETED and order.left_minor]
    post_many([settled_posting(order) for order in settled], by=by, now=now)


def _arrived_refund(order: Order, lines: Sequence[OrderLine], amount_minor: int) -> Planned:
    """What went back before the order came here; keyed by how much is refunded afterwards, so it books once."""
    pots = [*(line.left_minor for line in lines)]
    pots.append(max(order.paid_minor - (order.refunded_minor - amount_minor) - sum(pots), 0))
    split = shares.split(amount_minor, pots)
    over = {line.pk: share for line, share in zip(lines, split, strict=False) if share}
    key = f"order:{order.pk}:arrived:{order.refunded_minor}"
    request = RefundRequest(order.pk, amount_minor, Cause.ARRIVED, "", key)
    return Planned(request, order, amount_minor, over, order.status)


@transaction.atomic
def revise_many(
    items: Sequence[ArrivingOrder], *, shop: Any, by: Any, now: datetime
) -> dict[str, Differences]:
    """Apply a re-import to the orders of these numbers; answers number → what changed (empty for unchanged).

    Looks again under lock, so it may raise Invalid (see `lock_and_compare`), and the chunk is taken back. Books unpaid
    → paid, more refunded, and settled when it reaches `completed`. The same rows again change nothing.
    """
    orders, found = lock_and_compare(items, shop=shop)
    changed = [order for order in orders if found[order.number].changes]
    moved = _apply(changed, found, now)
    _book_revised(changed, found, by, now)
    record_many("orders.revised", [_revised_line(order, found[order.number], moved) for order in changed],
                by=by, now=now)  # fmt: skip
    if changed:
        orders_arrived.send(Order, orders=changed, fresh=False, now=now)
    return found


def lock_and_compare(
    items: Sequence[ArrivingOrder], *, shop: Any
) -> tuple[list[Order], dict[str, Differences]]:
    """Lock the known orders of these numbers and compare: the orders in the rows' order, and number → what differs.

    Raises Invalid for a row `differences` refuses: the importer left those out beforehand, so one here means the order
    changed meanwhile.
    """
    wanted = {item.number: item for item in items}
    pks = Order.objects.for_shop(shop).filter(number__among=wanted).values_list("pk", flat=True)
    rows = {order.number: order for order in lock_orders(pks)}
    orders = [rows[number] for number in wanted if number in rows]
    found = {order.number: differences(order, wanted[order.number]) for order in orders}
    for number, difference in found.items():
        for column, sentence in difference.refusals:
            raise Invalid(f"{number}: {sentence}", field=column)
    return orders, found


def _apply(orders: Sequence[Order], found: dict[str, Differences], now: datetime) -> dict[int, tuple[str, str]]:
    """Write the changed columns, an UPDATE per row (re-imports change few); answers pk → (from, to) of moved states."""
    moved = {}
    for order in orders:
        changes = found[order.number].changes
        if "status" in changes:
            moved[order.pk] = changes["status"]
            if _completes(found[order.number]):
                order.settled_at = now
        for name, (_old, new) in changes.items():
            setattr(order, name, new)
        order.phone_tail = order.buyer_phone[-4:]
        order.version += 1
        order.updated_at = now
        order.save(update_fields=[*changes, "phone_tail", "settled_at", "version", "updated_at"])
    return moved


def _completes(difference: Differences) -> bool:
    return difference.changes.get("status", ("", ""))[1] == OrderState.COMPLETED


def _book_revised(orders: Sequence[Order], found: dict[str, Differences], by: Any, now: datetime) -> None:
    """Each order's paid, refunded and settled, one order after the other as if it were alone (law 3): a refund draws on
    what the orders before it have settled. Neighbours of one kind go in one call of the ledger."""
    share_payments([order for order in orders if "paid_minor" in found[order.number].changes])
    more = [order for order in orders if "refunded_minor" in found[order.number].changes]
    lines = defaultdict(list)
    for line in OrderLine.objects.filter(order__in=more).order_by("order_id", "position"):
        lines[line.order_id].append(line)
    moves: list[Posting | Planned] = []
    for order in orders:
        changes = found[order.number].changes
        if "paid_minor" in changes:
            moves.append(paid_posting(order))
        if "refunded_minor" in changes:
            before, after = changes["refunded_minor"]
            moves.append(_arrived_refund(order, lines[order.pk], after - before))
        if order.status == OrderState.COMPLETED and order.left_minor and changes.keys() & {"status", "paid_minor"}:
            moves.append(settled_posting(order))
    for kind, neighbours in groupby(moves, key=type):
        if kind is Planned:
            book([move for move in neighbours if isinstance(move, Planned)], by=by, now=now)
        else:
            post_many([move for move in neighbours if isinstance(move, Posting)], by=by, now=now)


def _revised_line(order: Order, difference: Differences, moved: dict[int, tuple[str, str]]) -> Line:
    """The audit line: which columns changed, never the buyer's data itself."""
    before, after = moved.get(order.pk, ("", ""))
    return Line(order, from_state=before, to_state=after, data={"columns": ", ".join(sorted(difference.changes))})

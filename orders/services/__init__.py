"""Every verb on an order; nothing else writes one.

All lock the Order row(s) first (architecture law 2). `orders.services.refund_many(…)` and friends take a chunk and run
in the caller's transaction or their own.
"""

from .arrival import ArrivingLine, ArrivingOrder, arrive_many, differences, lock_and_compare, revise_many
from .contacts import record_contact
from .moves import cancel_order, complete_group, confirm_receipt, lock_orders, mark_shipped, mark_signed, record_paid
from .notes import (
    Lost,
    add_staff_note,
    flag_many,
    note_after_sale,
    note_compensation_many,
    note_many,
    note_tracking,
    note_work_order,
    note_work_order_many,
)
from .refunds import RefundRequest, refund, refund_many
from .reveal import reveal_buyer
from .settling import release_parked, settle_due, settle_many

__all__ = [
    "ArrivingLine",
    "ArrivingOrder",
    "Lost",
    "RefundRequest",
    "add_staff_note",
    "arrive_many",
    "cancel_order",
    "complete_group",
    "confirm_receipt",
    "differences",
    "flag_many",
    "lock_and_compare",
    "lock_orders",
    "mark_shipped",
    "mark_signed",
    "note_after_sale",
    "note_compensation_many",
    "note_many",
    "note_tracking",
    "note_work_order",
    "note_work_order_many",
    "record_contact",
    "record_paid",
    "refund",
    "refund_many",
    "release_parked",
    "reveal_buyer",
    "revise_many",
    "settle_due",
    "settle_many",
]

"""What a buyer bought, what went back, what was said about it, and the rule rows of settling."""

from ..importing.mappings import OrderMapping
from .contact import Channel, ContactRecord, Party, Reveal
from .order import Order, OrderLine
from .policy import OrderPolicy
from .refund import SELLER_CAUSES, Cause, Refund, RefundLine

__all__ = [
    "SELLER_CAUSES",
    "Cause",
    "Channel",
    "ContactRecord",
    "Order",
    "OrderLine",
    "OrderMapping",
    "OrderPolicy",
    "Party",
    "Refund",
    "RefundLine",
    "Reveal",
]

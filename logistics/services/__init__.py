"""The verbs and questions of logistics: parcels, tracking, interceptions, rules, losses and recalls."""

from .anomalies import dispute, set_aside, watch
from .arriving import arrive_parcels
from .attachments import attach
from .calls import deliver_due, lose_answers, reconcile, rescue_stuck
from .carrier_words import carrier_says, from_push, heard_by_phone, parcel_moved, read_words_again
from .fees import book_fee, book_late_fee, book_storage_due, cost_so_far, monthly
from .intercepting import (
    can_request,
    cancel_interception,
    cancel_many,
    consequences,
    earliest_refund,
    request_interception,
    request_many,
)
from .losses import fastest_carriers, solve
from .recalls import assign_recall, close_recall, open_recall
from .refund_requests import refund_requested, withdraw_request
from .reships import reship_for
from .rules import change_rule, create_rule, move_rule, remove_rule, rules_of, switch_rule
from .shipping import ship_order, upload_tracking, warnings
from .uploads import upload_many

__all__ = [
    "arrive_parcels",
    "assign_recall",
    "attach",
    "book_fee",
    "book_late_fee",
    "book_storage_due",
    "can_request",
    "cancel_interception",
    "cancel_many",
    "carrier_says",
    "change_rule",
    "close_recall",
    "consequences",
    "cost_so_far",
    "create_rule",
    "deliver_due",
    "dispute",
    "earliest_refund",
    "fastest_carriers",
    "from_push",
    "heard_by_phone",
    "lose_answers",
    "monthly",
    "move_rule",
    "open_recall",
    "parcel_moved",
    "read_words_again",
    "reconcile",
    "refund_requested",
    "remove_rule",
    "request_interception",
    "request_many",
    "rescue_stuck",
    "reship_for",
    "rules_of",
    "set_aside",
    "ship_order",
    "solve",
    "switch_rule",
    "upload_many",
    "upload_tracking",
    "warnings",
    "watch",
    "withdraw_request",
]

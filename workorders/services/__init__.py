"""Every verb on a work order; nothing else changes one. Order rows are locked first, ledger accounts last."""

from .answers import Writing, acknowledge, agree_refund, save_draft, submit_answer
from .assigning import assign, assign_many, claim, give_back, release, release_claims, take_next
from .cases import how_it_ended, lock_cases, open_queued
from .forfeiting import forecast, forfeit, forfeit_due, retry_parked
from .opening import Question, open_work_order, open_work_orders
from .reminders import escalate_due, remind_due
from .retention import delete_past_keeping
from .review import decide

__all__ = [
    "Question",
    "Writing",
    "acknowledge",
    "agree_refund",
    "assign",
    "assign_many",
    "claim",
    "decide",
    "delete_past_keeping",
    "escalate_due",
    "forecast",
    "forfeit",
    "forfeit_due",
    "give_back",
    "how_it_ended",
    "lock_cases",
    "open_queued",
    "open_work_order",
    "open_work_orders",
    "release",
    "release_claims",
    "remind_due",
    "retry_parked",
    "save_draft",
    "submit_answer",
    "take_next",
]

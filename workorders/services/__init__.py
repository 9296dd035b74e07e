"""Every verb on a work order; nothing else changes one. Order rows are locked first, ledger accounts last."""

from .answers import Writing, agree_refund, save_draft, submit_answer
from .cases import assign, how_it_ended, lock_cases, open_queued, open_work_order
from .forfeiting import forecast, forfeit, forfeit_due, retry_parked
from .reminders import escalate_due, remind_due
from .review import decide

__all__ = [
    "Writing",
    "agree_refund",
    "assign",
    "decide",
    "escalate_due",
    "forecast",
    "forfeit",
    "forfeit_due",
    "how_it_ended",
    "lock_cases",
    "open_queued",
    "open_work_order",
    "remind_due",
    "retry_parked",
    "save_draft",
    "submit_answer",
]

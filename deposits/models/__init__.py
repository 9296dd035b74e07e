from .accounts import Category, DepositAccount, DepositPolicy, Level, RefundPolicy
from .quota import QuotaDay, QuotaPolicy, QuotaUse, TemporaryMove
from .refunds import ApplicationMessage, Payout, RefundApplication
from .violations import Violation, ViolationPolicy

__all__ = [
    "ApplicationMessage",
    "Category",
    "DepositAccount",
    "DepositPolicy",
    "Level",
    "Payout",
    "QuotaDay",
    "QuotaPolicy",
    "QuotaUse",
    "RefundApplication",
    "RefundPolicy",
    "TemporaryMove",
    "Violation",
    "ViolationPolicy",
]

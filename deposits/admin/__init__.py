"""The platform's desks for deposits: `accounts` and `violations` are what reviewers set and record, `refunds` what they decide,
`payouts` what operations settle, `quota` a record."""

from . import accounts, payouts, quota, refunds, violations

__all__ = ["accounts", "payouts", "quota", "refunds", "violations"]

"""What the platform sees of deposits."""

from . import accounts, payouts, quota, refunds, violations  # noqa: F401

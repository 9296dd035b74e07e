"""What accounts tell rooms above them (listed in docs/architecture.md)."""

from django.dispatch import Signal

# Sent inside the transaction that ended it, with `membership`, `by` and `now`: the person no longer works in the shop.
membership_ended = Signal()

# Sent inside the transaction that switched the account off, with `user`, `by` and `now`: they can't sign in any more.
person_switched_off = Signal()

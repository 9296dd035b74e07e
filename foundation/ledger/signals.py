"""What the ledger tells rooms above it (listed in docs/architecture.md)."""

from django.dispatch import Signal

# Sent inside the transaction that wrote the report, with `reconciliation` and `now`: the books do not add up.
books_found_wrong = Signal()

# Sent inside the transaction that booked it, with `shop_ids`, `by` and `now`, the accounts locked: deposit and held
# together changed for these shops, of which a deposit is required. Whoever hears it locks nothing that stands before
# ledger accounts (architecture law 2).
deposit_moved = Signal()

"""What the ledger tells rooms above it (listed in docs/architecture.md)."""

from django.dispatch import Signal

# Sent inside the transaction that wrote the report, with `reconciliation` and `now`: the books do not add up.
books_found_wrong = Signal()

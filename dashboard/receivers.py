"""The ledger reports and knows nothing of notices; this room knows both (architecture: signals, third way up)."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver
from django.urls import reverse

from foundation.accounts.access import OPERATIONS, reviewers
from foundation.ledger.models import Reconciliation
from foundation.ledger.signals import books_found_wrong
from foundation.notifications.services import tell


@receiver(books_found_wrong, dispatch_uid="dashboard.tell_operations")
def tell_operations(reconciliation: Reconciliation, now: datetime, **kwargs: Any) -> None:
    """Tell every operations person, in the transaction that wrote the report."""
    tell(
        "dashboard.books_found_wrong",
        reconciliation,
        shop_id=None,
        data={"day": reconciliation.day.isoformat(), "count": len(reconciliation.findings)},
        url=reverse("admin:ledger_reconciliation_change", args=[reconciliation.pk]),
        users=list(reviewers(OPERATIONS)),
        now=now,
    )

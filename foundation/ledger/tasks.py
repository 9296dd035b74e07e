"""What beat sends."""

from celery import shared_task

from foundation.lifecycle import clock

from .beat import reconcile_books


@shared_task(name="ledger.reconcile")
def reconcile(**_unknown: object) -> dict[str, int]:
    """Safe to run twice: one report per Shanghai day."""
    return reconcile_books(clock.now())

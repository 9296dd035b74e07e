"""The ledger's lines of the timetable."""

from datetime import datetime

from celery.schedules import crontab

from foundation.jobs.beat import register

from . import services


def reconcile_books(now: datetime) -> dict[str, int]:
    """Write the day's report; run twice, the second changes nothing."""
    report = services.reconcile(now=now)
    return {"transactions": report.transactions, "findings": len(report.findings)}


register(
    "every-night-reconcile-the-books",
    task="ledger.reconcile",
    every=crontab(hour="3", minute="20"),
    run=reconcile_books,
    queue="bulk",
)

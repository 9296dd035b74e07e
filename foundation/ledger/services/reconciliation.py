"""The nightly look at the books."""

from datetime import datetime

from django.db import connection, transaction

from foundation.lifecycle.deadlines import shanghai_day

from ..checks import CHECKS
from ..models import Account, Entry, Reconciliation, Transaction
from ..signals import books_found_wrong


def reconcile(*, now: datetime) -> Reconciliation:
    """Check the books and write the Shanghai day's report; repairs nothing (rules §2).

    Safe to run twice: the day has one row, rewritten only when the findings differ, and operations are told once per
    set of findings. On PostgreSQL all checks read one snapshot, so bookings made meanwhile are no finding.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        findings = [sentence for check in CHECKS for sentence in check()]
        counts = {
            "transactions": Transaction.objects.count(),
            "entries": Entry.objects.count(),
            "accounts": Account.objects.count(),
        }
    return _report(findings, counts, now)


@transaction.atomic
def _report(findings: list[str], counts: dict[str, int], now: datetime) -> Reconciliation:
    report, new = Reconciliation.objects.get_or_create(
        day=shanghai_day(now), defaults={"at": now, "findings": findings, **counts}
    )
    if not new and report.findings == findings:
        return report
    if not new:
        report.at, report.findings = now, findings
        for name, count in counts.items():
            setattr(report, name, count)
        report.save(update_fields=["at", "findings", *counts])
    if findings:
        books_found_wrong.send(Reconciliation, reconciliation=report, now=now)
    return report

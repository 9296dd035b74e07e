"""`manage.py backfill_violations`: work orders lost or forfeited before violations were kept become violations."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Max, QuerySet

from deposits.services.violations import record_violations
from foundation.lifecycle import clock

from ...models import WorkOrder
from ...services.effects import violation_of
from ...states import Status

CHUNK = 500
ENDED = {Status.FORFEITED: "forfeiture__at", Status.LOST: "decisions__at"}


class Command(BaseCommand):
    help = (
        "Record a violation for every work order that was lost or forfeited and has none, by the rule in force when it "
        "ended. Safe to run any number of times; run it once after an upgrade from a house without deposits."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now, recorded = clock.now(), 0
        for status, moment in ENDED.items():
            last = 0
            ended = WorkOrder.objects.filter(status=status, reversed_at=None).annotate(ended_at=Max(moment))
            while cases := list(_after(ended, last)):
                items = [violation_of(case, status, case.ended_at or case.closed_at) for case in cases]
                recorded += len(record_violations(items, by=None, now=now, stops=False))
                last = cases[-1].pk
        self.stdout.write(f"{recorded} violations recorded.")


def _after(ended: "QuerySet[WorkOrder]", pk: int) -> "QuerySet[WorkOrder]":
    return ended.filter(pk__gt=pk).order_by("pk")[:CHUNK]

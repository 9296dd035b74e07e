"""Sets answer questions; each starts with the shop or with a partial index of the jobs."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from foundation.lifecycle.deadlines import day_range, shanghai_day

from .states import CLOSED, RUNNING, Status

if TYPE_CHECKING:
    pass

SOON = timedelta(minutes=30)


class WorkOrderQuerySet(models.QuerySet["WorkOrder"]):
    def for_shop(self, shop_id: int) -> "WorkOrderQuerySet":
        return self.filter(shop_id=shop_id)

    def awaiting_seller(self) -> "WorkOrderQuerySet":
        """The clock runs and the shop is to act."""
        return self.filter(status=Status.OPEN)

    def awaiting_platform(self) -> "WorkOrderQuerySet":
        return self.filter(status=Status.ANSWERED)

    def closed(self) -> "WorkOrderQuerySet":
        return self.filter(status__in=CLOSED)

    def overdue(self, now: datetime) -> "WorkOrderQuerySet":
        """Unanswered after the deadline (`now > due_at`) and not set aside: what the forfeit job takes."""
        return self.filter(status=Status.OPEN, due_at__lt=now, parked_at=None)

    def past_due(self, now: datetime) -> "WorkOrderQuerySet":
        """Open although their deadline has passed; those set aside included."""
        return self.filter(status=Status.OPEN, due_at__lt=now)

    def due_within(self, now: datetime, hours: int) -> "WorkOrderQuerySet":
        """Open cases whose clock ends within `hours`, those overdue and not yet forfeited included."""
        return self.filter(status=Status.OPEN, due_at__lte=now + timedelta(hours=hours))

    def due_soon(self, now: datetime) -> "WorkOrderQuerySet":
        """Open with half an hour left or less, those overdue and not yet forfeited included."""
        return self.filter(status=Status.OPEN, due_at__lte=now + SOON)

    def due_today(self, now: datetime) -> "WorkOrderQuerySet":
        """Open and ending before this Shanghai day does, those overdue and not yet forfeited included."""
        return self.filter(status=Status.OPEN, due_at__lt=day_range(shanghai_day(now))[1])

    def parked(self) -> "WorkOrderQuerySet":
        """Set aside by the forfeit job: still open, operations look into them."""
        return self.exclude(parked_at=None)

    def to_take(self, now: datetime) -> "WorkOrderQuerySet":
        """Open, in time and nobody's: what "take next" gives out."""
        return self.filter(status=Status.OPEN, assigned_to=None, due_at__gte=now, parked_at=None)

    def claims_run_out(self, now: datetime) -> "WorkOrderQuerySet":
        """Claimed, and the claim's last instant has passed."""
        return self.filter(claimed_until__lt=now)

    def to_remind(self, now: datetime) -> "WorkOrderQuerySet":
        return self.filter(status=Status.OPEN, next_reminder_at__lte=now, due_at__gte=now)

    def review_overdue(self, now: datetime) -> "WorkOrderQuerySet":
        """Answered, not decided by the review deadline, not yet escalated."""
        return self.filter(status=Status.ANSWERED, review_due_at__lt=now, escalated_at=None)

    def ready_to_open(self) -> "WorkOrderQuerySet":
        """Queued with nothing running, and nothing queued earlier, on their order."""
        same_order = self.model._default_manager.filter(order=OuterRef("order"))
        return self.filter(status=Status.QUEUED).exclude(
            Exists(same_order.filter(Q(status__in=RUNNING) | Q(status=Status.QUEUED, pk__lt=OuterRef("pk"))))
        )

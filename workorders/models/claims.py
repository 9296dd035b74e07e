"""Who is on a case right now."""

from django.conf import settings
from django.db import models


class Presence(models.Model):
    """Somebody has a case open: one row per person and case, seen again every half minute while the page is in front.

    A hint for colleagues, no lock and no record: written outside the case's own rows, swept after a day. `since` is
    when they came; whoever was away longer than services.presence.GONE_AFTER comes anew.
    """

    work_order = models.ForeignKey("workorders.WorkOrder", on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work_order", "user"], name="workorders_one_presence_each")]

    def __str__(self) -> str:
        return f"{self.work_order_id}: {self.user_id}"

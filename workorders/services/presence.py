"""Who is on a case now: a hint, so that two people don't write the same answer (rules §6.12).

Written outside the case's rows and its lock, by POST alone: reading a page never writes, so it never waits for a writer.
"""

from datetime import datetime, timedelta
from typing import Any

from foundation.lifecycle.prepared import Prepared

from ..models import Presence, WorkOrder

SEEN_WITHIN = timedelta(seconds=90)  # three looks of half a minute
GONE_AFTER = timedelta(minutes=5)
KEPT = timedelta(days=1)
AT_ONCE = 10_000
OTHERS = Prepared(
    lambda case, user, after: Presence.objects.select_related("user")
    .filter(work_order=case, seen_at__gt=after)
    .exclude(user=user)
    .order_by("since", "pk"),
    int, int, datetime,
)  # fmt: skip


def mark(case: WorkOrder, *, by: Any, now: datetime) -> None:
    """`by` is on the case at `now`; whoever comes back within five minutes has never been away. None is nobody."""
    if by is None:
        return
    seen = Presence.objects.filter(work_order=case, user=by)
    if not seen.filter(seen_at__gte=now - GONE_AFTER).update(seen_at=now):
        Presence.objects.bulk_create(
            [Presence(work_order=case, user=by, since=now, seen_at=now)],
            update_conflicts=True, unique_fields=["work_order", "user"], update_fields=["since", "seen_at"],
        )


def others_on(case: WorkOrder, *, but: Any, now: datetime) -> list[Presence]:
    """Everybody else seen on the case in the last ninety seconds, who came first stands first."""
    return OTHERS.rows(case.pk, but.pk, now - SEEN_WITHIN)


def sweep(now: datetime) -> dict[str, int]:
    """The job: rows nobody has refreshed for a day go."""
    pks = list(Presence.objects.filter(seen_at__lt=now - KEPT).order_by("seen_at").values_list("pk", flat=True)[:AT_ONCE])
    swept, _by_model = Presence.objects.filter(pk__in=pks).delete()
    return {"swept": swept}

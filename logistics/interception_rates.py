"""How often interceptions succeed, by carrier and by province: one grouped statement, added up here (rules §4 "Records")."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count

from .models import Carrier, Interception
from .states import Status

S = Status
SUCCEEDED = frozenset({S.SUCCEEDED.value, S.RETURNING.value, S.RETURNED.value})
CALLED_OFF = S.CANCELLED.value


@dataclass
class Rate:
    """Interceptions of one carrier or province. Decided are those the carrier succeeded, failed or refused; what was
    called off or still runs says nothing about how good it is."""

    label: str
    key: str
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, status: str, count: int) -> None:
        self.counts[status] = self.counts.get(status, 0) + count

    @property
    def asked(self) -> int:
        return sum(self.counts.values())

    @property
    def succeeded(self) -> int:
        return sum(count for status, count in self.counts.items() if status in SUCCEEDED)

    @property
    def too_late(self) -> int:
        return self.counts.get(S.FAILED, 0)

    @property
    def refused(self) -> int:
        return self.counts.get(S.REFUSED, 0)

    @property
    def cancelled(self) -> int:
        return self.counts.get(CALLED_OFF, 0)

    @property
    def running(self) -> int:
        return self.asked - self.decided - self.cancelled

    @property
    def decided(self) -> int:
        return self.succeeded + self.too_late + self.refused

    @property
    def percent(self) -> int | None:
        """Of the decided, rounded half up; None when nothing is decided yet."""
        return (200 * self.succeeded + self.decided) // (2 * self.decided) if self.decided else None


@dataclass(frozen=True)
class Rates:
    """Both tables, most asked for first, and all together."""

    carriers: list[Rate]
    provinces: list[Rate]
    total: Rate


def rates(shop: Any, since: datetime | None, total_label: str, unknown_label: str) -> Rates:
    """Of interceptions asked for since `since`."""
    rows = Interception.objects.for_shop(shop)
    if since is not None:
        rows = rows.filter(requested_at__gte=since)
    found = list(rows.order_by().values_list("carrier_id", "province", "status").annotate(count=Count("pk")))
    names = {one.pk: one.name for one in Carrier.objects.filter(pk__in={row[0] for row in found})}
    total = Rate(total_label, "")
    for _carrier, _province, status, count in found:
        total.add(status, count)
    return Rates(
        _by(found, lambda row: (str(row[0]), names[row[0]])),
        _by(found, lambda row: (row[1], row[1] or unknown_label)),
        total,
    )


def _by(rows: list[tuple], name: Callable[[tuple], tuple[str, str]]) -> list[Rate]:
    kept: dict[str, Rate] = {}
    for row in rows:
        key, label = name(row)
        kept.setdefault(key, Rate(label, key)).add(row[2], row[3])
    return sorted(kept.values(), key=lambda one: (-one.asked, one.label))

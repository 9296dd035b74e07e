"""Deadline arithmetic: one rule (`now <= due_at` is in time), UTC inside, Shanghai days as half-open UTC ranges."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def is_overdue(due_at: datetime, now: datetime) -> bool:
    """A deadline holds at `now <= due_at`: the very instant still counts."""
    return now > due_at


def left(due_at: datetime, now: datetime) -> timedelta:
    """Time left, never negative."""
    return max(due_at - now, timedelta(0))


def union(intervals: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """Length of the union of intervals: overlaps are never counted twice."""
    total = timedelta(0)
    end: datetime | None = None
    for start, stop in sorted(intervals):
        if end is not None:
            start = max(start, end)
        if stop > start:
            total += stop - start
            end = stop
    return total


def used(start: datetime, now: datetime, pauses: Iterable[tuple[datetime, datetime]] = ()) -> timedelta:
    """Time used = total − union of the pauses clipped to [start, now]."""
    clipped = [(max(a, start), min(b, now)) for a, b in pauses]
    return max(now - start, timedelta(0)) - union((a, b) for a, b in clipped if b > a)


def shanghai_day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def day_start(day: date) -> datetime:
    """The first instant of a Shanghai day, in UTC."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI).astimezone(UTC)


def day_range(day: date) -> tuple[datetime, datetime]:
    """[start, end) of a Shanghai day in UTC."""
    return day_start(day), day_start(day + timedelta(days=1))

"""Counts that cost the same at any size: capped, and many of them in one statement."""

from collections.abc import Callable, Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest

CAP = 1000  # counted up to here; 1000 is shown as "999+"

_waiting: dict[str, Callable[[HttpRequest], QuerySet]] = {}


def register(name: str, rows: Callable[[HttpRequest], QuerySet]) -> None:
    """A small number every page of a shop shows (menu badge, bell); `rows(request)` are what it counts, on an index."""
    _waiting[name] = rows


def waiting(request: HttpRequest) -> dict[str, int]:
    """All those numbers by name, capped, in one statement per request."""
    if not hasattr(request, "_waiting"):
        counts = capped_counts([rows(request) for rows in _waiting.values()])
        request._waiting = dict(zip(_waiting, counts, strict=True))  # type: ignore[attr-defined]
    return request._waiting  # type: ignore[attr-defined]


def capped_counts(querysets: Sequence[QuerySet], cap: int = CAP) -> list[int]:
    """How many rows each queryset has, at most `cap`, in one UNION ALL."""
    counts = [0] * len(querysets)
    if not querysets:
        return counts
    connection = connections[querysets[0].db]
    parts, params = [], []
    for index, rows in enumerate(querysets):
        try:
            limited = rows.order_by().values("pk")[:cap].query
            sql, own = limited.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT {index}, COUNT(*) FROM ({sql}) counted_{index}")
        params.extend(own)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for index, count in cursor.fetchall():
                counts[index] = count
    return counts

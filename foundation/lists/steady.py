"""Pages without search and filters: the same few statements for every shop, so their text is kept (prepared.py)."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from foundation.lifecycle.prepared import Prepared

from .keyset import Cursor, part
from .query import ListQuery

MOST_SHAPES = 500  # tabs × sorts × sizes × arrangements of columns


def found(query: ListQuery, column: str, size: int, cursor: Cursor | None, descending: bool) -> list[Any]:
    """The rows of `part` of this list's rows, in one statement."""
    kept = query.spec.statements
    if not query.is_plain or (cursor and not isinstance(cursor.value, datetime)) or len(kept) >= MOST_SHAPES:
        return list(part(query.drawable, column, size, cursor, descending=descending))
    columns = query.columns
    shape = (query.tab.key, query.sort.key, column, size, descending, bool(cursor), *(one.key for one in columns))
    if shape not in kept:
        kept[shape] = _prepared(query, column, size, descending, bool(cursor))
    place = (cursor.value, cursor.pk) if cursor else ()
    return kept[shape].rows(query.shop.pk, *place)


def _prepared(query: ListQuery, column: str, size: int, descending: bool, placed: bool) -> Prepared[Any]:
    def build(shop_pk: int, *place: Any) -> QuerySet:
        asked = QueryDict(mutable=True)
        asked.update({"tab": query.tab.key, "sort": f"-{query.sort.key}" if query.descending else query.sort.key})
        same = ListQuery(query.spec, query.spec.rows(SimpleNamespace(pk=shop_pk), None), asked, datetime.now)  # type: ignore
        same.columns = columns
        return part(same.drawable, column, size, Cursor(*place) if place else None, descending=descending)

    columns = query.columns
    return Prepared(build, int, *((datetime, int) if placed else ()))

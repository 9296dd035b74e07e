"""Statements whose text is worked out once in a process and, on PostgreSQL, planned once in a connection (planned.py).

For what every page asks the same way with other values – a member, a case, its history. What changes its shape (filters,
sorts, columns) stays an ordinary queryset.
"""

import copy
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import NotSupportedError, connections
from django.db.models import QuerySet

from .bulk import takes_several
from .planned import forget, is_there, plan_of, takes_plans

M = TypeVar("M")
MARKS = {  # values that stand for the ones asked with; small enough for any column
    int: lambda place: 31_001 + place,
    str: lambda place: f"prepared-{place}-value",
    date: lambda place: date(1971, 3, 7 + place),
    datetime: lambda place: datetime(1971, 3, 7, 11, 13, 17, 190_000 + place, tzinfo=UTC),
}


class Prepared(Generic[M]):
    """The rows of `build(*values)`, a queryset of models (whole, deferred, select_related; no prefetch, no language) or
    of `values_list(…, named=True)`.

    `kinds` are the values' types: int, str, date or datetime; never None. Values are the house's own (ids, codes, moments): what
    no column can hold is not looked at here. ValueError at the first use if `build` leaves one out of its conditions.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, M]"], *kinds: type):
        self._build, self._kinds = build, kinds

    def rows(self, *values: Any) -> list[M]:
        """One statement; what `list(build(*values))` would give."""
        try:
            return self._made(as_sql=lambda *_args, **_kwargs: self.asked(*values))
        except NotSupportedError:  # a migration gave a column another type, and the connection's plan is of the old one
            connection = connections[self._kept.db]
            if connection.in_atomic_block or not takes_plans(connection):
                raise
            forget(connection)
            return self._made(as_sql=lambda *_args, **_kwargs: self.statement(*values))

    def from_records(self, records: list[tuple[Any, ...]]) -> list[M]:
        """The same of what the statement's cursor gave, wherever it was part of a larger one."""
        return self._made(execute_sql=lambda *_args, **_kwargs: [records])

    def _made(self, **replaced: Callable[..., Any]) -> list[M]:
        kept = self._kept
        compiler = copy.copy(kept.compiler)
        compiler.connection = connections[kept.db]
        vars(compiler).update(replaced)
        query = SimpleNamespace(get_compiler=lambda using: compiler)
        asked = SimpleNamespace(
            db=kept.db, model=kept.model, query=query, _known_related_objects={}, _fields=kept.fields
        )
        return list(kept.iterable(asked))

    def first(self, *values: Any) -> M | None:
        """The first of the rows; `build` limits them."""
        return next(iter(self.rows(*values)), None)

    def statement(self, *values: Any) -> tuple[str, tuple[Any, ...]]:
        """The SQL and its parameters, to be part of a larger statement."""
        kept = self._kept
        connection = connections[kept.db]
        filled = (
            param if place is None else _as_param(connection, values[place], type(param))
            for param, place in kept.params
        )
        return kept.sql, tuple(filled)

    def asked(self, *values: Any) -> tuple[str, tuple[Any, ...]]:
        """What is sent: the same, or the database's own name of it and the values (planned.py)."""
        sql, params = self.statement(*values)
        kept = self._kept
        connection = connections[kept.db]
        if not takes_plans(connection):
            return sql, params
        if kept.plan is None:
            kept.plan = plan_of(connection, sql, [(param, place is not None) for param, place in kept.params])
        if not is_there(connection, kept.plan):
            return sql, params
        places = [place for _mark, place in kept.params]
        return kept.plan.asked, tuple(param for param, place in zip(params, places, strict=True) if place is not None)

    @property
    def database(self) -> str:
        return self._kept.db

    @cached_property
    def _kept(self) -> SimpleNamespace:
        marks = [MARKS[kind](place) for place, kind in enumerate(self._kinds)]
        rows: Any = self._build(*marks)
        connection = connections[rows.db]
        compiler = rows.query.get_compiler(using=rows.db)
        sql, params = compiler.as_sql()
        found = {_as_param(connection, mark): place for place, mark in enumerate(marks)}
        placed = [(param, found.get(param)) for param in params]
        if {place for _param, place in placed} - {None} != set(range(len(marks))):
            raise ValueError("A value of this statement is in none of its conditions.")
        return SimpleNamespace(
            db=rows.db, model=rows.model, iterable=rows._iterable_class, fields=rows._fields, compiler=compiler, sql=sql,
            params=placed, plan=None,
        )  # fmt: skip


def one_after_another(*asked: tuple[Prepared[Any], tuple[Any, ...]]) -> list[list[Any]]:
    """The rows of each statement with its values, in one round trip where the database takes several at once.

    Each begins when the one before has ended: what is read after a lock is what its last holder left.
    """
    connection = connections[asked[0][0].database]
    if not takes_several(connection):
        return [prepared.rows(*values) for prepared, values in asked]
    statements = [prepared.asked(*values) for prepared, values in asked]
    with connection.cursor() as cursor:
        cursor.execute("; ".join(sql for sql, _params in statements), [one for _sql, params in statements for one in params])
        found = []
        for prepared, _values in asked:
            found.append(prepared.from_records(cursor.fetchall()))
            cursor.nextset()
    return found


def _as_param(connection: Any, value: Any, kind: type | None = None) -> Any:
    """As the lookup would hand it to the driver."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return kind(value) if kind else value

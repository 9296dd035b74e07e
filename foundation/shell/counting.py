"""Counts that cost the same at any size: capped, and many of them in one statement."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from foundation.lifecycle.bulk import takes_several
from foundation.lifecycle.planned import Plan, is_there, plan_of, takes_plans
from foundation.lifecycle.prepared import Prepared

Sql = tuple[str, tuple[Any, ...]]
Numbered = tuple[int, str, tuple[Any, ...]]
CAP = 1000  # counted up to here; 1000 is shown as "999+"

MOST_SHAPES = 500  # lists × who may see which tab; counts of more shapes are asked as they stand

_waiting: dict[str, tuple[Prepared, Sequence[str]]] = {}
_plans: dict[tuple[str, str, tuple[Any, ...]], Plan] = {}


def register(name: str, rows: Callable[..., QuerySet], *of: str) -> None:
    """A small number every page of a shop shows (menu badge, bell); `rows` are what it counts, on an index, by the ids
    of what the request has: "shop", "user"."""
    ids: Prepared = Prepared(lambda *pks: rows(*pks).order_by().values("pk"), *[int] * len(of))
    _waiting[name] = ids, of


def _waiting_sql(request: HttpRequest) -> list[Sql | None]:
    return [ids.statement(*(getattr(request, name).pk for name in of)) for ids, of in _waiting.values()]


def waiting(request: HttpRequest) -> dict[str, int]:
    """All those numbers by name, capped, in one statement per request."""
    if not hasattr(request, "_waiting"):
        counts = _run(_waiting_sql(request), CAP, steady=True)
        request._waiting = dict(zip(_waiting, counts, strict=True))  # type: ignore[attr-defined]
    return request._waiting  # type: ignore[attr-defined]


def count_beside_waiting(request: HttpRequest, rows: QuerySet, parts: Sequence[Q], *, steady: bool = False) -> list[int]:
    """Capped counts of `rows` under each of `parts`, asked together with the waiting numbers the menu will ask for.

    `steady`: nobody searches or filters, `rows` differ in ids alone; all of it is then one statement, planned once in a
    connection. Otherwise only the menu's part is: in the same round trip, where the database takes several statements.
    """
    if hasattr(request, "_waiting") or getattr(request, "membership", None) is None:
        return _run(_partial_sql(rows, parts), CAP, rows.db, steady=steady)
    menu, own = _waiting_sql(request), _partial_sql(rows, parts)
    if steady or not takes_several(connections[rows.db]):
        counts = _run([*menu, *own], CAP, rows.db, steady=steady)
        waiting, counted = counts[: len(menu)], counts[len(menu) :]
    else:
        waiting, counted = _run_both(menu, own, rows.db)
    request._waiting = dict(zip(_waiting, waiting, strict=True))  # type: ignore[attr-defined]
    return counted


def capped_counts(querysets: Sequence[QuerySet], cap: int = CAP) -> list[int]:
    """How many rows each queryset has, at most `cap`, in one UNION ALL."""
    return _run([_sql(one) for one in querysets], cap, querysets[0].db if querysets else DEFAULT_DB_ALIAS)


def _run(
    statements: Sequence[Sql | None], cap: int, using: str = DEFAULT_DB_ALIAS, *, steady: bool = False
) -> list[int]:
    counts = [0] * len(statements)
    sql, params = _union(statements, cap)
    if sql:
        if steady and takes_plans(connections[using]):
            sql, params = _planned(using, sql, params)
        with connections[using].cursor() as cursor:
            cursor.execute(sql, params)
            _put(cursor.fetchall(), counts)
    return counts


def _run_both(menu: Sequence[Sql | None], own: Sequence[Sql | None], using: str) -> tuple[list[int], list[int]]:
    """The menu's numbers by their plan and the others as they stand, in one round trip."""
    first, second = _union(menu, CAP), _union(own, CAP)
    if not first[0] or not second[0]:
        return _run(menu, CAP, using, steady=True), _run(own, CAP, using)
    by_name, ids = _planned(using, *first)
    found = [0] * len(menu), [0] * len(own)
    with connections[using].cursor() as cursor:
        cursor.execute(f"{by_name}; {second[0]}", [*ids, *second[1]])
        _put(cursor.fetchall(), found[0])
        cursor.nextset()
        _put(cursor.fetchall(), found[1])
    return found


def _union(statements: Sequence[Sql | None], cap: int) -> tuple[str, list[Any]]:
    """One statement that counts them all, each with its place; "" where there is nothing to ask."""
    selects = [_counted(same, cap) for same in _alike(statements)]
    return " UNION ALL ".join(sql for sql, _own in selects), [param for _sql, own in selects for param in own]


def _put(rows: Iterable[tuple[int, int]], counts: list[int]) -> None:
    for place, count in rows:
        counts[place] = count


def _planned(using: str, sql: str, params: list[Any]) -> tuple[str, list[Any]]:
    """The same by the name the connection knows it by: what varies are ids, the words stay in the text."""
    ids = [type(param) is int for param in params]
    key = using, sql, tuple(param for param, is_id in zip(params, ids, strict=True) if not is_id)
    plan = _plans.get(key)
    if plan is None and len(_plans) < MOST_SHAPES:
        plan = _plans[key] = plan_of(connections[using], sql, list(zip(params, ids, strict=True)))
    if plan is None or not is_there(connections[using], plan):
        return sql, params
    return plan.asked, [param for param, is_id in zip(params, ids, strict=True) if is_id]


def _alike(statements: Sequence[Sql | None]) -> list[list[Numbered]]:
    """Statements with their places; together those that differ in nothing but a word at their end (`status = …`)."""
    groups: dict[Any, list[Numbered]] = {}
    for number, found in enumerate(statements):
        if found:
            sql, own = found
            word = own and isinstance(own[-1], str)
            key = (sql, repr(own[:-1])) if word else number  # repr: a value may be a list
            groups.setdefault(key, []).append((number, sql, own))
    return list(groups.values())


def _counted(same: list[Numbered], cap: int) -> Sql:
    """(place, count) of each; statements alike become one that is planned once and run for each word."""
    number, sql, own = same[0]
    if len(same) == 1:
        return f"SELECT {number}, COUNT(*) FROM ({sql} LIMIT {int(cap)}) counted_{number}", own
    head, _mark, tail = sql.rpartition("%s")
    words = " UNION ALL ".join(f"SELECT {place} AS place, %s AS word" for place, _sql, _own in same)
    counted = f"(SELECT COUNT(*) FROM ({head}asked.word{tail} LIMIT {int(cap)}) counted_{number})"
    return f"SELECT asked.place, {counted} FROM ({words}) asked", (*own[:-1], *(one[-1] for _place, _sql, one in same))


def _sql(rows: QuerySet) -> Sql | None:
    """The statement that finds these rows' ids; None for what can't match anything."""
    try:
        return rows.order_by().values("pk").query.get_compiler(connection=connections[rows.db]).as_sql()
    except EmptyResultSet:
        return None


def _partial_sql(rows: QuerySet, parts: Sequence[Q]) -> list[Sql | None]:
    """The same of `rows` under each condition: `rows` is compiled once, a condition once in the life of the process."""
    conditions = [_condition(rows.model, rows.db, part) for part in parts]
    plain = rows.query.where and not (rows.query.group_by or rows.query.combinator or rows.query.is_sliced)
    base = _sql(rows) if plain and None not in conditions else None
    if base is None:  # nothing matches, or the conditions are no plain ones of the table itself
        return [_sql(rows.filter(part)) for part in parts]
    sql, own = base
    return [(f"{sql} AND {text}" if text else sql, (*own, *params)) for text, params in conditions]  # type: ignore[misc]


@lru_cache(maxsize=512)
def _condition(model: type[Model], using: str, part: Q) -> Sql | None:
    """`part` as SQL on the model's own columns; None where it needs another table or can't match anything."""
    if not part:
        return "", ()
    query = model._default_manager.using(using).filter(part).order_by().query
    compiler = query.get_compiler(connection=connections[using])
    try:
        compiler.pre_sql_setup()
        text, params = compiler.compile(query.where)
    except EmptyResultSet:
        return None
    return (f"({text})", tuple(params)) if len(query.alias_map) == 1 else None

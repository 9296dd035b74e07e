"""Writing many rows of one model: COPY and one UPDATE on PostgreSQL, `bulk_create` and `executemany` elsewhere.

`bulk_create` prepares every value of every row through its field, which costs more than the database does. COPY takes
the values as they stand on the objects; constraints and triggers see the rows like any others.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import connections, router
from django.db.models import CharField, Field, JSONField, Model, TextField
from django.db.models.base import ModelState
from django.db.models.expressions import DatabaseDefault
from django.db.models.fields.files import FieldFile

M = TypeVar("M", bound=Model)
WORTH_IT = 20


@cache
def maker(model: type[M]) -> Callable[..., M]:
    """A function that makes unsaved rows of `model` for `insert_many`, given its columns ("shop_id", not "shop").

    What is left out is as in `model()`. For chunks: no signals, no checks of names, an eighth of the time. A column
    whose default is made anew for each row (a list, a number drawn) must be given.
    """
    blank = dict(model().__dict__)
    del blank["_state"]

    def make(**columns: Any) -> M:
        row = model.__new__(model)
        row.__dict__ = blank | columns
        row._state = ModelState()
        return row

    return make


def insert_many(objects: Sequence[M]) -> list[M]:
    """Insert unsaved objects and give them their pks; IntegrityError as always. Sends no signals, like bulk_create.

    Objects that leave a column to the database's default, or models whose fields fill themselves on saving, go
    through `bulk_create`.
    """
    objects = list(objects)
    if not objects:
        return objects
    model = type(objects[0])
    if not _can_copy(model, objects):
        return model._base_manager.bulk_create(objects, batch_size=500)
    return _copy(model, objects) if len(objects) >= WORTH_IT else _insert(model, objects)


def write_many(objects: Sequence[Model]) -> None:
    """`insert_many` of rows nobody asks for again: many of them never learn their pks, which saves asking for those."""
    if len(objects) < WORTH_IT or not _can_copy(type(objects[0]), objects):
        insert_many(objects)
        return
    model = type(objects[0])
    _pour(model, objects, [field for field in model._meta.local_concrete_fields if not field.primary_key])


def takes_several(connection: Any) -> bool:
    """Whether one round trip may carry several statements with their values: psycopg's own binding does."""
    return connection.vendor == "postgresql" and not connection.features.uses_server_side_binding


class Together:
    """`with Together(using) as writes`: written when the block ends, in one round trip where the database takes several.

    For what nobody reads inside the block. Elsewhere each is written at once. Inserted rows never learn their pks.
    IntegrityError as always; when the block raises, what was gathered is forgotten.
    """

    def __init__(self, using: str) -> None:
        self._connection = connections[using]
        self._gathers = takes_several(self._connection)
        self._sql: list[str] = []
        self._values: list[Any] = []

    def __enter__(self) -> "Together":
        return self

    def __exit__(self, kind: Any, *_error: Any) -> None:
        if kind is None:
            self._send()

    def insert(self, objects: Sequence[Model]) -> None:
        """`write_many`."""
        if self._gathers and objects and len(objects) < WORTH_IT and _can_copy(type(objects[0]), objects):
            self._add(*_insert_statement(type(objects[0]), objects))
        else:
            write_many(objects)

    def update(self, row: Model, columns: Mapping[str, Any]) -> None:
        """Write these columns of one row the caller holds; the object has them already."""
        if not columns:
            return
        fields = [(row._meta.get_field(name), value) for name, value in columns.items()]
        sets = ", ".join(f'"{field.column}" = %s' for field, _value in fields)  # type: ignore[union-attr]
        values = [field.get_db_prep_save(value, self._connection) for field, value in fields]  # type: ignore[union-attr]
        table, key = row._meta.db_table, row._meta.pk.column
        self._add(f'UPDATE "{table}" SET {sets} WHERE "{key}" = %s', [*values, row.pk])

    def _send(self) -> None:
        if self._sql:
            with self._connection.cursor() as cursor:
                cursor.execute("; ".join(self._sql), self._values)
        self._sql, self._values = [], []

    def _add(self, sql: str, values: Sequence[Any]) -> None:
        self._sql.append(sql)
        self._values.extend(values)
        if not self._gathers:
            self._send()


def update_many(
    model: type[Model],
    rows: Mapping[int, Sequence[Any]],
    columns: Sequence[str],
    *,
    add: Collection[str] = (),
    also: Mapping[str, Any] | None = None,
) -> None:
    """Write `rows` (pk → a value per column) in one statement; the caller holds them.

    Values of the columns in `add` are added to what stands there; `also` is the same for every row. For columns of
    plain values, not for JSON.
    """
    if not rows:
        return
    connection = connections[router.db_for_write(model)]
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    same: list[tuple[Any, Any]] = [(model._meta.get_field(name), value) for name, value in (also or {}).items()]
    plain = [field.get_db_prep_save(value, connection) for field, value in same]
    arrays = connection.vendor == "postgresql"
    given = [f"g.c{place}" if arrays else "%s" for place in range(len(fields))]
    sets = [
        f'"{field.column}" = "{model._meta.db_table}"."{field.column}" + {value}' if name in add else f'"{field.column}" = {value}'
        for field, name, value in zip(fields, columns, given, strict=True)
    ]
    sets += [f'"{field.column}" = %s' for field, _value in same]
    table, key = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if arrays:
            kinds = "".join(f", %s::{_array_of(field, connection)}[]" for field in fields)
            names = ", ".join(["pk", *(f"c{place}" for place in range(len(fields)))])
            by_column = [list(values) for values in zip(*rows.values(), strict=True)]
            cursor.execute(
                f'UPDATE "{table}" SET {", ".join(sets)} '
                f'FROM unnest(%s::bigint[]{kinds}) AS g({names}) WHERE "{table}"."{key}" = g.pk',
                [*plain, list(rows), *by_column],
            )
            return
        cursor.executemany(
            f'UPDATE "{table}" SET {", ".join(sets)} WHERE "{key}" = %s',
            [
                [*(f.get_db_prep_save(v, connection) for f, v in zip(fields, values, strict=True)), *plain, pk]
                for pk, values in rows.items()
            ],
        )


def _array_of(field: Any, connection: Any) -> str:
    """The type of a column in an array: an array of varchar(20) would be cast value by value."""
    return "text" if isinstance(field, CharField | TextField) else str(field.db_type(connection))


def _can_copy(model: type[Model], objects: Sequence[Model]) -> bool:
    """Whether every value stands on the objects already; of a column with the database's default each is looked at."""
    first = objects[0]
    if connections[router.db_for_write(model)].vendor != "postgresql" or first.pk is not None:
        return False
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    if any(isinstance(getattr(first, field.attname), FieldFile) or _fills_itself(field) for field in fields):
        return False
    left = [field.attname for field in fields if field.has_db_default()]
    return not any(isinstance(obj.__dict__[name], DatabaseDefault) for name in left for obj in objects)


def _fills_itself(field: Any) -> bool:
    return bool(getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False))


def _insert(model: type[M], objects: list[M]) -> list[M]:
    """A few rows: one INSERT of the values as they stand on the objects, as COPY takes them."""
    connection = connections[router.db_for_write(model)]
    sql, values = _insert_statement(model, objects)
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} RETURNING {connection.ops.quote_name(str(model._meta.pk.column))}", values)
        for obj, (pk,) in zip(objects, cursor.fetchall(), strict=True):
            obj.pk = pk
            obj._state.adding, obj._state.db = False, connection.alias
    return objects


def _insert_statement(model: type[Model], objects: Sequence[Model]) -> tuple[str, list[Any]]:
    quote, key = connections[router.db_for_write(model)].ops.quote_name, model._meta.pk
    fields = [field for field in model._meta.local_concrete_fields if field is not key]
    readers = [(field.attname, _plain(field)) for field in fields]
    row = f"({', '.join(['%s'] * len(fields))})"
    columns = ", ".join(quote(str(field.column)) for field in fields)
    values = [
        plain(obj.__dict__[name]) if plain else obj.__dict__[name] for obj in objects for name, plain in readers
    ]  # fmt: skip
    return f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES {', '.join([row] * len(objects))}", values


def _copy(model: type[Model], objects: list[M]) -> list[M]:
    connection = connections[router.db_for_write(model)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{model._meta.db_table}"', model._meta.pk.column, len(objects)],
        )
        for obj, (pk,) in zip(objects, cursor.fetchall(), strict=True):
            obj.pk = pk
    _pour(model, objects, model._meta.local_concrete_fields)
    for obj in objects:
        obj._state.adding, obj._state.db = False, connection.alias
    return objects


def _pour(model: type[Model], objects: Sequence[Model], fields: Sequence[Field]) -> None:
    connection = connections[router.db_for_write(model)]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    command = f"COPY {connection.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN".encode()
    readers = [(field.attname, _plain(field)) for field in fields]
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(command) as copy:
        for obj in objects:
            values = obj.__dict__
            copy.write_row([plain(values[name]) if plain else values[name] for name, plain in readers])


def _plain(field: Field) -> Callable[[Any], Any] | None:
    """How a value becomes what COPY writes; None where it may be written as it is."""
    if isinstance(field, JSONField):
        return lambda value: None if value is None else json.dumps(value, cls=field.encoder)
    if isinstance(field, CharField | TextField):
        return lambda value: value if value is None or type(value) is str else str(value)
    return None

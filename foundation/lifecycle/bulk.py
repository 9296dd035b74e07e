"""Inserting many rows of one model: COPY on PostgreSQL, `bulk_create` elsewhere.

`bulk_create` prepares every value of every row through its field, which costs more than the database does. COPY takes
the values as they stand on the objects; constraints and triggers see the rows like any others.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import connections, router
from django.db.models import CharField, Field, JSONField, Model, TextField
from django.db.models.expressions import DatabaseDefault

M = TypeVar("M", bound=Model)
WORTH_IT = 20


def insert_many(objects: Sequence[M]) -> list[M]:
    """Insert unsaved objects and give them their pks; IntegrityError as always. Sends no signals, like bulk_create.

    Objects that leave a column to the database's default, or models whose fields fill themselves on saving, go
    through `bulk_create`.
    """
    objects = list(objects)
    if not objects:
        return objects
    model = type(objects[0])
    if len(objects) < WORTH_IT or not _can_copy(model, objects[0]):
        return model._base_manager.bulk_create(objects, batch_size=500)
    return _copy(model, objects)


def _can_copy(model: type[Model], first: Model) -> bool:
    if connections[router.db_for_write(model)].vendor != "postgresql" or first.pk is not None:
        return False
    return not any(
        isinstance(getattr(first, field.attname), DatabaseDefault) or getattr(field, "auto_now", False)
        for field in model._meta.local_concrete_fields
    )


def _copy(model: type[Model], objects: list[M]) -> list[M]:
    fields = model._meta.local_concrete_fields
    connection = connections[router.db_for_write(model)]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{table}"', model._meta.pk.column, len(objects)],
        )
        for obj, (pk,) in zip(objects, cursor.fetchall(), strict=True):
            obj.pk = pk
        columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
        command = f"COPY {connection.ops.quote_name(table)} ({columns}) FROM STDIN".encode()
        readers = [(field.attname, _plain(field)) for field in fields]
        with connection.wrap_database_errors, cursor.copy(command) as copy:
            for obj in objects:
                values = obj.__dict__
                copy.write_row([plain(values[name]) if plain else values[name] for name, plain in readers])
    for obj in objects:
        obj._state.adding, obj._state.db = False, connection.alias
    return objects


def _plain(field: Field) -> Callable[[Any], Any] | None:
    """How a value becomes what COPY writes; None where it may be written as it is."""
    if isinstance(field, JSONField):
        return lambda value: None if value is None else json.dumps(value, cls=field.encoder)
    if isinstance(field, CharField | TextField):
        return lambda value: value if value is None or type(value) is str else str(value)
    return None

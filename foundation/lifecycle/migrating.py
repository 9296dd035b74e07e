"""Operations for migrations that run while the house is open (rules of docs/upgrading.md; reliability F37, F38)."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations
from django.db.migrations.operations.base import Operation


class AddIndexLive(AddIndexConcurrently):
    """`AddIndex` that keeps nobody waiting: CONCURRENTLY on PostgreSQL, plainly elsewhere.

    Its migration says `atomic = False` and holds nothing else. Run again after it was killed half-way, it removes what
    the first run left invalid and starts anew.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            migrations.AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            self._ensure_not_in_transaction(schema_editor)
            patiently(schema_editor, f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
            patiently(schema_editor, str(self.index.create_sql(model, schema_editor, concurrently=True)))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        _remove(self, self.index.name, app_label, schema_editor, from_state, to_state)


class RemoveIndexLive(RemoveIndexConcurrently):
    """`RemoveIndex` that keeps nobody waiting; same rules as `AddIndexLive`."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        _remove(self, self.name, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        index = to_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        AddIndexLive(self.model_name, index).database_forwards(app_label, schema_editor, from_state, to_state)


def patiently(schema_editor: Any, sql: str) -> None:
    """Run `sql` without the migration's lock_timeout: what is done CONCURRENTLY waits, but makes nobody else wait."""
    if schema_editor.collect_sql:  # `sqlmigrate` only shows
        schema_editor.execute(sql)
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        [before] = cursor.fetchone()
        cursor.execute("SET lock_timeout = 0")
        try:
            cursor.execute(sql)
        finally:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])


def _remove(
    operation: Operation, name: str, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
) -> None:
    model = from_state.apps.get_model(app_label, operation.model_name)  # type: ignore[attr-defined]
    if not operation.allow_migrate_model(schema_editor.connection.alias, model):
        return
    if schema_editor.connection.vendor == "postgresql":
        patiently(schema_editor, f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}")
    else:
        index = from_state.models[app_label, operation.model_name_lower].get_index_by_name(name)  # type: ignore[attr-defined]
        schema_editor.remove_index(model, index)


class StateOnly(migrations.SeparateDatabaseAndState):
    """Operations nothing is asked of the database for, without the price of working out every model after each.

    Django renders all models related to a changed one again at once, which for a field of everybody's neighbour is
    nearly all of them: eleven migrations of labels took ten seconds of a first start. Here they are rendered once,
    when the next operation needs them.
    """

    def __init__(self, operations: list[Any]):
        super().__init__(state_operations=operations)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [], {"operations": self.state_operations}

    def state_forwards(self, app_label: str, state: Any) -> None:
        vars(state).pop("apps", None)
        super().state_forwards(app_label, state)

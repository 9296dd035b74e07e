"""Migrations run while the house is open and the old release still serves: docs/upgrading.md says the rules kept here."""

import threading
import time
from io import StringIO

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from config.management.commands import migrate
from foundation.lifecycle.migrating import AddIndexLive, RemoveIndexLive, StateOnly

from .house import PACKAGES, ROOT

# Written before the first release: nobody's table was busy yet. The list ends here; a new migration follows the rules.
BEFORE_THE_FIRST_RELEASE = {
    ("workorders", "0002_types_and_stages"), ("workorders", "0003_claims"), ("workorders", "0004_evidence_library"),
    ("workorders", "0005_bulk_questions"), ("files", "0002_removed_content"), ("orders", "0002_number_prefix"),
    ("accounts", "0002_sign_ins"),
}  # fmt: skip
NEEDS_TWO_RELEASES = (migrations.RemoveField, migrations.RenameField, migrations.RenameModel, migrations.DeleteModel)


def ours():
    loader = MigrationLoader(None)
    first_party = {path.parent.name for package in PACKAGES for path in (ROOT / package).rglob("migrations")}
    return {key: found for key, found in loader.disk_migrations.items() if key[0] in first_party}


def wrongs(migration):
    """Sentences, one for each operation that would keep readers or the old release from working."""
    new = {operation.name_lower for operation in migration.operations if isinstance(operation, migrations.CreateModel)}
    for operation in migration.operations:
        if getattr(operation, "model_name", "").lower() in new:
            continue
        name = f"{type(operation).__name__} {getattr(operation, 'name', '')}"
        if isinstance(operation, migrations.AddIndex) and not isinstance(operation, AddIndexLive):
            yield f"{name}: AddIndexLive, or writers wait until the index is built"
        if isinstance(operation, AddIndexLive | RemoveIndexLive) and (migration.atomic or len(migration.operations) > 1):
            yield f"{name}: alone in a migration with atomic = False"
        if isinstance(operation, migrations.AddField) and not _old_code_can_insert(operation.field):
            yield f"{name}: null=True or db_default, or the old release can't insert rows"
        if isinstance(operation, migrations.AddConstraint):
            yield f"{name}: the table is locked while every row is looked at; NOT VALID first, then validate"
        if isinstance(operation, NEEDS_TWO_RELEASES):
            yield f"{name}: the old release still reads it; take it from the code now, from the database a release later"
        if isinstance(operation, migrations.RunPython | migrations.RunSQL) and not operation.reversible:
            yield f"{name}: there is no way back"


def _old_code_can_insert(field):
    return field.null or field.many_to_many or field.has_db_default()


@pytest.mark.parametrize("key", sorted(set(ours()) - BEFORE_THE_FIRST_RELEASE), ids="/".join)
def test_a_migration_keeps_nobody_waiting_and_nobody_out(key):
    found = ours()[key]
    if not found.initial:
        assert not list(wrongs(found))


def test_the_exempt_ones_exist():
    assert set(ours()) >= BEFORE_THE_FIRST_RELEASE


INDEX = models.Index(fields=["queue"], name="x")


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddIndex("heartbeat", INDEX),
        migrations.AddField("heartbeat", "x", models.IntegerField(default=0)),
        migrations.AddConstraint("heartbeat", models.CheckConstraint(condition=models.Q(pk__gt=0), name="x")),
        migrations.RemoveField("heartbeat", "at"),
        migrations.RenameField("heartbeat", "at", "when"),
        migrations.DeleteModel("Heartbeat"),
        migrations.RunPython(lambda apps, editor: None),
        AddIndexLive("heartbeat", INDEX),  # in a transaction
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_would_keep_somebody_waiting_is_found(operation):
    migration = type("Migration", (migrations.Migration,), {"operations": [operation]})("0009_x", "jobs")
    assert len(list(wrongs(migration))) == 1


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("heartbeat", "x", models.IntegerField(null=True)),
        migrations.AddField("heartbeat", "x", models.IntegerField(db_default=0)),
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))], {"indexes": []}),
        migrations.RunPython(lambda apps, editor: None, migrations.RunPython.noop),
    ],
    ids=["null", "db_default", "new table", "way back"],
)
def test_what_keeps_nobody_waiting_passes(operation):
    migration = type("Migration", (migrations.Migration,), {"operations": [operation]})("0009_x", "jobs")
    assert not list(wrongs(migration))


def indexes_of(table):
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, table))


@pytest.mark.django_db(transaction=True)
def test_an_index_is_added_live_and_taken_away_again_and_after_half_a_try():
    before = MigrationLoader(connection).project_state(("jobs", "0002_heartbeats"))
    after = before.clone()
    add = AddIndexLive("heartbeat", models.Index(fields=["at"], name="heartbeat_at"))
    add.state_forwards("jobs", after)
    for _try in range(2 if connection.vendor == "postgresql" else 1):
        with connection.schema_editor(atomic=False) as editor:
            add.database_forwards("jobs", editor, before, after)
        assert "heartbeat_at" in indexes_of("jobs_heartbeat")
    without: ProjectState = after.clone()
    remove = RemoveIndexLive("heartbeat", "heartbeat_at")
    remove.state_forwards("jobs", without)
    for step in (
        lambda editor: remove.database_forwards("jobs", editor, after, without),
        lambda editor: remove.database_backwards("jobs", editor, without, after),
        lambda editor: add.database_backwards("jobs", editor, after, before),
    ):
        with connection.schema_editor(atomic=False) as editor:
            step(editor)
    assert "heartbeat_at" not in indexes_of("jobs_heartbeat")


@pytest.mark.django_db(transaction=True)
def test_an_index_is_never_added_live_in_a_transaction():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite builds it plainly")
    state = MigrationLoader(connection).project_state(("jobs", "0002_heartbeats"))
    with pytest.raises(Exception, match="transaction"), connection.schema_editor() as editor:
        AddIndexLive("heartbeat", INDEX).database_forwards("jobs", editor, state, state)


def another_session():
    given = settings.DATABASES["default"]
    return psycopg.connect(
        dbname=connection.settings_dict["NAME"], user=given["USER"] or None, password=given["PASSWORD"] or None,
        host=given["HOST"], port=given["PORT"] or 5432,
    )  # fmt: skip


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_busy_table_is_tried_again_and_then_given_up(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no lock_timeout")
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrate, "PAUSES", (0.05, 0.05))
    call_command("migrate", "jobs", "0001", verbosity=0)
    try:
        with another_session() as busy:
            busy.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(CommandError, match="busy"):
                call_command("migrate", "jobs", verbosity=0)
            monkeypatch.setattr(migrate, "PAUSES", (0.05,) * 200)
            letting_go = threading.Timer(0.15, busy.rollback)
            letting_go.start()
            call_command("migrate", "jobs", verbosity=0)
            letting_go.join()
    finally:
        call_command("migrate", verbosity=0)
    assert "jobs_heartbeat" in connection.introspection.table_names()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_started_at_once_run_one_after_the_other():
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite the folder is locked")
    with another_session() as first:
        first.autocommit = True
        first.execute("SELECT pg_advisory_lock(%s)", [migrate.LOCK_KEY])
        began = time.monotonic()
        letting_go = threading.Timer(0.7, first.execute, ["SELECT pg_advisory_unlock(%s)", [migrate.LOCK_KEY]])
        letting_go.start()
        call_command("migrate", verbosity=0)
        letting_go.join()
    assert time.monotonic() - began > 0.6


@pytest.mark.django_db(transaction=True)
def test_sqlmigrate_only_shows_what_a_live_index_does():
    out = StringIO()
    call_command("sqlmigrate", "notifications", "0002", stdout=out)
    assert "outbox_needs_somebody" in out.getvalue()


def test_what_only_django_keeps_in_mind_changes_there_and_asks_the_database_nothing():
    state = ProjectState()
    state.add_model(ModelState("shop", "Thing", [("id", models.AutoField(primary_key=True)), ("name", models.TextField())]))
    rendered = state.apps
    label = migrations.AlterField("thing", "name", models.TextField(verbose_name="what it is called"))
    operation = StateOnly([label])
    operation.state_forwards("shop", state)
    assert state.models["shop", "thing"].fields["name"].verbose_name == "what it is called"
    assert state.apps is not rendered  # nothing of before is left to be asked
    assert state.apps.get_model("shop", "Thing")._meta.get_field("name").verbose_name == "what it is called"
    assert operation.database_operations == []
    _name, args, named = operation.deconstruct()
    assert StateOnly(*args, **named).state_operations == [label]

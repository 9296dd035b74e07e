"""The timetable: every entry a real task on a queue somebody works, and harmless when it runs twice."""

import inspect
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from config.celery import app
from config.schedule import timetable
from foundation.jobs.beat import entries
from foundation.lifecycle import clock

HOUSE = {"foundation", "deposits", "logistics", "orders", "workorders", "dashboard"}
KEYS = [entry.key for entry in entries()]


def test_there_is_a_timetable():
    assert KEYS
    assert app.conf.beat_schedule.keys() == timetable().keys() == set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_every_entry_is_a_task_celery_knows(key):
    app.loader.import_default_modules()
    line = timetable()[key]
    assert line["task"] in app.tasks
    assert line["options"]["queue"] in ("clock", "bulk")
    assert line["options"]["expires"] > 0


@pytest.mark.parametrize("key", KEYS)
def test_keys_are_sentences(key):
    assert re.fullmatch(r"every-[a-z0-9-]+", key)
    assert key.count("-") >= 3


def test_a_task_takes_what_a_newer_release_may_add():
    """F39: while a release is rolled out, an old worker meets new arguments; one it doesn't know must not end it."""
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if task.__module__.split(".")[0] in HOUSE}
    assert len(ours) > 5
    for name, task in ours.items():
        kinds = {parameter.kind for parameter in inspect.signature(task.run).parameters.values()}
        assert inspect.Parameter.VAR_KEYWORD in kinds, name


def everything():
    """Every row of the house as it is: model → rows by pk."""
    ours = [m for m in apps.get_models() if m.__module__.split(".")[0] in HOUSE and not m._meta.proxy]
    ours = [m for m in ours if m._meta.managed]  # a model some test made for itself has no table here
    return {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in ours}


@pytest.mark.django_db
def test_every_entry_runs_twice_and_the_second_time_changes_nothing():
    call_command("seed_demo", orders=60, shops=1, seed=3, stdout=StringIO())
    now = clock.now() + timedelta(hours=5)
    did = {}
    for entry in entries():
        did[entry.key] = entry.run(now)
        before = everything()
        entry.run(now)
        after = everything()
        changed = [label for label in before if before[label] != after[label]]
        assert not changed, (entry.key, changed)
    assert did["every-minute-forfeit-overdue-work-orders"]["forfeited"] > 0
    assert did["every-minute-remind-of-unanswered-work-orders"]["reminded"] > 0


@pytest.mark.django_db
def test_the_command_runs_one_entry_and_lists_all():
    out = StringIO()
    call_command("run_due_jobs", only=KEYS[0], stdout=out)
    assert out.getvalue().startswith(f"{KEYS[0]}: {{")
    out = StringIO()
    call_command("run_due_jobs", list=True, stdout=out)
    assert [line.split()[0] for line in out.getvalue().splitlines()] == KEYS


@pytest.mark.django_db
@pytest.mark.parametrize("moment", ["2026-11-22T14:00:00", "yesterday", "2026-13-45T00:00:00Z", ""])
def test_a_moment_without_a_zone_is_refused(moment):
    with pytest.raises(CommandError):
        call_command("run_due_jobs", now=moment)


@pytest.mark.django_db
def test_another_moment_is_refused_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="production"):
        call_command("run_due_jobs", now="2026-11-22T14:00:00+08:00")


@pytest.mark.django_db
def test_an_entry_nobody_registered_is_refused():
    with pytest.raises(CommandError):
        call_command("run_due_jobs", only="every-night-nothing-at-all")

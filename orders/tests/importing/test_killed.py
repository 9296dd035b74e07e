"""Stopped in the middle, an import goes on or is run again, and no order is there twice (F34)."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.ledger.models import Transaction
from orders.importing import engine, steps
from orders.models import Order

from .conftest import paid_row, table


@pytest.mark.django_db
def test_raised_in_the_middle_of_a_chunk_it_resumes_at_the_cursor(begin, small_chunks, monkeypatch, now):
    job = begin(table(*(paid_row(n) for n in range(10)), paid_row(99, "x")))
    write, calls = engine._write, []

    def breaks_in_the_third_chunk(outcome, **context):
        write(outcome, **context)
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("pulled the plug after writing")

    monkeypatch.setattr(engine, "_write", breaks_in_the_third_chunk)
    jobs.run_to_end(job.pk)
    assert Order.objects.count() == 6
    outcomes = [jobs.run_chunk(job.pk, now=now + timedelta(minutes=1 + n)) for n in range(2)]
    assert outcomes == ["again", "finished"]
    job.refresh_from_db()
    assert steps.summary(job) | {"paid_minor": 0} == {
        "created": 10, "updated": 0, "unchanged": 0, "refused": 1, "paid_minor": 0, "refunded_minor": 0,
    }  # fmt: skip
    assert Order.objects.count() == Transaction.objects.filter(movement="order_paid").count() == 10


@pytest.mark.django_db
def test_reasons_a_killed_worker_had_written_are_not_told_twice(begin, small_chunks, monkeypatch, now):
    job = begin(table(*(paid_row(n, "x") for n in range(6))))
    jobs.run_chunk(job.pk, now=now)
    append = steps._append_refused

    def dies_after_appending(*args):
        append(*args)
        raise RuntimeError("killed")

    monkeypatch.setattr(steps, "_append_refused", dies_after_appending)
    jobs.run_chunk(job.pk, now=now)
    monkeypatch.setattr(steps, "_append_refused", append)
    assert jobs.run_chunk(job.pk, now=now + timedelta(minutes=1)) == "finished"
    body = (steps.folders.of(job.number) / "refused.csv").read_text().splitlines()
    assert len(body) == 6


@pytest.mark.django_db
def test_a_lost_working_folder_is_made_again(begin, small_chunks, now):
    job = begin(table(*(paid_row(n) for n in range(7))))
    jobs.run_chunk(job.pk, now=now)
    for path in steps.folders.of(job.number).iterdir():
        path.unlink()
    assert jobs.run_to_end(job.pk).status == "done"
    assert Order.objects.count() == 7


@pytest.mark.django_db
def test_two_imports_of_the_same_file_in_turns_make_each_order_once(begin, small_chunks, now):
    content = table(*(paid_row(n) for n in range(10)))
    pair = [begin(content), begin(content)]
    for _ in range(5):
        for job in pair:
            jobs.run_chunk(job.pk, now=now)
    figures = [steps.summary(Job.objects.get(pk=job.pk)) for job in pair]
    assert sum(one["created"] for one in figures) == Order.objects.count() == 10
    assert sum(one["unchanged"] for one in figures) == 10


@pytest.mark.long
@pytest.mark.once
def test_killed_with_signal_9_it_is_run_again_without_a_double(tmp_path):
    """The command in a process of its own, on a SQLite file, killed as soon as the first chunks are committed."""
    rows = [paid_row(f"K{n}", "10", "1") for n in range(ROWS)]
    (tmp_path / "orders.csv").write_text(table(*rows), encoding="utf-8")
    environment = os.environ | {"HOUTAI_VAR_DIR": str(tmp_path / "var"), "DATABASE_URL": "", "HOUTAI_MODE": "demo"}
    _manage(environment, "migrate", "--verbosity", "0")
    _manage(environment, "shell", "-c", MAKE_SHOP)
    command = [sys.executable, "manage.py", "import_orders", str(tmp_path / "orders.csv"), "--shop", "k", "--json"]
    first = subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment, stdout=subprocess.DEVNULL)
    database = next((tmp_path / "var").glob("*.sqlite3"))
    for _ in range(600):
        if _count(database) or first.poll() is not None:
            break
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.wait()
    before = _count(database)
    assert 0 < before < ROWS, "it was killed in the middle"
    figures = json.loads(_manage(environment, *command[2:]).splitlines()[-1])
    assert figures["created"] + before == ROWS
    assert figures["unchanged"] == before
    assert _count(database) == ROWS
    paid = "SELECT count(*), count(DISTINCT order_id) FROM ledger_transaction WHERE movement = 'order_paid'"
    assert sqlite3.connect(database).execute(paid).fetchone() == (ROWS, ROWS)


ROWS = 3000  # six chunks
MAKE_SHOP = (
    "from foundation.accounts.services import create_shop; from foundation.lifecycle import clock; "
    "create_shop(name='Killed', code='k', by=None, now=clock.now())"
)


def _manage(environment: dict, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=django_settings.BASE_DIR, env=environment, text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def _count(database: Path) -> int:
    with sqlite3.connect(database, timeout=20) as connection:
        return connection.execute("SELECT count(*) FROM orders_order").fetchone()[0]

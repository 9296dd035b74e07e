"""`manage.py migrate`, one at a time, and never for long in anybody's way.

Two started at once (two machines, two terminals) run one after the other. On PostgreSQL a statement that wants a busy
table waits five seconds for it and gives way: while it waits, everybody behind it waits too. Then it is tried again.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.errors import LockNotAvailable

LOCK_KEY = 0x686F75746169  # "houtai"
LOCK_TIMEOUT = "5s"
PAUSES = (1, 2, 4, 8, 15)  # seconds between tries for a busy table


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with _alone(options["database"]):
            for pause in (*PAUSES, None):
                try:
                    super().handle(*args, **options)
                    return
                except OperationalError as problem:
                    if not isinstance(problem.__cause__, LockNotAvailable):
                        raise
                    if pause is None:
                        raise CommandError(
                            "A table was busy at each try. Nothing half-made is left; run it again in a quieter moment."
                        ) from problem
                    self.stderr.write(f"A table is busy; trying again in {pause} s.")
                    time.sleep(pause)


@contextmanager
def _alone(alias: str) -> Iterator[None]:
    connection = connections[alias]
    if connection.vendor == "postgresql":
        with _advisory_lock(connection):
            yield
        return
    folder = os.open(Path(connection.settings_dict["NAME"]).resolve().parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@contextmanager
def _advisory_lock(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Asked for again and again, not waited for: CREATE INDEX CONCURRENTLY of the first would wait for the waiting
    statement of the second, which waits for the first.
    """
    with connection.cursor() as cursor:
        while not _ask(cursor, "SELECT pg_try_advisory_lock(%s)", LOCK_KEY):
            time.sleep(0.5)
        before = _ask(cursor, "SELECT current_setting('lock_timeout')")
        _ask(cursor, "SELECT set_config('lock_timeout', %s, false)", LOCK_TIMEOUT)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            _ask(cursor, "SELECT set_config('lock_timeout', %s, false)", before)
            _ask(cursor, "SELECT pg_advisory_unlock(%s)", LOCK_KEY)


def _ask(cursor: Any, sql: str, *parameters: object) -> Any:
    cursor.execute(sql, parameters)
    return cursor.fetchone()[0]

"""`manage.py up`: the whole house with one command, until Ctrl-C."""

import fcntl
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from config import environment
from config.demo.log_ins import log_ins
from config.supervisor.plan import CantStart, check_port, processes
from config.supervisor.supervisor import Supervisor

PATIENCE = 60  # seconds until a web that does not answer is mentioned


class Command(BaseCommand):
    help = "Starts web, workers, beat and, unless REDIS_URL is set, a broker; restarts what crashes; Ctrl-C ends all."
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        self._check_database()
        var: Path = settings.HOUTAI_VAR_DIR
        with _only_one(var / "up.lock"):
            try:
                check_port(settings.PORT)
                plans = processes(var)
            except CantStart as problem:
                raise CommandError(str(problem)) from problem
            people = [] if settings.PRODUCTION else log_ins()
            connection.close()  # the children open their own
            supervisor = Supervisor(plans, str(settings.BASE_DIR))
            supervisor.on_tick = Greeting(supervisor, people)
            for line in _where_things_are():
                supervisor.say(line)
            supervisor.run()
            supervisor.say("everything has ended")

    def _check_database(self) -> None:
        try:
            executor = MigrationExecutor(connection)
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except OperationalError as problem:
            raise CommandError(f"The database does not answer: {str(problem).splitlines()[0]}") from problem
        if waiting:
            raise CommandError(f"{len(waiting)} migrations are waiting. First: manage.py migrate (make run does it)")


class Greeting:
    """Asks the web for a sign of life at each tick; then prints where it is and who may sign in, once."""

    def __init__(self, supervisor: Supervisor, people: list[str]):
        self.supervisor, self.people = supervisor, people
        self.done, self.since = False, time.monotonic()

    def __call__(self) -> None:
        if self.done:
            return
        if _answers(settings.PORT):
            self.done = True
            for line in ["", f"Houtai is up: http://127.0.0.1:{settings.PORT}/", *self.people, "Ctrl-C ends it.", ""]:
                self.supervisor.say(line)
        elif time.monotonic() - self.since > PATIENCE:
            self.since = time.monotonic()
            self.supervisor.say("the web does not answer yet; its own lines above say why")


class _only_one:
    """One supervisor per var folder: two brokers on one socket would lose messages."""

    def __init__(self, path: Path):
        self.path = path

    def __enter__(self) -> None:
        self.file = self.path.open("w")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise CommandError(
                f"Houtai already runs from {self.path.parent}. For a second one set HOUTAI_VAR_DIR and PORT."
            ) from problem

    def __exit__(self, *_problem: object) -> None:
        self.file.close()


def _answers(port: int) -> bool:
    asked = HTTPConnection("127.0.0.1", port, timeout=0.5)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status < 500
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()


def _where_things_are() -> list[str]:
    if connection.vendor == "sqlite":
        database = (
            f"Database: SQLite, {settings.DATABASES['default']['NAME']}. For real work, more than one machine or over "
            "100,000 orders use PostgreSQL: DATABASE_URL=postgres://…"
        )
    else:
        database = f"Database: PostgreSQL, {settings.DATABASES['default']['NAME']}"
    given = environment.read("REDIS_URL")
    return [database, "Broker: the one REDIS_URL names" if given else "Broker: our own, on a private socket"]

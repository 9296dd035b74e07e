"""`manage.py check_invariants`: what must always hold, looked at in one consistent picture of the data."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from foundation.lifecycle.invariants import INVARIANTS, Invariant

MOST_SHOWN = 100  # violations per invariant


class Command(BaseCommand):
    help = "Checks the invariants I1–I10 without changing or locking anything; exit code 1 if one is violated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        with _one_picture():
            findings = [(invariant, _violations(invariant)) for invariant in _in_order()]
        if options["json"]:
            self.stdout.write(json.dumps(_as_data(findings), ensure_ascii=False))
        else:
            self._write_lines(findings)
        if any(violations for _invariant, violations in findings):
            raise SystemExit(1)

    def _write_lines(self, findings: list[tuple[Invariant, list[str]]]) -> None:
        for invariant, violations in findings:
            mark = self.style.ERROR("violated") if violations else self.style.SUCCESS("holds")
            self.stdout.write(f"{invariant.code} {mark}: {invariant.sentence}")
            for violation in violations[:MOST_SHOWN]:
                self.stdout.write(f"    {violation}")
            if len(violations) > MOST_SHOWN:
                self.stdout.write(f"    … and {len(violations) - MOST_SHOWN} more")


@contextmanager
def _one_picture() -> Iterator[None]:
    """A snapshot, so that a busy database is not mistaken for a wrong one; read-only, so that nothing is held up.

    On SQLite a plain deferred transaction is such a snapshot (WAL); an IMMEDIATE one would keep writers waiting.
    """
    if connection.in_atomic_block:  # a test's own transaction is picture enough
        yield
        return
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")


def _in_order() -> list[Invariant]:
    return sorted(INVARIANTS, key=lambda invariant: (len(invariant.code), invariant.code))


def _violations(invariant: Invariant) -> list[str]:
    return [str(violation) for violation in invariant.check()]


def _as_data(findings: list[tuple[Invariant, list[str]]]) -> dict[str, Any]:
    return {
        "ok": not any(violations for _invariant, violations in findings),
        "invariants": [
            {
                "code": invariant.code,
                "sentence": str(invariant.sentence),
                "holds": not violations,
                "violations": violations,
            }
            for invariant, violations in findings
        ],
    }

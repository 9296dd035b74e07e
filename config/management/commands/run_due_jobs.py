"""`manage.py run_due_jobs`: everything the timetable would do, now, in this process, without a broker."""

import json
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.dateparse import parse_datetime

from foundation.audit.context import fresh_request_id
from foundation.jobs.beat import Entry, entries
from foundation.lifecycle import clock


class Command(BaseCommand):
    help = "Runs every entry of the timetable to its end; --now (not in production) runs it as of another moment."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", action="store_true", help="only print the timetable")
        parser.add_argument("--only", metavar="KEY", help="run this entry only")
        parser.add_argument("--now", metavar="ISO", help="the moment to act at, e.g. 2026-11-22T14:00:00+08:00")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = self._chosen(options["only"])
        if options["list"]:
            for entry in chosen:
                self.stdout.write(f"{entry.key}  {entry.every}  {entry.task}  {entry.queue}")
            return
        at = self._moment(options["now"])
        failed = [entry.key for entry in chosen if not self._run(entry, at)]
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}")

    def _chosen(self, key: str | None) -> list[Entry]:
        known = entries()
        if key is None:
            return known
        found = [entry for entry in known if entry.key == key]
        if not found:
            raise CommandError(f"There is no entry “{key}”; --list shows them.")
        return found

    def _moment(self, text: str | None) -> datetime | None:
        if text is None:
            return None
        if settings.PRODUCTION:
            raise CommandError("--now is refused in production: deadlines are judged by the one clock.")
        try:
            at = parse_datetime(text)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            raise CommandError(f"“{text}” is no moment with a zone, such as 2026-11-22T14:00:00+08:00.")
        return at

    def _run(self, entry: Entry, at: datetime | None) -> bool:
        """One entry; another one's failure must not keep it from running."""
        with fresh_request_id("job-"), clock.fixed(at) if at else nullcontext():
            try:
                did = entry.run(clock.now())
            except Exception as problem:
                if transaction.get_connection().in_atomic_block:
                    raise
                self.stderr.write(f"{entry.key}: {type(problem).__name__}: {problem}")
                return False
        self.stdout.write(f"{entry.key}: {json.dumps(did or {}, ensure_ascii=False, default=str)}")
        return True

"""`manage.py import_orders FILE --shop NAME`: the same import as the page, run to its end in this process."""

import gc
import json
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from foundation.accounts.models import Shop
from foundation.audit.history import yuan
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError
from orders.importing import columns, start, steps


class Command(BaseCommand):
    help = (
        "Import orders from a CSV or XLSX file. Good rows are taken and bad ones listed; the same file again changes "
        "nothing. paid_minor and refunded_minor are what the rows taken hold, in fen."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--shop", required=True, metavar="NAME", help="exact name (or code) of the shop")
        parser.add_argument("--mapping", type=Path, help='JSON file: {"column in the file": "target"}')
        parser.add_argument("--stop-on-bad", action="store_true", help="write nothing if any row is bad")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON only")
        parser.epilog = "Targets: " + ", ".join(columns.TARGETS)

    def handle(self, *args: Any, **options: Any) -> None:
        gc.freeze()  # what was loaded so far stays; looking through it again and again is a fifth of the work
        shop = self._shop(options["shop"])
        began = time.monotonic()
        try:
            job = self._import(shop, options)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None
        if job.status != "done":
            raise CommandError(job.error or f"Job {job.number} is {job.get_status_display()}.")
        self._report(job, options["json"], time.monotonic() - began)

    def _shop(self, name: str) -> Shop:
        shop = Shop.objects.filter(Q(name=name) | Q(code=name)).order_by("pk").first()
        if shop is None:
            raise CommandError(f"There is no shop named {name!r}.")
        return shop

    def _import(self, shop: Shop, options: dict[str, Any]) -> Job:
        """Store the file, start the job and run it here; a worker that comes first may do chunks of it as well."""
        now, told = clock.now(), None
        if options["mapping"]:
            told = columns.from_json(_read(options["mapping"]).decode("utf-8-sig", "replace"))
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        with options["file"].open("rb") as file:
            head = start.head_of(file)
            mapping, recognised = start.resolve(shop, head, told)
            stored = start.store_upload(file, options["file"].name, shop=shop, by=None, now=now)
        on_bad = steps.STOP if options["stop_on_bad"] else steps.SKIP
        job = jobs.start(
            start.RUN, shop=shop, by=None, now=now, input_file=stored, queued=False,
            params={"mapping": mapping, "recognised": recognised, "on_bad": on_bad},
        )  # fmt: skip
        job = jobs.run_to_end(job.pk)
        while not job.is_finished:
            time.sleep(0.5)
            job = jobs.run_to_end(job.pk)
        return job

    def _report(self, job: Job, only_json: bool, seconds: float) -> None:
        found = steps.summary(job)
        if not only_json:
            self._tell(job, found, seconds)
        self.stdout.write(json.dumps(found))

    def _tell(self, job: Job, found: dict[str, int], seconds: float) -> None:
        for sample in job.result.get("samples", {}).get("refused", []):
            self.stdout.write(f"row {sample['row']}: {sample['column']} {sample['value']!r}: {sample['reason']}")
        if job.result.get("stopped"):
            self.stdout.write(self.style.WARNING("Nothing was written: a bad row stops the rest."))
        self.stdout.write(
            f"{found['created']} created, {found['updated']} updated, {found['unchanged']} unchanged, "
            f"{found['refused']} refused; paid {yuan(found['paid_minor'])}, refunded {yuan(found['refunded_minor'])}; "
            f"{seconds:.1f} s; job {job.number}"
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}.") from None

"""A list as a file: at once when it is short, as a job whose private file lives a day when it is long."""

import io
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from foundation.accounts.models import User
from foundation.audit.services import record
from foundation.files import services as stored_files
from foundation.files.models import Purpose, Removal, StoredFile
from foundation.jobs import folders
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.lifecycle.deadlines import SHANGHAI
from foundation.lifecycle.errors import Blocked, Invalid
from foundation.lifecycle.locks import lock

from . import registry
from .columns import Column
from .export import Report, Table, pour, table_of
from .query import ListQuery
from .selection import ALL, Asked
from .sheets import CSV, MIME, MOST_SHEET_ROWS, XLSX, CsvSheet, XlsxSheet
from .spec import ListSpec

KIND = "lists.export"
AT_ONCE = 5000
KEEP = timedelta(hours=24)
SWEPT_AT_ONCE = 200
MOST_UNFINISHED = 3  # exports of one person


@dataclass(frozen=True)
class Wanted:
    """An export as somebody asked for it: the list, the rows, the columns in their order, and CSV or XLSX."""

    spec: ListSpec
    asked: Asked
    query: ListQuery
    format: str

    @property
    def everything(self) -> bool:
        """Whether it is the whole filter: nothing was ticked, all that match were meant, or the file is no list of rows."""
        return self.asked.scope == ALL or not self.asked.idents or self.spec.table is not None

    def count(self, most: int | None = None) -> int:
        rows = self.query.of_tab if self.everything else self.asked.rows(self.query)
        return (rows.order_by()[:most] if most else rows).count()

    def table(self, columns: list[Column] | None = None) -> Table:
        rows = None if self.everything else self.spec.dress(self.asked.rows(self.query))
        return table_of(self.query, columns=columns, rows=rows)

    @property
    def columns(self) -> list[str]:
        return [column.key for column in self.query.columns if column.fields]


def name_of(shop: Any, spec: ListSpec, form: str, now: datetime) -> str:
    return f"{shop.code}-{spec.key}-{now.astimezone(SHANGHAI):%Y%m%d-%H%M}.{form}"


def at_once(wanted: Wanted, *, shop: Any, by: Any, now: datetime) -> bytes | None:
    """The file itself, recorded; None when there are more rows than a request writes."""
    if wanted.count(AT_ONCE + 1) > AT_ONCE:
        return None
    content = io.BytesIO()
    table = wanted.table()
    rows = write(table, content, wanted.format, str(wanted.spec.title))
    _record(shop, wanted.spec, rows, table.labels, wanted.format, by=by, now=now)
    return content.getvalue()


def write(table: Table, target: Any, form: str, title: str, report: Report | None = None) -> int:
    """The table into a path or a binary stream; answers how many rows."""
    if form == XLSX:
        return pour(table, XlsxSheet(target, table.labels, table.kinds, title), report)
    stream = target.open("wb") if isinstance(target, Path) else target
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=False)
    try:
        return pour(table, CsvSheet(text, table.labels, table.kinds), report)
    finally:
        text.flush()
        text.close() if isinstance(target, Path) else text.detach()


def start(wanted: Wanted, *, shop: Any, by: Any, now: datetime) -> Job:
    """Write it in the background. The same export of the same person that still runs is not started twice.

    Invalid when a workbook can't hold so many rows; Blocked while MOST_UNFINISHED of this person's, of whatever shop,
    are not done.
    """
    rows = wanted.count()
    if wanted.format == XLSX and rows > MOST_SHEET_ROWS:
        raise Invalid(_("A workbook holds at most %(limit)s rows; export as CSV.") % {"limit": f"{MOST_SHEET_ROWS:,}"})
    params = {
        "list": wanted.spec.key, "list_query": wanted.asked.list_query, "format": wanted.format,
        "scope": wanted.asked.scope, "ids": list(wanted.asked.idents), "columns": wanted.columns,
    }  # fmt: skip
    with transaction.atomic():
        lock(User.objects.filter(pk=by.pk))  # two clicks at once count one after the other
        running = Job.objects.unfinished().filter(kind=KIND, by=by)
        for job in running:
            if job.shop_id == shop.pk and params.items() <= job.params.items():
                return job
        if len(running) >= MOST_UNFINISHED:
            raise Blocked(
                _("%(most)d of your exports are still being written. Wait for one of them, or stop it, and export again.")
                % {"most": MOST_UNFINISHED}
            )
        return jobs.start(KIND, shop=shop, by=by, now=now, params=params)


def _wanted(job: Job) -> Wanted:
    """What the job was asked for, as of the moment it was asked: “due today” is that day's."""
    said = job.params
    spec = registry.get(said["list"])
    asked = Asked(said["scope"], tuple(said["ids"]), said["list_query"])
    return Wanted(spec, asked, asked.query(spec, job.shop, job.created_at, job.by), said["format"])


def prepare(job: Job, report: Any) -> None:
    """Write the whole file into the job's folder, reading only; begun anew by whoever takes over from a killed worker."""
    if _ready(job):
        return
    wanted = _wanted(job)
    total = wanted.count()
    half = folders.of(job.number) / "file.part"
    table = wanted.table(wanted.spec.arranged(job.params["columns"]))
    title = str(wanted.spec.title)
    rows = write(table, str(half) if wanted.format == XLSX else half, wanted.format, title, lambda n: report(n, total))
    half.replace(half.with_name(f"{rows}.{wanted.format}"))


def _ready(job: Job) -> Path | None:
    """The finished file, named by how many rows it has."""
    return next(folders.of(job.number).glob(f"[0-9]*.{job.params['format']}"), None)


def step(job: Job, now: datetime) -> bool:
    """Keep the finished file for a day, record the export, and clear the folder once that is committed."""
    path = _ready(job)
    if path is None:
        raise FileNotFoundError(f"The file of {job.number} is gone; the next try writes it again.")
    spec, form = registry.get(job.params["list"]), job.params["format"]
    with path.open("rb") as content:
        job.output_file = stored_files.store_document(
            content, name_of(job.shop, spec, form, now), MIME[form], shop=job.shop, by=job.by, now=now,  # type: ignore[arg-type]
            purpose=Purpose.EXPORT, expires_at=now + KEEP,
        )  # fmt: skip
    job.done = job.total = int(path.stem)
    labels = _wanted(job).table(spec.arranged(job.params["columns"])).labels
    _record(job.shop, spec, job.done, labels, form, by=job.by, now=now)
    transaction.on_commit(partial(shutil.rmtree, path.parent, ignore_errors=True))
    return True


def sweep(now: datetime) -> dict[str, int]:
    """Give up the bytes of files whose time is over; the job stays and says what it did. Safe to run twice."""
    swept = 0
    due = Job.objects.filter(output_file__expires_at__lte=now, output_file__removed_at=None)
    while found := list(StoredFile.objects.filter(pk__in=due.order_by("pk").values("output_file")[:SWEPT_AT_ONCE])):
        with transaction.atomic():
            swept += stored_files.mark_removed(found, why=Removal.EXPIRED, now=now)
    return {"swept": swept}


def _record(shop: Any, spec: ListSpec, rows: int, labels: Any, form: str, *, by: Any, now: datetime) -> None:
    with override("en"):  # a reader sees the list's name in their own language
        title = str(spec.title)
    data = {"list": title, "rows": rows, "columns": ", ".join(labels), "format": form.upper()}
    record("lists.exported", shop, by=by, now=now, data=data)


FORMATS = (CSV, XLSX)

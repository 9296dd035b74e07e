"""Taking a file of questions in, looking at it again, opening what is good; each starts at most one job."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from foundation.files.services import display_name
from foundation.jobs import services as jobs
from foundation.lifecycle.bulk import insert_many
from foundation.lifecycle.errors import Blocked, Invalid
from foundation.lifecycle.locks import lock
from foundation.lists.sheets import harmed
from orders.importing import readers

from ..models import QuestionFile, QuestionRow
from ..models.bulk import ASKED, GOOD, RowOutcome
from . import columns

LOOK, OPEN = "workorders.look_at_questions", "workorders.open_questions"
MAX_ROWS = 50_000
MAX_BYTES = 20 * 1024 * 1024
MAX_TEXT = MAX_BYTES  # characters of all cells; a workbook says one long text a thousand times in a few bytes
AT_ONCE = 500  # rows looked at in the request itself
BLOCK = 1 << 16


def take_in(upload: Any, *, by: Any, now: datetime) -> tuple[QuestionFile, bool]:
    """Keep the rows of an upload and start looking at them; False when these very bytes are here already.

    Unreadable or Invalid, naming what is wrong, for a file that is too large, no table, or lacks a column.
    """
    digest = _digest(upload)
    known = QuestionFile.objects.filter(sha256=digest).first()
    if known:
        return known, False
    rows = list(_rows(upload, first := {}))
    file = QuestionFile(
        name=display_name(upload.name), sha256=digest, header=first["names"], unused=first["unused"],
        rows_count=len(rows), by=by, created_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            file.save(force_insert=True)
            for row in rows:
                row.file = file
            insert_many(rows)
            _begin(file, LOOK, by=by, now=now)
    except IntegrityError:  # somebody uploaded the same bytes at the same moment
        return QuestionFile.objects.get(sha256=digest), False
    _look_here(file)
    return file, True


def look_again(pk: int, *, by: Any, now: datetime) -> QuestionFile:
    """Look once more at every row that asked nothing yet. Blocked while a job works on the file."""
    with transaction.atomic():
        file = _held(pk)
        rest = file.rows.exclude(outcome__in=ASKED)
        if not rest.exists():
            raise Blocked(_("Every row of this file has been asked."))
        rest.update(outcome=RowOutcome.WAITING, problems=[], order=None, key="")
        _begin(file, LOOK, by=by, now=now)
    _look_here(file)
    return file


@transaction.atomic
def start(pk: int, *, only_all: bool, by: Any, now: datetime) -> QuestionFile:
    """Open what was found good. Blocked without a finished look or a good row, and with `only_all` if any is refused."""
    file = _held(pk)
    outcomes = set(file.rows.values_list("outcome", flat=True).distinct())
    if RowOutcome.WAITING in outcomes or not outcomes & set(GOOD):
        raise Blocked(_("There is nothing to open: no row of this file is good and unasked."))
    if only_all and RowOutcome.REFUSED in outcomes:
        raise Blocked(_("Some rows are refused, and you asked to open only if all are good."))
    _begin(file, OPEN, by=by, now=now, only_all=only_all)
    return file


def go_on(pk: int, *, by: Any, now: datetime) -> None:
    """Let the file's stopped job go on from where it stopped; IllegalMove unless it stopped with an error."""
    jobs.retry(QuestionFile.objects.get(pk=pk).job_id, by=by, now=now)


def _held(pk: int) -> QuestionFile:
    """The file, locked, with nobody at work on it."""
    [file] = lock(QuestionFile.objects.filter(pk=pk))
    if file.job and not file.job.is_finished:
        raise Blocked(_("A job is at work on this file; wait until it is done."))
    return file


def _begin(file: QuestionFile, kind: str, *, by: Any, now: datetime, **params: Any) -> None:
    """Start the job; a look at few rows waits for nobody (`_look_here`)."""
    queued = kind == OPEN or file.rows_count > AT_ONCE
    file.job = jobs.start(kind, shop=None, by=by, now=now, params={"file": file.pk, **params}, queued=queued)
    file.save(update_fields=["job"])


def _look_here(file: QuestionFile) -> None:
    """Few rows are looked at before the answer goes out."""
    if file.rows_count <= AT_ONCE and file.job:
        file.job = jobs.run_to_end(file.job.pk)


def _digest(upload: Any) -> str:
    if upload.size > MAX_BYTES:
        raise readers.Unreadable(
            _("The file is larger than %(limit)s MB. Split it.") % {"limit": MAX_BYTES // (1024 * 1024)}
        )
    digest = hashlib.sha256()
    upload.seek(0)
    while block := upload.read(BLOCK):
        digest.update(block)
    upload.seek(0)
    return digest.hexdigest()


def _rows(upload: Any, first: dict[str, Any]) -> Iterator[QuestionRow]:
    """The rows below the header, which is understood into `first`."""
    reading = readers.rows(upload, most=readers.MAX_LINES)
    header = next(reading, None)
    if header is None or header.broken:
        raise readers.Unreadable(_("The file has no header row."))
    at, first["names"], first["unused"] = columns.understand(header.cells)
    count = written = 0
    for count, row in enumerate(reading, start=1):
        if count > MAX_ROWS:
            raise readers.Unreadable(_("More than %(limit)s rows. Split the file.") % {"limit": f"{MAX_ROWS:,}"})
        cells = {code: harmed(row.cells[place]) for code, place in at.items() if place < len(row.cells)}
        written += sum(map(len, cells.values()))
        if written > MAX_TEXT:
            raise readers.Unreadable(
                _("The cells hold more than %(limit)s characters. Split the file.") % {"limit": f"{MAX_TEXT:,}"}
            )
        yield QuestionRow(place=row.number, cells={"broken": row.broken} if row.broken else cells)
    if not count:
        raise Invalid(_("The file has a header, but no rows."), field="file")

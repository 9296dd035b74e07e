"""The two jobs on a file of numbers: the preview, which writes nothing, and the run; a chunk of either a step."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from foundation.files.models import Purpose, StoredFile
from foundation.files.services import open_document, store_document
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.lifecycle.errors import Blocked
from foundation.lists.sheets import harmless

from ..services.uploads import NumberRow, Result, look, upload_many
from . import reading

PREVIEW, RUN = "logistics.look_at_numbers", "logistics.upload_numbers"
CHUNK = 200
SHOWN = 200
KEEP_FILES = timedelta(days=30)
OUTCOMES = ("ships", "enters", "changes", "same", "refused")


def start_preview(upload: Any, *, shop: Any, by: Any, now: datetime, request_key: str | None = None) -> Job:
    """Keep the upload and look at it; Unreadable or Invalid for a file that is none of ours."""
    total = reading.check(upload)
    is_zip = upload.read(4) == b"PK\x03\x04"
    upload.seek(0)
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if is_zip else "text/csv"
    stored = store_document(
        upload, upload.name, mime, shop=shop, by=by, now=now, purpose=Purpose.IMPORT, expires_at=now + KEEP_FILES
    )
    return jobs.start(
        PREVIEW, shop=shop, by=by, now=now, params={"total": total}, input_file=stored, request_key=request_key,
    )  # fmt: skip


def start_run(preview: Job, *, by: Any, now: datetime) -> Job:
    """Enter what a preview showed; the same preview starts one run. Blocked before it is done, or without a good row."""
    if preview.status != "done":
        raise Blocked(_("The preview is not done yet."))
    counts = counts_of(preview)
    if not any(counts[name] for name in ("ships", "enters", "changes")):
        raise Blocked(_("There is nothing to enter: no row of this file would change a parcel."))
    return jobs.start(
        RUN, shop=preview.shop, by=by, now=now, params={"total": preview.params["total"], "preview": preview.number},
        input_file=preview.input_file, request_key=f"numbers:{preview.number}",
    )  # fmt: skip


def preview_step(job: Job, now: datetime) -> bool:
    """Look at the whole file at once, so that an order standing twice is seen."""
    rows = _rows(job.input_file)
    _count(job, look(rows, shop=job.shop))
    job.total = job.done = len(rows)
    return True


def run_step(job: Job, now: datetime) -> bool:
    """Enter one chunk; each row on its own. An order that stands twice is refused wherever it stands."""
    rows = _rows(job.input_file)
    chunk = rows[job.cursor : job.cursor + CHUNK]
    seen: dict[str, int] = {}
    for row in rows:
        seen[row.order] = seen.get(row.order, 0) + 1
    twice = [Result(row, problem=_("The order stands in several rows.")) for row in chunk if seen[row.order] > 1]
    single = [row for row in chunk if seen[row.order] == 1]
    _count(job, [*upload_many(single, shop=job.shop, by=job.by, now=now), *twice])
    job.cursor += len(chunk)
    job.total, job.done = len(rows), job.cursor
    if job.cursor < len(rows):
        return False
    _store_refused(job, now)
    return True


def counts_of(job: Job) -> dict[str, int]:
    return {name: job.result.get(name, 0) for name in OUTCOMES}


def _rows(stored: StoredFile) -> list[NumberRow]:
    with open_document(stored) as file:
        return list(reading.rows(file))


def _count(job: Job, found: Sequence[Result]) -> None:
    """Add the chunk to the counts; keep every refused row, and the first rows with a warning."""
    for one in found:
        outcome = "refused" if one.problem else one.does
        job.result[outcome] = job.result.get(outcome, 0) + 1
    problems = job.result.setdefault("problems", [])
    problems += [
        [one.row.place, one.row.order, one.row.carrier, one.row.number, one.problem] for one in found if one.problem
    ]
    warned = [
        [one.row.place, one.row.order, one.row.number, one.warning] for one in found if one.warning and not one.problem
    ]
    job.result["warnings"] = job.result.get("warnings", 0) + len(warned)
    job.result["warned"] = (job.result.get("warned", []) + warned)[:SHOWN]


def _store_refused(job: Job, now: datetime) -> None:
    """The refused rows as they came, with the reason: put right, they can be uploaded as they are."""
    problems = job.result.get("problems") or []
    if not problems:
        return
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow([*(str(label) for label, _zh, _names in reading.COLUMNS.values()), _("Row"), _("Reason")])
    for place, order, carrier, number, problem in problems:
        lines.writerow([*map(harmless, (order, carrier, number)), place, harmless(problem)])
    job.output_file = store_document(
        text.getvalue().encode("utf-8-sig"), f"refused-{job.number}.csv", "text/csv", shop=job.shop, by=job.by, now=now,
        purpose=Purpose.EXPORT, expires_at=now + KEEP_FILES,
    )  # fmt: skip

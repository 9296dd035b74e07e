"""The two background jobs of an import: the preview, which writes nothing, and the run; a chunk of either a step.

What a step came to is kept in the job's `result`, saved with the cursor in the transaction that wrote the orders. The
reasons of refused rows go to a working file; its good length is kept in `result` too, so what a killed worker had
appended beyond the last committed chunk is cut off again.
"""

import csv
import io
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from foundation.audit.history import yuan
from foundation.files.models import Purpose
from foundation.files.services import open_document, store_document
from foundation.jobs import folders
from foundation.jobs.models import Job
from foundation.lifecycle.errors import Blocked
from foundation.lists.sheets import harmless

from ..states import OrderState
from . import columns, engine
from .engine import Outcome
from .rows import Plan, Reading
from .spool import Report, Spool, Survey

COUNTS = ("created", "updated", "unchanged", "refused", "paid_minor", "refunded_minor")
SAMPLES = 20
KEEP_FILES = timedelta(days=30)
SKIP, STOP = "skip", "stop"
CHECKING, WRITING = "checking", "writing"


def chunk_size() -> int:
    """Rows a transaction: SQLite lets nobody else write meanwhile, so its chunks are small."""
    return 500 if connection.vendor == "sqlite" else 2000


def prepare(job: Job, report: Report) -> None:
    """Read the upload into the spool, once; quick when that was done by an earlier chunk or by the preview."""
    spool = spool_of(job)
    if not spool.is_ready:
        with open_document(job.input_file) as file:
            spool.build(file, report)
    survey_of(job, spool)


def preview_step(job: Job, now: datetime) -> bool:
    """Look at one chunk; writes nothing but the counts."""
    return _step(job, now, write=False)


def run_step(job: Job, now: datetime) -> bool:
    """Take one chunk. If bad rows are to stop the rest, the whole file is looked at first and nothing written until
    every row is good; a row that turns bad in between stops the job there (Blocked), its chunk undone."""
    phase = job.result.get("phase") or (CHECKING if job.params["on_bad"] == STOP else WRITING)
    finished = _step(job, now, write=phase == WRITING)
    job.result["phase"] = phase
    if job.params["on_bad"] == STOP and job.result["refused"]:
        if phase == WRITING:
            raise Blocked(_("A row turned bad while the file was being written; the import stopped before it."))
        if finished:
            job.result.update(dict.fromkeys(COUNTS, 0), refused=job.result["refused"], stopped=True)
        return finished
    if phase == CHECKING and finished:
        job.cursor, job.done, job.result, job.output_file = 0, 0, {"phase": WRITING}, None
        return False
    return finished


def spool_of(job: Job) -> Spool:
    """The run reads what its preview has spooled, while that is still there."""
    return Spool(folders.of(job.params.get("spool") or job.number))


def survey_of(job: Job, spool: Spool) -> Survey:
    return spool.survey(job.params["mapping"], recognised=job.params["recognised"])


def _step(job: Job, now: datetime, *, write: bool) -> bool:
    spool = spool_of(job)
    survey = survey_of(job, spool)
    plan = Plan.of(spool.header, survey.mapping)
    rows, after = spool.chunk(job.cursor, chunk_size())
    if write:
        outcome = engine.take(rows, plan, survey.repeats, shop=job.shop, by=job.by, now=now)
    else:
        outcome = engine.look(rows, plan, survey.repeats, shop=job.shop, now=now)
    _count(job, outcome, plan)
    job.result["mapping"] = survey.mapping
    _append_refused(job, outcome.refused)
    job.cursor, job.total = after, spool.total
    job.done = sum(job.result[name] for name in ("created", "updated", "unchanged", "refused"))
    if rows and job.done < job.total:
        return False
    _store_refused(job, now)
    return True


def _count(job: Job, outcome: Outcome, plan: Plan) -> None:
    """Add the chunk to the counts and fill up the samples. Amounts in fen: what the rows taken hold."""
    result = job.result
    added = {
        "created": len(outcome.created),
        "updated": len(outcome.changed),
        "unchanged": len(outcome.unchanged),
        "refused": len(outcome.refused),
        "paid_minor": outcome.paid_minor,
        "refunded_minor": outcome.refunded_minor,
    }
    for name, value in added.items():
        result[name] = result.get(name, 0) + value
    samples = result.setdefault("samples", {"created": [], "updated": [], "refused": []})
    _fill(samples["created"], (_created_sample(reading) for reading in outcome.created))
    _fill(samples["updated"], (_changed_sample(reading, found) for reading, found in outcome.changed))
    _fill(samples["refused"], (one for reading in outcome.refused for one in _refused_samples(reading, plan)))


def _fill(kept: list[dict], more: Iterable[dict]) -> None:
    for one in more:
        if len(kept) >= SAMPLES:
            return
        kept.append(one)


def _created_sample(reading: Reading) -> dict:
    order = reading.order
    assert order is not None
    return {
        "row": reading.row.number, "number": order.number, "placed_at": order.placed_at.isoformat(),
        "state": order.state, "paid_minor": order.paid_minor, "refunded_minor": order.refunded_minor,
    }  # fmt: skip


def _changed_sample(reading: Reading, found: Any) -> dict:
    """Which columns change; the buyer's data stays out of the job's row."""
    changes = [
        {"column": name, "before": _shown(name, before), "after": _shown(name, after)}
        for name, (before, after) in found.changes.items()
    ]
    return {"row": reading.row.number, "number": reading.number, "changes": changes}


def _shown(name: str, value: Any) -> str:
    if name in columns.PERSONAL:
        return "****" if value else ""
    if name.endswith("_minor"):
        return yuan(value)
    if name == "status":
        return str(OrderState(value).label)
    return value.isoformat() if isinstance(value, datetime) else str(value or "")


def _refused_samples(reading: Reading, plan: Plan) -> list[dict]:
    hidden = {plan.name(code) for code in columns.PERSONAL}
    return [
        {
            "row": reading.row.number, "column": problem.column, "reason": problem.reason,
            "value": "****" if problem.column in hidden else problem.value[:80],
        }
        for problem in reading.problems
    ]  # fmt: skip


def _append_refused(job: Job, refused: list[Reading]) -> None:
    """A line per problem, after what the last committed chunk had written."""
    path = folders.of(job.number) / "refused.csv"
    text = io.StringIO()
    lines = csv.writer(text)
    for reading in refused:
        for problem in reading.problems:
            lines.writerow([reading.row.number, *map(harmless, (problem.column, problem.value, problem.reason))])
    with path.open("r+b" if path.exists() else "w+b") as out:
        out.truncate(job.result.get("refused_bytes", 0))
        out.seek(0, io.SEEK_END)
        out.write(text.getvalue().encode())
        job.result["refused_bytes"] = out.tell()


def _store_refused(job: Job, now: datetime) -> None:
    """Keep the reasons as a file to download, with a byte order mark so that spreadsheets read it as UTF-8."""
    if not job.result.get("refused"):
        return
    head = io.StringIO()
    csv.writer(head).writerow([_("Row"), _("Column"), _("Value"), _("Reason")])
    body = (folders.of(job.number) / "refused.csv").read_bytes()
    job.output_file = store_document(
        head.getvalue().encode("utf-8-sig") + body, f"refused-{job.number}.csv", "text/csv",
        shop=job.shop, by=job.by, now=now, purpose=Purpose.EXPORT, expires_at=now + KEEP_FILES,
    )  # fmt: skip


def summary(job: Job) -> dict[str, int]:
    """The six figures of an import; amounts in fen are what the rows taken hold."""
    return {name: job.result.get(name, 0) for name in COUNTS}

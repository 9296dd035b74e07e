"""The two jobs on a file of questions: looking, which writes nothing but the rows' outcomes, and opening.

Rows are walked by their place; a row's outcome and its work order commit together with the job's cursor, so a worker
killed in the middle leaves the chunk unasked and the cursor where it was.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _

from foundation.jobs.chunks import in_chunks
from foundation.jobs.models import Job
from foundation.lifecycle.errors import Blocked, DomainError

from ..models import QuestionFile, QuestionRow, WorkOrder
from ..models.bulk import ASKED, GOOD, RowOutcome
from ..services.opening import open_work_orders
from ..states import Status
from .looking import Reading, key_of, look

CHUNK = 500
LOOKING, OPENING = "looking", "opening"


def look_step(job: Job, now: datetime) -> bool:
    """One chunk of a look."""
    file = QuestionFile.objects.get(pk=job.params["file"])
    rows = _next(file, job)
    _keep(look(file, rows, now))
    return _walked(job, file, rows)


def open_step(job: Job, now: datetime) -> bool:
    """One chunk of the opening. With `only_all` every row is looked at once more before the first is asked; one that
    turns bad later stops the job there (Blocked), its chunk undone."""
    if job.params["only_all"] and job.result.setdefault("phase", LOOKING) == LOOKING:
        return _look_first(job, now)
    file = QuestionFile.objects.get(pk=job.params["file"])
    rows = _next(file, job)
    good = [row.pk for row in rows if row.outcome in GOOD]
    ask = partial(_ask, file, job, now=now)
    if job.params["only_all"]:
        ask(good)
    else:
        in_chunks(good, ask, park=_park, size=CHUNK)
    return _walked(job, file, rows)


def _look_first(job: Job, now: datetime) -> bool:
    if not look_step(job, now):
        return False
    file = QuestionFile.objects.get(pk=job.params["file"])
    if file.rows.filter(outcome=RowOutcome.REFUSED).exists():
        job.result["stopped"] = True
        return True
    job.cursor, job.done, job.result["phase"] = 0, 0, OPENING
    return False


def _next(file: QuestionFile, job: Job) -> list[QuestionRow]:
    """The next rows that have asked nothing yet."""
    rows = file.rows.exclude(outcome__in=ASKED).filter(place__gt=job.cursor)
    return list(rows.order_by("place")[:CHUNK])


def _walked(job: Job, file: QuestionFile, rows: Sequence[QuestionRow]) -> bool:
    """Move the cursor behind these rows; whether they were the last."""
    job.total = file.rows_count
    if rows:
        job.cursor, job.done = rows[-1].place, job.done + len(rows)
    if len(rows) == CHUNK:
        return False
    job.done = job.total
    return True


def _ask(file: QuestionFile, job: Job, pks: list[int], *, now: datetime) -> int:
    """Look at the rows under this moment, open the good ones, keep what became of each."""
    rows = QuestionRow.objects.filter(pk__in=pks).order_by("place")
    readings = look(file, list(rows), now)
    good = [reading for reading in readings if not reading.problems]
    outcomes = open_work_orders([one.question for one in good if one.question], by=job.by, now=now)
    for reading, outcome in zip(good, outcomes, strict=True):
        if isinstance(outcome, DomainError):
            reading.refuse(file, "text", _("a question that may be asked now"), str(outcome))
        else:
            reading.row.work_order = outcome
    if job.params["only_all"] and any(reading.problems for reading in readings):
        raise Blocked(_("A row turned bad while the questions were being asked; it stopped before that chunk."))
    _keep(readings)
    return len(outcomes)


def _park(pk: int, reason: str) -> None:
    """A row that raises takes no other with it: it is refused with the reason."""
    problem = {"column": "", "expected": _("a question that can be asked"), "got": reason}
    QuestionRow.objects.filter(pk=pk).update(outcome=RowOutcome.REFUSED, problems=[problem])


def _keep(readings: Sequence[Reading]) -> None:
    """Write what became of the rows: an UPDATE per outcome, and row by row only what is each row's own."""
    groups: dict[str, list[int]] = defaultdict(list)
    found = []
    for reading in readings:
        row = reading.row
        groups[_outcome(reading, row.work_order)].append(row.pk)
        if reading.question and (row.order_id, row.key) != (reading.question.order_pk, key := key_of(reading.question)):
            row.order_id, row.key = reading.question.order_pk, key
            found.append(row)
        row.problems = reading.problems
    for outcome, pks in groups.items():
        QuestionRow.objects.filter(pk__in=pks).update(outcome=outcome)
    for rows, fields in (
        (found, ["order", "key"]),
        ([reading.row for reading in readings if reading.problems], ["problems"]),
        ([reading.row for reading in readings if reading.row.work_order], ["work_order"]),
    ):
        QuestionRow.objects.bulk_update(rows, fields, batch_size=CHUNK)


def _outcome(reading: Reading, case: WorkOrder | None) -> str:
    if reading.problems:
        return RowOutcome.REFUSED
    if case:
        return RowOutcome.OPENED if case.status == Status.OPEN else RowOutcome.QUEUED
    return RowOutcome.QUEUES if reading.waits else RowOutcome.OPENS

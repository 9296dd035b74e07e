"""Starting a job, running it chunk by chunk, and stopping it."""

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from foundation.audit import context
from foundation.audit.services import record
from foundation.lifecycle import clock
from foundation.lifecycle.errors import DomainError, Stale
from foundation.lifecycle.locks import lock

from . import kinds
from .models import Job
from .states import LIFECYCLE

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
FORGOTTEN_AFTER = timedelta(seconds=30)
MAX_ATTEMPTS = 5
SAVED_BY_A_STEP = ["cursor", "done", "total", "result", "output_file"]

AGAIN, FINISHED, SKIPPED, FAILED = "again", "finished", "skipped", "failed"
PAST = {"cancel": "cancelled", "retry": "retried", "fail": "failed"}


def start(
    kind: str,
    *,
    shop: Any,
    by: Any,
    now: datetime,
    params: dict | None = None,
    input_file: Any = None,
    request_key: str | None = None,
    queued: bool = True,
) -> Job:
    """Write the job's row and wake a worker after commit; the same `request_key` again gives the first job.

    With the broker down the row still stands and the rescue entry finds it within a minute. `queued=False` leaves the
    waking to the caller, who runs it in its own process (`run_to_end`). The job speaks the language it was asked in.
    Stale for a `request_key` another shop or another kind of job was started with.
    """
    kinds.get(kind)
    params = {"language": get_language() or settings.LANGUAGE_CODE} | (params or {})
    job = Job(
        shop=shop, kind=kind, by=by, created_at=now, params=params, input_file=input_file, request_key=request_key
    )
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            record("jobs.started", job, by=by, now=now, to_state=job.status, data={"number": job.number})
    except IntegrityError:
        first = Job.objects.filter(request_key=request_key).first() if request_key else None
        if first is None:
            raise
        if (first.shop_id, first.kind) != (job.shop_id, kind):
            raise Stale(_("This form was sent before, for something else. Open the page anew.")) from None
        return first
    if queued:
        transaction.on_commit(partial(wake, job.pk), robust=True)
    return job


def wake(pk: int) -> None:
    """Ask the bulk queue for one chunk; never raises, the row carries the work."""
    try:
        current_app.send_task("jobs.run_job", args=[pk], queue="bulk", retry=False)
    except Exception as error:
        log.warning("Job %s waits for the rescue entry, the broker does not answer: %s", pk, error)


def run_chunk(pk: int, *, now: datetime) -> str:
    """Claim the job, do one chunk, save where it stands: AGAIN, FINISHED, FAILED, or SKIPPED when it is not ours.

    Everything the chunk writes and the cursor commit together. A refusal (DomainError) stops the job; any other error
    frees it for another try, MAX_ATTEMPTS in all, from the last cursor that was committed.
    """
    job = _claim(pk, now)
    if job is None:
        return SKIPPED
    if job.attempts > MAX_ATTEMPTS:
        return _fail(job, _("It was tried %(count)s times and never got through.") % {"count": MAX_ATTEMPTS}, now)
    try:
        with override(job.params.get("language", settings.LANGUAGE_CODE)):
            kind = kinds.get(job.kind)
            kind.prepare(job, partial(_report, job))
            with transaction.atomic():
                return _step(job, kind, now)
    except DomainError as refusal:
        return _fail(job, str(refusal), now)
    except Exception as error:
        log.exception("Job %s: chunk at %s failed, try %s", job.number, job.cursor, job.attempts)
        return _free_after(job, error, now)


def run_to_end(pk: int) -> Job:
    """Run every chunk in this process, for commands and `run_due_jobs`; a job someone else holds is left to them."""
    while True:
        with context.fresh_request_id("job-"):
            outcome = run_chunk(pk, now=clock.now())
        if outcome != AGAIN:
            return Job.objects.get(pk=pk)


def cancel(pk: int, *, by: Any, now: datetime) -> Job:
    """Stop before the next chunk; what was written stays. Refused once the job has ended."""
    with transaction.atomic():
        [job] = lock(Job.objects.filter(pk=pk))
        return _move(job, "cancel", by=by, now=now, finished_at=now)


def retry(pk: int, *, by: Any, now: datetime) -> Job:
    """Let a stopped job go on from its cursor. Refused unless it stopped with an error."""
    with transaction.atomic():
        [job] = lock(Job.objects.filter(pk=pk))
        _move(job, "retry", by=by, now=now, error="", attempts=0, finished_at=None)
        transaction.on_commit(partial(wake, job.pk), robust=True)
        return job


def forgotten(now: datetime) -> list[int]:
    """Jobs that wait longer than a healthy queue lets them: broker was down, worker died, message lost."""
    since = now - FORGOTTEN_AFTER
    return list(Job.objects.free(since).filter(created_at__lte=since).order_by("pk").values_list("pk", flat=True))


def wake_forgotten(now: datetime) -> dict:
    """The rescue: send each forgotten job to the queue again; a second message finds the lease taken."""
    pks = forgotten(now)
    for pk in pks:
        wake(pk)
    return {"woken": len(pks)}


def run_waiting(now: datetime) -> dict:
    """Run whatever nobody holds to its end, here (`run_due_jobs`: no broker needed)."""
    pks = list(Job.objects.free(now).order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        run_to_end(pk)
    return {"run": len(pks)}


def _claim(pk: int, now: datetime) -> Job | None:
    """One conditional UPDATE decides between two workers; None if the job has ended or another holds it."""
    claimed = (
        Job.objects.free(now)
        .filter(pk=pk)
        .update(
            status=LIFECYCLE.target("claim", "queued"),
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
            version=F("version") + 1,
            started_at=Coalesce("started_at", now),
        )
    )
    return Job.objects.select_related("shop", "by", "input_file").get(pk=pk) if claimed else None


def _report(job: Job, done: int, total: int) -> None:
    """Progress of `prepare` and a longer lease, while it is still ours; a lost or cancelled job stops here."""
    ours = Job.objects.unfinished().filter(pk=job.pk, version=job.version)
    if not ours.update(done=done, total=total, lease_until=clock.now() + LEASE):
        raise DomainError(_("The job was stopped while it was being prepared."))
    job.done, job.total = done, total


def _step(job: Job, kind: kinds.Kind, now: datetime) -> str:
    """Lock the row, look again, do the chunk, save the cursor with it."""
    held = lock(Job.objects.filter(pk=job.pk, version=job.version))
    if not held or held[0].is_finished:
        return SKIPPED
    finished = kind.step(job, now)
    job.lease_until, job.attempts, job.error = now, 0, ""
    fields = [*SAVED_BY_A_STEP, "lease_until", "attempts", "error"]
    if finished:
        job.status = LIFECYCLE.target("finish", held[0].status)
        job.finished_at = clock.now()
        record("jobs.finished", job, by=None, now=job.finished_at, from_state=held[0].status, to_state=job.status,
               data={"number": job.number})  # fmt: skip
        fields += ["status", "finished_at"]
    job.save(update_fields=fields)
    return FINISHED if finished else AGAIN


def _fail(job: Job, sentence: str, now: datetime) -> str:
    """Stop the job with a sentence, unless someone else has moved it meanwhile."""
    with transaction.atomic():
        held = lock(Job.objects.filter(pk=job.pk, version=job.version))
        if not held or held[0].is_finished:
            return SKIPPED
        _move(held[0], "fail", by=None, now=now, error=sentence, finished_at=now, reason=sentence)
    return FAILED


def _free_after(job: Job, error: Exception, now: datetime) -> str:
    """Give the job back after an error of ours, a little later with each try; the rescue entry takes it up again."""
    if job.attempts >= MAX_ATTEMPTS and not isinstance(error, OperationalError | InterfaceError):
        sentence = _("Something went wrong on our side (%(error)s). Name job %(number)s when you ask the platform.")
        return _fail(job, sentence % {"error": type(error).__name__, "number": job.number}, now)
    Job.objects.unfinished().filter(pk=job.pk, version=job.version).update(
        lease_until=now + timedelta(seconds=10) * job.attempts, error=f"{type(error).__name__}: {error}"[:500]
    )
    return SKIPPED


def _move(job: Job, verb: str, *, by: Any, now: datetime, reason: str = "", **fields: Any) -> Job:
    """One move of the table on a locked row, with its audit line."""
    before, job.status = job.status, LIFECYCLE.target(verb, job.status)
    job.version += 1
    job.lease_until = None
    for name, value in fields.items():
        setattr(job, name, value)
    job.save(update_fields=["status", "version", "lease_until", *fields])
    record(f"jobs.{PAST[verb]}", job, by=by, now=now, from_state=before, to_state=job.status, reason=reason,
           data={"number": job.number})  # fmt: skip
    return job


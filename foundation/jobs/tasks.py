"""Celery's side of a job: one chunk a task, which then asks for the next."""

from celery import shared_task

from foundation.audit import context
from foundation.lifecycle import clock

from . import folders, heart, services


@shared_task(name="jobs.run_job")
def run_job(pk: int, **unknown: object) -> str:
    """Do one chunk of the job and queue the next; arguments a newer release may add are ignored (F39)."""
    with context.fresh_request_id("job-"):
        outcome = services.run_chunk(pk, now=clock.now())
    if outcome == services.AGAIN:
        services.wake(pk)
    return outcome


@shared_task(name="jobs.wake_forgotten")
def wake_forgotten(**unknown: object) -> dict:
    """Send the jobs nobody runs to the queue again."""
    return services.wake_forgotten(clock.now())


@shared_task(name="jobs.sweep_folders")
def sweep_folders(**unknown: object) -> dict:
    """Remove the working folders of jobs that ended long ago."""
    return folders.sweep(clock.now())


@shared_task(name="jobs.clock_heartbeat")
def clock_heartbeat(**unknown: object) -> dict:
    """Beat, the broker and the clock's worker are alive."""
    return heart.stamp("clock", clock.now())


@shared_task(name="jobs.bulk_heartbeat")
def bulk_heartbeat(**unknown: object) -> dict:
    """The same for the bulk queue."""
    return heart.stamp("bulk", clock.now())

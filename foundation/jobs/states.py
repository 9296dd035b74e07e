"""The states of a background job and every legal move between them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle.table import Lifecycle, Move


class JobStatus(TextChoices):
    QUEUED = "queued", _("Waiting to start")  # the row exists; no worker has claimed it yet
    RUNNING = "running", _("Running")  # claimed at least once; between two chunks it is running without a lease
    DONE = "done", _("Done")  # its last chunk is committed
    FAILED = "failed", _("Stopped")  # a refusal, or too many tries; what was committed stays, `retry` goes on from there
    CANCELLED = "cancelled", _("Cancelled")  # a person stopped it; what was committed stays


UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING)

LIFECYCLE = Lifecycle(
    name="jobs.job",
    choices=JobStatus,
    start=[JobStatus.QUEUED],
    moves=[
        Move("claim", UNFINISHED, JobStatus.RUNNING, _("Claim"), by="job"),
        Move("finish", (JobStatus.RUNNING,), JobStatus.DONE, _("Finish"), by="job"),
        Move("fail", UNFINISHED, JobStatus.FAILED, _("Stop with an error"), by="job"),
        Move("cancel", UNFINISHED, JobStatus.CANCELLED, _("Cancel the job"), tone="outline-danger", needs="jobs.view"),
        Move("retry", (JobStatus.FAILED,), JobStatus.QUEUED, _("Go on from where it stopped"), needs="jobs.view"),
    ],
    tones={
        JobStatus.QUEUED: "secondary",
        JobStatus.RUNNING: "info",
        JobStatus.DONE: "success",
        JobStatus.FAILED: "danger",
        JobStatus.CANCELLED: "secondary",
    },
)

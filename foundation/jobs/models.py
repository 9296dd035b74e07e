"""The background job: a row that carries its work."""

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle.randoms import public_number

from . import kinds
from .states import LIFECYCLE, UNFINISHED, JobStatus


class JobQuerySet(models.QuerySet["Job"]):
    def for_shop(self, shop: Any) -> "JobQuerySet":
        return self.filter(shop=shop)

    def unfinished(self) -> "JobQuerySet":
        return self.filter(status__in=UNFINISHED)

    def free(self, now: datetime) -> "JobQuerySet":
        """Unfinished and nobody's: no worker holds a lease that still runs."""
        return self.unfinished().filter(models.Q(lease_until=None) | models.Q(lease_until__lte=now))


class Job(models.Model):
    """Work too long for a request, done in chunks, watched on a page one can leave and come back to.

    The row is the truth, the queue only makes it sooner (rules: the row carries the work). A worker claims the job for
    one chunk by a conditional UPDATE and holds it until `lease_until`; `cursor` says where the next chunk begins and is
    saved in the transaction that wrote the last one. `attempts` counts claims since the last chunk that committed.
    `version` rises with each claim, so a worker that lost its lease finds out before it writes.
    `total` and `done` count rows (0 while the total is not known).
    """

    LIFECYCLE = LIFECYCLE

    number = models.CharField(_("number"), max_length=20, unique=True, default=partial(public_number, "JB"), editable=False)
    shop = models.ForeignKey(
        "accounts.Shop", verbose_name=_("shop"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=64)
    status = models.CharField(_("state"), max_length=12, choices=JobStatus.choices, default=JobStatus.QUEUED)
    total = models.BigIntegerField(_("rows in all"), default=0)
    done = models.BigIntegerField(_("rows done"), default=0)
    cursor = models.BigIntegerField(_("got as far as"), default=0)
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)
    lease_until = models.DateTimeField(_("taken until"), null=True)
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    error = models.TextField(_("error"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    request_key = models.CharField(_("request key"), max_length=64, null=True, unique=True)  # noqa: DJ001 (NULL: no form made it)
    created_at = models.DateTimeField(_("asked for"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("ended"), null=True)
    input_file = models.ForeignKey(
        "files.StoredFile", verbose_name=_("input file"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    output_file = models.ForeignKey(
        "files.StoredFile", verbose_name=_("output file"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(_("version"), default=0)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        indexes = [
            models.Index(fields=["shop", "-id"], name="jobs_of_shop"),
            models.Index(
                fields=["lease_until"], name="jobs_unfinished", condition=models.Q(status__in=["queued", "running"])
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_finished(self) -> bool:
        return self.status not in UNFINISHED

    @property
    def title(self) -> str:
        return str(kinds.get(self.kind).title) if self.kind in kinds.KINDS else self.kind

    @property
    def percent(self) -> int:
        """0–100; a finished job is at 100 whatever it counted."""
        if self.status == JobStatus.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def result_url(self) -> str | None:
        kind = kinds.KINDS.get(self.kind)
        return kind.result_url(self) if kind else None


class Heartbeat(models.Model):
    """When a tick of beat was last worked on a queue: one row per queue, overwritten each minute (`heart.py`)."""

    queue = models.CharField(max_length=8, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.queue

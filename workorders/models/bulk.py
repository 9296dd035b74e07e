"""Questions the platform asks in bulk: the file, and what becomes of each of its rows."""

from functools import partial

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.jobs.models import Job
from foundation.lifecycle.randoms import public_number
from orders.models import Order

from .cases import WorkOrder


class RowOutcome(models.TextChoices):
    WAITING = "waiting", _("Not looked at yet")
    OPENS = "opens", _("Would open")  # looked at: good, nothing unfinished on its order
    QUEUES = "queues", _("Would queue")  # looked at: good, behind an unfinished one of its order
    REFUSED = "refused", _("Refused")  # `problems` says why; may be looked at again
    OPENED = "opened", _("Opened")
    QUEUED = "queued", _("Queued")


GOOD = (RowOutcome.OPENS, RowOutcome.QUEUES)
ASKED = (RowOutcome.OPENED, RowOutcome.QUEUED)


class QuestionFile(models.Model):
    """A table of questions uploaded by the platform; the same bytes are one file, whoever uploads them how often.

    `job` is the latest that worked on it: a look (which writes nothing but outcomes) or the opening. `header` maps the
    columns' codes to their names in the file; `unused` are names that mean nothing here.
    """

    number = models.CharField(max_length=20, unique=True, default=partial(public_number, "QF"), editable=False)
    name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64, unique=True)
    header = models.JSONField(default=dict)
    unused = models.JSONField(default=list)
    rows_count = models.PositiveIntegerField(default=0)
    job = models.ForeignKey(Job, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("file of questions")
        verbose_name_plural = _("files of questions")

    def __str__(self) -> str:
        return self.number


class QuestionRow(models.Model):
    """One row of such a file; `work_order` is set in the transaction that opens it, once.

    `place` is the spreadsheet's row; `cells` the text by column code; `problems` a list of column, expected, got.
    `key` tells the same question apart: type, line and words.
    """

    file = models.ForeignKey(QuestionFile, on_delete=models.CASCADE, related_name="rows", db_index=False)
    place = models.PositiveIntegerField()
    cells = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8, choices=RowOutcome, default=RowOutcome.WAITING)
    problems = models.JSONField(default=list)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=64, blank=True)
    work_order = models.OneToOneField(WorkOrder, null=True, on_delete=models.PROTECT, related_name="question_row")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "place"], name="workorders_row_of_file")]
        indexes = [
            models.Index(fields=["file", "outcome", "place"], name="workorders_rows_by_outcome"),
            models.Index(fields=["file", "order"], name="workorders_rows_by_order"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.place}"

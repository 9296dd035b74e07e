"""The evidence desk's rows: which pictures a window's answer shows, and the one sheet made of them (rules §6)."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.files.models import StoredFile
from orders.models import Order

CAPTION_LENGTH = 60


class LibraryItem(models.Model):
    """What is said of one stored picture in its order's evidence library 凭证库, whatever case uses it (rules §6.13).

    Verbs: describe (caption, kinds). `kinds` are the codes of the vouchers it shows. A use on a desk starts with both;
    what went out keeps its own words. A picture nobody said anything of has no row.
    """

    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(max_length=CAPTION_LENGTH, blank=True)
    kinds = models.JSONField(default=list, blank=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    edited_at = models.DateTimeField()

    class Meta:
        verbose_name = _("library picture")
        verbose_name_plural = _("library pictures")

    def __str__(self) -> str:
        return self.caption or str(self.file_id)


class VoucherQuerySet(models.QuerySet["Voucher"]):
    def on_desk(self, work_order: Any) -> "VoucherQuerySet":
        """What lies on the desk in the case's present window, in the order it is shown."""
        return self.filter(work_order_id=work_order.pk, window_no=work_order.window_no, removed_at=None).order_by(
            "position", "pk"
        )


class Voucher(models.Model):
    """One picture 凭证 on the desk of one window, ticked for any number of slots.

    Verbs: add, update (slots, rotation, caption), move, remove; all only while the case is open and its clock runs.
    `rotation` is clockwise degrees on top of the clean copy. Removing keeps the row (`removed_at`) and the file, which
    stays in the order's evidence library 凭证库. The same file lies on a window's desk once (database constraint).
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    work_order = models.ForeignKey("workorders.WorkOrder", on_delete=models.PROTECT, related_name="vouchers")
    window_no = models.PositiveSmallIntegerField(default=1)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    slots = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField(default=0)
    rotation = models.PositiveSmallIntegerField(default=0)
    caption = models.CharField(max_length=CAPTION_LENGTH, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = VoucherQuerySet.as_manager()

    class Meta:
        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        ordering = ["work_order", "window_no", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["work_order", "window_no", "file"], condition=Q(removed_at=None), name="voucher_file_once"
            ),
            models.CheckConstraint(condition=Q(rotation__in=[0, 90, 180, 270]), name="voucher_rotation_quarter"),
        ]

    def __str__(self) -> str:
        return self.caption or str(self.file_id)


class Sheet(models.Model):
    """The one picture that goes out: every voucher of a window on one sheet, with captions and the order number.

    `inputs_hash` names exactly what it was made from (files, order, rotations, captions, slots, limits), so the
    confirm page, the submit and the reviewer speak of the same picture. Never changed; composing the same inputs again
    gives the same row.
    """

    work_order = models.ForeignKey("workorders.WorkOrder", on_delete=models.PROTECT, related_name="sheets")
    window_no = models.PositiveSmallIntegerField()
    inputs_hash = models.CharField(max_length=64)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("evidence sheet")
        verbose_name_plural = _("evidence sheets")
        constraints = [
            models.UniqueConstraint(fields=["work_order", "window_no", "inputs_hash"], name="sheet_once_per_inputs"),
        ]

    def __str__(self) -> str:
        return f"{self.work_order_id}/{self.window_no}"

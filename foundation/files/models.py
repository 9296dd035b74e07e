"""What is stored: one row per file, its bytes in private folders beside the database."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.lifecycle import deadlines
from foundation.policies.models import PolicyRow


class Purpose(models.TextChoices):
    EVIDENCE = "evidence", _("Evidence picture")  # a shop's photograph: sealed original + clean copy
    SHEET = "sheet", _("Evidence sheet")  # composed by us from clean copies; no original
    ATTACHMENT = "attachment", _("Attachment")  # a picture on a contact record or a note
    DEPOSIT = "deposit", _("Picture about a deposit")  # sent with an answer about a deposit refund
    IMPORT = "import", _("Import file")  # a table somebody uploaded
    EXPORT = "export", _("Export file")  # a table we wrote for somebody


PICTURES = (Purpose.EVIDENCE, Purpose.ATTACHMENT)


class Removal(models.TextChoices):
    """Why the bytes of a file were removed; its row stays."""

    KEEPING = "keeping", _("kept as long as the rule says")
    EXPIRED = "expired", _("made for a short time")


class UploadPolicy(PolicyRow):
    """How much may be uploaded: a rule row, seeded once, edited by the platform (rules §6)."""

    files_per_case = models.PositiveIntegerField(_("pictures per case"))
    files_per_order = models.PositiveIntegerField(_("pictures in an order's library"), default=100)
    files_per_upload = models.PositiveIntegerField(_("pictures in one upload"))
    shop_day_bytes = models.PositiveBigIntegerField(_("bytes per shop and Shanghai day"))

    class Meta:
        verbose_name = _("upload rule")
        verbose_name_plural = _("upload rules")


ENDINGS = {  # of what is handed out byte for byte: its type's own, never the one an uploader chose
    "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",), "image/heic": (".heic", ".heif"),
    "text/csv": (".csv", ".txt"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
}  # fmt: skip


class StoredFile(models.Model):
    """One stored file of one shop; its address is the random `uuid`, never a path.

    Pictures have a sealed original (byte for byte, `sha256`, opened by reviewers only, as an attachment, recorded)
    and a clean copy (decoded, turned, without metadata) with a thumbnail: only those are shown or composed. Sheets
    have a clean copy only, documents an original only. Paths are relative to the private media folder. Rows are never
    changed but once: `removed_at` says that the bytes are gone for good (`services.mark_removed`), name and `sha256`
    stay. A file on disk without a row, or of a removed one, is swept after a day.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    order_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    purpose = models.CharField(max_length=12, choices=Purpose)
    name = models.CharField(max_length=120)
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    original_path = models.CharField(max_length=120, blank=True)
    clean_path = models.CharField(max_length=120, blank=True)
    thumb_path = models.CharField(max_length=120, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_why = models.CharField(max_length=12, choices=Removal, blank=True)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        indexes = [
            models.Index(fields=["shop", "created_at"], name="files_shop_created"),
            models.Index(fields=["shop", "sha256"], name="files_shop_sha256"),
            models.Index(fields=["created_at", "id"], condition=models.Q(removed_at=None), name="files_kept"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(original_path="", clean_path=""), name="files_stored_file_has_bytes"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and "update_fields" not in kwargs:
            raise TypeError("Name the fields to save.")
        super().save(*args, **kwargs)

    @property
    def download_name(self) -> str:
        """The name with an ending its bytes have: a picture that is also a program must not be opened as one."""
        endings = ENDINGS.get(self.mime.partition(";")[0], (".bin",))
        return self.name if self.name.lower().endswith(endings) else f"{self.name}{endings[0]}"

    @property
    def is_picture(self) -> bool:
        return bool(self.clean_path)

    @property
    def why_gone(self) -> str:
        """When and why the bytes were given up, for the place where the picture stood; empty while they are there."""
        if self.removed_at is None:
            return ""
        said = {"day": f"{self.removed_at.astimezone(deadlines.SHANGHAI):%Y-%m-%d}"}
        if self.removed_why == Removal.EXPIRED:
            return gettext("Removed on %(day)s: it was made for a short time only.") % said
        return gettext("Removed on %(day)s by the keeping rule.") % said

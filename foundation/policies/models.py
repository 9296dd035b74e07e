"""The abstract rule row every app's policies derive from."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _


class NoPolicy(LookupError):
    """No row is in force at the asked moment: a mistake of the platform's, shown to operations."""


class PolicyQuerySet(models.QuerySet[Any]):
    def in_force(self, at: datetime, **key: Any) -> Any:
        """The row in force at `at`: the newest whose `effective_from` has come; the later row wins a tie.

        Raises NoPolicy when there is none.
        """
        row = self.filter(effective_from__lte=at, **key).order_by("-effective_from", "-pk").first()
        if row is None:
            raise NoPolicy(f"{self.model._meta.label} {key} at {at.isoformat()}")
        return row


class PolicyRow(models.Model):
    """One version of a rule, valid from `effective_from` (UTC) until a newer one.

    Rows in force are read-only: a change is a new row. A case keeps a PROTECT key to its row and copies of what it
    decides, so a later change never moves an open case. `source_note` says where the figure comes from; "ours" when
    no source gives one, and the admin shows it as such.
    """

    effective_from = models.DateTimeField(gettext_lazy("effective from"))
    name_zh = models.CharField(gettext_lazy("name (Chinese)"), max_length=80)
    name_en = models.CharField(gettext_lazy("name (English)"), max_length=80)
    source_note = models.TextField(gettext_lazy("source"), default="ours")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=gettext_lazy("created by"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(gettext_lazy("created"), auto_now_add=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.name} ({self.effective_from:%Y-%m-%d})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only new rows are saved; raises ValidationError for one that exists."""
        if self.pk and not kwargs.get("force_insert"):
            raise ValidationError(_("A rule that exists is never changed: add a new row with a later start."))
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

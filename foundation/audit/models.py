"""The audit record."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class AppendOnly(Exception):
    """An audit row was about to be changed or deleted."""


class EntryQuerySet(models.QuerySet["Entry"]):
    def for_subject(self, subject: models.Model) -> "EntryQuerySet":
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)

    def update(self, **kwargs: Any) -> int:
        raise AppendOnly("Audit entries are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnly("Audit entries are never deleted.")


class Entry(models.Model):
    """One thing that happened: who, what, when, from which state to which, why (rules §0).

    Written in the same transaction as the change it tells of, by the service that made it. Append-only: on PostgreSQL a
    trigger refuses UPDATE and DELETE, everywhere the model does. `actor_name` outlives the account. `data` holds values
    for the verb's sentence; never a raw phone number or address.
    """

    verb = models.CharField(_("act"), max_length=64)
    subject_type = models.CharField(_("kind of thing"), max_length=64)
    subject_id = models.BigIntegerField(_("number of the thing"))
    shop_id = models.BigIntegerField(_("shop number"), null=True)
    order_id = models.BigIntegerField(_("order key"), null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who"),
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField(_("done by"), max_length=150, blank=True)
    from_state = models.CharField(_("state before"), max_length=32, blank=True)
    to_state = models.CharField(_("state after"), max_length=32, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)
    at = models.DateTimeField(_("recorded at"), db_default=Now())
    request_id = models.CharField(_("request ID"), max_length=64, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of the record")
        verbose_name_plural = _("lines of the record")
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="audit_subject"),
            models.Index(fields=["order_id", "id"], name="audit_order", condition=models.Q(order_id__isnull=False)),
            models.Index(fields=["shop_id", "id"], name="audit_shop"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type}:{self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and not kwargs.get("force_insert"):
            raise AppendOnly("Audit entries are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("Audit entries are never deleted.")

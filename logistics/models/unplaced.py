"""What a carrier said of an interception nobody could tell."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop

from .interceptions import CarrierEvent


class WhyUnplaced(models.TextChoices):
    UNKNOWN = "unknown", _("no interception is known by it")
    SEVERAL = "several", _("several run that it may be about")


class UnplacedWord(models.Model):
    """A signed push about an interception that names none we know, or may be about several: operations place it or set
    it aside (rules §4.4). Kept once per content.

    `said` is the push as it came; `at` its moment, UTC, null where it names none. `event` is what it became.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("shop"))
    number = models.CharField(_("tracking number"), max_length=64, blank=True)
    reference = models.CharField(_("carrier's reference"), max_length=64, blank=True)
    code = models.CharField(_("code"), max_length=40, blank=True)
    text = models.CharField(_("words"), max_length=300, blank=True)
    at = models.DateTimeField(_("moment"), null=True, blank=True)
    said = models.JSONField(_("push"))
    source = models.CharField(_("source"), max_length=20)
    why = models.CharField(_("why nobody knows"), max_length=8, choices=WhyUnplaced)
    digest = models.CharField(_("fingerprint"), max_length=64, unique=True)
    received_at = models.DateTimeField(_("came"))
    settled_at = models.DateTimeField(_("dealt with"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    event = models.ForeignKey(
        CarrierEvent, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("what it became")
    )

    class Meta:
        verbose_name = _("unplaced carrier word")
        verbose_name_plural = _("unplaced carrier words")
        indexes = [
            models.Index(fields=["id"], name="logistics_unplaced", condition=Q(settled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.number or self.reference} {self.code}"

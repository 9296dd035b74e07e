"""The daily refund quota 售后退款额度 and the temporary deposit 临时保证金 that raises it."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.ledger.models import Transaction
from foundation.policies.models import PolicyRow

from .accounts import Level


class QuotaPolicy(PolicyRow):
    """How much a shop of this level may refund by itself in a Shanghai day, in fen (rules §7.7)."""

    level = models.CharField(_("shop level"), max_length=8, choices=Level)
    daily_minor = models.BigIntegerField(_("daily quota"), validators=[MinValueValidator(0)])

    class Meta:
        verbose_name = _("refund quota rule")
        verbose_name_plural = _("refund quota rules")


class QuotaDay(models.Model):
    """What a shop used of its quota on one Shanghai day, in fen: the sum of its uses. A new day is a new row."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("shop"))
    day = models.DateField(_("day"))
    used_minor = models.BigIntegerField(_("used"), default=0)

    class Meta:
        verbose_name = _("refund quota day")
        verbose_name_plural = _("refund quota days")
        constraints = [
            models.UniqueConstraint(fields=["shop", "day"], name="deposits_quota_day_one"),
            models.CheckConstraint(condition=Q(used_minor__gte=0), name="deposits_quota_day_used"),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.day}"


class QuotaUse(models.Model):
    """One refund that took from the quota; insert-only. `key` is the refund's, so that a replay takes nothing."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("shop"))
    key = models.CharField(_("key"), max_length=100, unique=True)
    day = models.DateField(_("day"))
    at = models.DateTimeField(_("when"))
    amount_minor = models.BigIntegerField(_("amount"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("by whom"),
    )  # fmt: skip
    order_id = models.BigIntegerField(_("order"), null=True)

    class Meta:
        verbose_name = _("refund quota use")
        verbose_name_plural = _("refund quota uses")
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="deposits_quota_use_positive")]
        indexes = [models.Index(fields=["shop", "day", "at"], name="deposits_quota_use_day")]

    def __str__(self) -> str:
        return self.key


class TemporaryMove(models.Model):
    """A freeze (+) or unfreeze (−) of temporary deposit, in fen; insert-only, its money is `transaction`."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("shop"))
    key = models.CharField(_("key"), max_length=100, unique=True)
    amount_minor = models.BigIntegerField(_("amount"))
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("by whom"),
    )  # fmt: skip
    transaction = models.ForeignKey(
        Transaction, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("transaction"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("temporary deposit movement")
        verbose_name_plural = _("temporary deposit movements")
        constraints = [models.CheckConstraint(condition=~Q(amount_minor=0), name="deposits_temporary_moves")]
        indexes = [models.Index(fields=["shop", "at"], name="deposits_temporary_shop")]

    def __str__(self) -> str:
        return self.key

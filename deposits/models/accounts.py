"""A shop's deposit account, and the rules about how much and when it may go back."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop, ShopKind
from foundation.policies.models import PolicyRow

from ..states import Severity


class Category(models.TextChoices):
    """主营类目: what a shop mainly sells decides, with its kind, how much it must deposit."""

    GENERAL = "general", _("General goods")
    HOME = "home", _("Home and textiles")
    BAGS = "bags", _("Bags and luggage")
    FOOD = "food", _("Food")
    STATIONERY = "stationery", _("Stationery")
    ELECTRONICS = "electronics", _("Electronics")


class Level(models.TextChoices):
    """店铺等级: decides the daily refund quota."""

    BASIC = "basic", _("Basic level")
    GOOD = "good", _("Good level")
    GOLD = "gold", _("Gold level")


class DepositAccount(models.Model):
    """保证金账户: one row per shop, and the lock of everything about its deposit (architecture law 2).

    The money stands in the ledger (accounts deposit, held, temporary; `required_minor` there is set from here). Opening
    a case, applying, approving, paying, spending quota and freezing all lock this row first – after orders and their
    children, before ledger accounts –, so that none of them slips between another's check and its deed.
    """

    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, related_name="deposit_account", verbose_name=_("shop"))
    category = models.CharField(_("main category"), max_length=16, choices=Category, default=Category.GENERAL)
    level = models.CharField(_("shop level"), max_length=8, choices=Level, default=Level.BASIC)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)

    class Meta:
        verbose_name = _("deposit account")
        verbose_name_plural = _("deposit accounts")

    def __str__(self) -> str:
        return str(self.shop)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and "update_fields" not in kwargs:
            raise TypeError("Name the fields to save.")
        super().save(*args, **kwargs)


class DepositPolicy(PolicyRow):
    """How much a shop of this kind and category must keep as deposit, in fen (rules §7.1)."""

    kind = models.CharField(_("kind"), max_length=12, choices=ShopKind)
    category = models.CharField(_("main category"), max_length=16, choices=Category)
    required_minor = models.BigIntegerField(_("required deposit"), validators=[MinValueValidator(0)])

    class Meta:
        verbose_name = _("deposit rule")
        verbose_name_plural = _("deposit rules")


class RefundPolicy(PolicyRow):
    """When a deposit may go back, and how applications are handled (rules §7.3–7.6).

    `listed_days` 0: no days in a row are asked. `stopped_from` is the least severity that stops a review under way.
    `four_eyes_minor` is the amount from which a second reviewer must agree, in fen. `review_days` is what the platform
    promises; past it the application is on the platform's list. `answer_days` is how long the shop has when asked.
    """

    listed_days = models.PositiveSmallIntegerField(_("days listed in a row"), default=30)
    look_back_days = models.PositiveSmallIntegerField(_("days without a major violation"), default=90)
    stopped_from = models.CharField(
        _("a violation this severe stops a review"), max_length=8, choices=Severity, default=Severity.MINOR
    )
    review_days = models.PositiveSmallIntegerField(_("review within days"), default=7)
    answer_days = models.PositiveSmallIntegerField(_("days to answer a question"), default=7)
    four_eyes_minor = models.BigIntegerField(_("second reviewer from"), default=500_000)
    least_minor = models.BigIntegerField(_("least amount"), default=100, validators=[MinValueValidator(1)])
    history_cases = models.PositiveSmallIntegerField(_("closed cases an estimate needs"), default=20)

    class Meta:
        verbose_name = _("deposit refund rule")
        verbose_name_plural = _("deposit refund rules")

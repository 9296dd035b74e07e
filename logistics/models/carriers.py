"""Who carries parcels, what they charge, and what their codes mean."""

import re
import secrets
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.policies.models import PolicyRow

from ..states import ParcelState, Payer


class Carrier(models.Model):
    """A carrier 物流服务商 as the platform keeps it in admin; seeded once (`carrier_rows.py`).

    `number_patterns` are regular expressions of whole numbers: hints that suggest a carrier or warn, never decide.
    `accepts_in` are the parcel states in which the carrier takes an interception; empty, or `can_intercept` off: staff
    get `phone` and `service_url` instead of a button. `again_after_cancel`: would it take a second request?
    """

    code = models.SlugField(gettext_lazy("code"), max_length=20, unique=True)
    name_zh = models.CharField(gettext_lazy("name (Chinese)"), max_length=40)
    name_en = models.CharField(gettext_lazy("name (English)"), max_length=40)
    kuaidi100 = models.CharField(gettext_lazy("code at Kuaidi100"), max_length=32, blank=True, db_index=True)
    phone = models.CharField(gettext_lazy("phone"), max_length=20, blank=True)
    service_url = models.URLField(gettext_lazy("online service"), blank=True)
    number_patterns = models.JSONField(gettext_lazy("number patterns"), default=list, blank=True)
    can_intercept = models.BooleanField(gettext_lazy("can intercept"), default=True)
    accepts_in = models.JSONField(gettext_lazy("takes an interception while"), default=list, blank=True)
    again_after_cancel = models.BooleanField(gettext_lazy("takes another request after a cancel"), default=False)
    adapter = models.SlugField(gettext_lazy("connection"), max_length=20, default="sandbox")  # carriers/<name>: who we talk to about its parcels
    position = models.PositiveSmallIntegerField(gettext_lazy("place in the list"), default=100)
    active = models.BooleanField(gettext_lazy("active"), default=True)

    class Meta:
        verbose_name = gettext_lazy("carrier")
        verbose_name_plural = gettext_lazy("carriers")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en

    def clean(self) -> None:
        """Refuses a pattern that is no regular expression and a state no parcel has."""
        for pattern in self.number_patterns:
            try:
                re.compile(pattern)
            except (re.error, TypeError):
                raise ValidationError({"number_patterns": _("“%(text)s” is no pattern.") % {"text": pattern}}) from None
        if unknown := set(self.accepts_in) - set(ParcelState.values):
            raise ValidationError({"accepts_in": _("Unknown states: %(text)s") % {"text": ", ".join(sorted(unknown))}})

    def accepts(self, parcel_state: str) -> bool:
        """Whether an interception may be asked for while a parcel is in this state (rules §4)."""
        return self.active and self.can_intercept and parcel_state in self.accepts_in


class ChargedOn(models.TextChoices):
    ACCEPTED = "accepted", gettext_lazy("when the carrier accepts")
    SUCCEEDED = "succeeded", gettext_lazy("when the parcel is intercepted")


class CarrierFee(PolicyRow):
    """What an interception costs with a carrier, in fen: a rule row (rules §4 "Fees"); cases copy it.

    `storage_minor_per_day` is charged for each begun day after `storage_free_days` from interception to return, at
    most `storage_most_days`.
    """

    carrier = models.ForeignKey(
        Carrier, verbose_name=gettext_lazy("carrier"), on_delete=models.PROTECT, related_name="fees"
    )
    intercept_minor = models.BigIntegerField(gettext_lazy("interception (fen)"), validators=[MinValueValidator(0)])
    charged_on = models.CharField(
        gettext_lazy("charged"), max_length=10, choices=ChargedOn, default=ChargedOn.SUCCEEDED
    )
    storage_free_days = models.PositiveSmallIntegerField(gettext_lazy("days of free storage"), default=3)
    storage_minor_per_day = models.BigIntegerField(gettext_lazy("storage a day (fen)"), default=100)
    storage_most_days = models.PositiveSmallIntegerField(gettext_lazy("days of storage at most"), default=30)

    class Meta:
        verbose_name = gettext_lazy("carrier fee")
        verbose_name_plural = gettext_lazy("carrier fees")


class LogisticsPolicy(PolicyRow):
    """When a parcel is watched, when it counts as lost, who pays for it, whom to call (rules §4); hours and fen."""

    no_scan_hours = models.PositiveSmallIntegerField(gettext_lazy("no first scan after (hours)"), default=24)
    stalled_hours = models.PositiveSmallIntegerField(gettext_lazy("no movement after (hours)"), default=24)
    lost_hours = models.PositiveSmallIntegerField(gettext_lazy("counts as lost after (hours)"), default=48)
    answer_minutes = models.PositiveSmallIntegerField(
        gettext_lazy("no answer of the carrier after (minutes)"), default=30, validators=[MinValueValidator(1)]
    )
    pause_cap_hours = models.PositiveSmallIntegerField(
        gettext_lazy("an interception holds a case's clock at most (hours)"), default=168
    )
    lost_payer = models.CharField(
        gettext_lazy("a lost parcel is paid by"), max_length=10, choices=Payer, default=Payer.PLATFORM
    )
    reship_cost_minor = models.BigIntegerField(
        gettext_lazy("freight of a reship (fen)"),
        default=800,
        validators=[MinValueValidator(0), MaxValueValidator(100_000)],
    )

    platform_phone = models.CharField(gettext_lazy("phone of the platform's service"), max_length=20, blank=True)
    platform_service_url = models.URLField(gettext_lazy("the platform's online service"), blank=True)

    class Meta:
        verbose_name = gettext_lazy("logistics rule")
        verbose_name_plural = gettext_lazy("logistics rules")

    def clean(self) -> None:
        """Refuses the buyer as the one who pays for a lost parcel: what is sent again is free to the buyer."""
        if self.lost_payer == Payer.BUYER:
            raise ValidationError({"lost_payer": _("The buyer never pays for a lost parcel.")})


class CarrierCode(models.Model):
    """What a code of a source means: scans → ParcelState, interceptions → a verb of `states.INTERCEPTION`.

    A code nobody knows is written here with an empty `meaning` and changes nothing until a human says what it is:
    operations' list in admin. `seen` counts how often it came.
    """

    source = models.CharField(gettext_lazy("source"), max_length=40)  # "kuaidi100", "kuaidi100:intercept", "sandbox" …
    code = models.CharField(gettext_lazy("code"), max_length=40)
    meaning = models.CharField(gettext_lazy("meaning"), max_length=20, blank=True)
    sample = models.CharField(gettext_lazy("sample"), max_length=300, blank=True)
    seen = models.PositiveIntegerField(gettext_lazy("times seen"), default=0)
    first_seen_at = models.DateTimeField(gettext_lazy("first seen"), null=True, blank=True)
    last_seen_at = models.DateTimeField(gettext_lazy("last seen"), null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("carrier code")
        verbose_name_plural = gettext_lazy("carrier codes")
        constraints = [models.UniqueConstraint(fields=["source", "code"], name="logistics_code_unique")]

    def __str__(self) -> str:
        return f"{self.source} {self.code}"


def new_salt() -> str:
    return secrets.token_hex(16)


class ShopHook(models.Model):
    """Where carriers' pushes for a shop are checked against: the shop's own salt. Made when first asked for."""

    shop = models.OneToOneField(
        Shop, verbose_name=gettext_lazy("shop"), on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    salt = models.CharField(gettext_lazy("salt"), max_length=64, default=new_salt)
    renewed_at = models.DateTimeField(gettext_lazy("renewed"), null=True, blank=True)
    last_push_at = models.DateTimeField(gettext_lazy("last report"), null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("tracking callback")
        verbose_name_plural = gettext_lazy("tracking callbacks")

    def __str__(self) -> str:
        return str(self.shop_id)


def fee_in_force(carrier: Carrier, at: datetime) -> Any:
    """The carrier's fee row at `at`; raises NoPolicy when the platform has given none."""
    return CarrierFee.objects.in_force(at, carrier=carrier)

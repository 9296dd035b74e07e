"""What was said to whom about an order."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.accounts.models import Shop
from foundation.files.models import StoredFile

from .order import Order


class Party(models.TextChoices):
    BUYER = "buyer", _("Buyer")
    CARRIER = "carrier", _("Carrier")
    PLATFORM = "platform", _("Platform")


class Channel(models.TextChoices):
    PHONE = "phone", pgettext_lazy("contact channel", "Phone")
    CHAT = "chat", _("Chat")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
    VISIT = "visit", _("In person")


class ContactRecord(models.Model):
    """Who was talked to, how, when, what was said, with files (rules §0 "Contact record"); insert-only.

    Rules that say "talk first" (a negotiated answer, a rejection) ask for one of these.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="contacts")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=100, unique=True)
    who = models.CharField(_("talked to"), max_length=10, choices=Party)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    at = models.DateTimeField(_("when"))
    said = models.TextField(_("what was said"), max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("contact record")
        verbose_name_plural = _("contact records")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.number


class Reveal(models.Model):
    """Somebody looked at a buyer's unmasked data; insert-only, holds none of it (rules §0).

    Beside the audit row, so that the limit per person and hour is one indexed count.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["by", "at"], name="orders_reveal_by")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.at:%Y-%m-%d %H:%M}"

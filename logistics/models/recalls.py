"""Parcels to get back without a number, and parcels that never arrived."""

from functools import partial

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.files.models import StoredFile
from foundation.lifecycle.randoms import public_number
from orders.models import ContactRecord, Order

from ..states import RECALL, Payer, RecallState, WayOut
from .carriers import Carrier
from .parcels import Parcel

recall_number = partial(public_number, "RC")


class Recall(models.Model):
    """召回 of a parcel that left without a number: somebody of the shop gets it back from the carrier (rules §4).

    Never delays the refund. `cost_minor` (fen) is booked as `recall:N:cost` when it is closed, by `payer`; proof are
    pictures, `contact` the recorded talk with the carrier. One open recall per parcel.
    """

    LIFECYCLE = RECALL

    parcel = models.ForeignKey(Parcel, verbose_name=_("parcel"), on_delete=models.PROTECT, related_name="recalls")
    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="recalls")
    shop = models.ForeignKey(Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(_("number"), max_length=20, unique=True, default=recall_number)
    key = models.CharField(_("key"), max_length=100, unique=True)
    status = models.CharField(_("state"), max_length=10, choices=RecallState, default=RecallState.TO_RECALL)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    carrier = models.ForeignKey(
        Carrier, verbose_name=_("carrier"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("in charge"),
    )
    contact = models.ForeignKey(
        ContactRecord,
        verbose_name=_("contact record"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    proof = models.ManyToManyField(StoredFile, verbose_name=_("proof"), related_name="+", blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    payer = models.CharField(_("paid by"), max_length=10, choices=Payer, default=Payer.SHOP)
    cost_minor = models.BigIntegerField(_("cost"), default=0)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("opened by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        constraints = [
            models.UniqueConstraint(
                fields=["parcel"], condition=models.Q(status="to_recall"), name="logistics_one_open_recall"
            ),
            models.CheckConstraint(condition=models.Q(cost_minor__gte=0), name="logistics_recall_cost"),
        ]
        indexes = [models.Index(fields=["shop", "status", "opened_at", "id"], name="recalls_status")]

    def __str__(self) -> str:
        return self.number


class Loss(models.Model):
    """What was done about a lost parcel, once (rules §4): reship, replace or compensate; insert-only.

    `key` is the form's: the same sending twice is one. `payer` is recorded from the rule in force; `amount_minor` (fen) is the freight of the reship or the compensation,
    booked as `parcel:N:reship` (N the new parcel) or `parcel:N:compensation`.
    """

    parcel = models.OneToOneField(Parcel, verbose_name=_("parcel"), on_delete=models.PROTECT, related_name="loss")
    key = models.CharField(_("key"), max_length=100, unique=True)
    shop = models.ForeignKey(Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="+")
    way = models.CharField(_("way out"), max_length=10, choices=WayOut)
    payer = models.CharField(_("paid by"), max_length=10, choices=Payer)
    amount_minor = models.BigIntegerField(_("amount (fen)"), default=0)
    reship = models.OneToOneField(
        Parcel,
        verbose_name=_("parcel sent instead"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaces",
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("moment"))

    class Meta:
        verbose_name = _("lost parcel")
        verbose_name_plural = _("lost parcels")

    def __str__(self) -> str:
        return f"{self.parcel_id} {self.way}"

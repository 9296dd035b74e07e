"""A parcel, its scans, and what came for parcels nobody knows yet."""

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.files.models import StoredFile
from foundation.lifecycle.randoms import public_number
from orders.models import Order

from ..querysets import ParcelQuerySet
from ..states import PARCEL, TERMINAL, Anomaly, ParcelKind, ParcelState, Payer
from .carriers import Carrier

parcel_number = partial(public_number, "PC")


class Parcel(models.Model):
    """One parcel of one order (rules §4); `tracking_number` is empty while it was handed over without one.

    Verbs: `logistics.services` ships, numbers, reships; scans alone move `status`. `interception_status` is the newest
    interception's, "" without one; `province` the order's. Times are UTC. `key` says what made it ("order:5:first",
    "workorder:12:reship"): the same thing never makes two.

    Invariants (database): one first parcel per order; one parcel per key.
    """

    LIFECYCLE = PARCEL

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="parcels")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=20, unique=True, default=parcel_number)
    key = models.CharField(max_length=100, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=ParcelKind, default=ParcelKind.FIRST)
    carrier = models.ForeignKey(
        Carrier,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("carrier"),
    )
    tracking_number = models.CharField(_("tracking number"), max_length=64, blank=True)
    status = models.CharField(_("parcel state"), max_length=12, choices=ParcelState, default=ParcelState.LABEL)
    arrival_status = models.CharField(
        max_length=12, choices=ParcelState, default=ParcelState.LABEL, editable=False
    )  # what it came in as, before any scan of ours
    version = models.PositiveIntegerField(default=0, editable=False)
    province = models.CharField(_("province"), max_length=40, blank=True)

    created_at = models.DateTimeField(_("made"))
    shipped_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    numbered_at = models.DateTimeField(_("tracking number entered"), null=True, blank=True)
    picked_up_at = models.DateTimeField(_("picked up"), null=True, blank=True)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True)
    returned_at = models.DateTimeField(_("came back"), null=True, blank=True)
    last_scan_at = models.DateTimeField(_("last scan"), null=True, blank=True)
    last_scan_text = models.CharField(max_length=200, blank=True)

    anomaly = models.CharField(_("anomaly"), max_length=10, choices=Anomaly, blank=True, default="")
    anomaly_at = models.DateTimeField(null=True, blank=True)
    anomaly_seen_at = models.DateTimeField(null=True, blank=True)  # somebody looked and set it aside, until a worse one
    interception_status = models.CharField(_("interception"), max_length=12, blank=True, default="")
    payer = models.CharField(_("paid by"), max_length=10, choices=Payer, default=Payer.SHOP)
    cost_minor = models.BigIntegerField(_("freight"), default=0)

    objects = ParcelQuerySet.as_manager()

    class Meta:
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(kind="first"), name="logistics_one_first_parcel"),
        ]
        indexes = [
            models.Index(fields=["shop", "created_at", "id", "status"], name="parcels_made"),
            models.Index(fields=["shop", "status", "created_at", "id"], name="parcels_status"),
            models.Index(fields=["shop", "carrier", "created_at", "id", "status"], name="parcels_carrier"),
            models.Index(fields=["shop", "province", "created_at", "id", "status"], name="parcels_province"),
            models.Index(fields=["shop", "anomaly", "created_at", "id"], name="parcels_anomaly", condition=~Q(anomaly="")),
            models.Index(fields=["shop", "created_at", "id"], name="parcels_no_number",
                         condition=Q(tracking_number="", status="label")),
            models.Index(fields=["shop", "interception_status", "created_at", "id"], name="parcels_intercepted",
                         condition=~Q(interception_status="")),
            models.Index(fields=["shop", "kind", "created_at", "id"], name="parcels_kind", condition=~Q(kind="first")),
            models.Index(fields=["tracking_number", "shop"], name="parcels_tracking"),
            models.Index(fields=["last_scan_at", "id"], name="parcels_quiet", condition=Q(status__in=[
                "picked_up", "in_transit", "delivering", "in_locker", "exception", "refused", "returning"])),
            models.Index(fields=["numbered_at", "id"], name="parcels_no_scan", condition=Q(status="label")),
            models.Index(fields=["returned_at", "id"], name="parcels_back", condition=Q(status="returned")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def number_missing(self) -> bool:
        """Handed over without a tracking number 已发货未填单号, and not known to be at its end."""
        return not self.tracking_number and self.status == ParcelState.LABEL

    @property
    def is_over(self) -> bool:
        return self.status in TERMINAL

    @property
    def tail(self) -> str:
        """The last four characters: what is typed to confirm what can't be undone."""
        return self.tracking_number[-4:]


class Scan(models.Model):
    """One event a carrier reported, stored once (F24, F25): insert-only.

    `digest` is of moment, code and words: the same event under another id is the same. `state` is the ParcelState the
    code means, "" for one nobody knows yet. `source` is who said it ("kuaidi100", "sandbox", "staff"). `number` is "" while
    the scan is of the number its parcel has, the earlier number once that was corrected: then it is history and moves
    nothing.
    """

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="scans", db_index=False)
    digest = models.CharField(max_length=32)
    at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=ParcelState, blank=True)
    code = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=300, blank=True)
    place = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=20)
    received_at = models.DateTimeField(db_default=Now())
    number = models.CharField(_("earlier number"), max_length=64, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("scan")
        verbose_name_plural = _("scans")
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["parcel", "digest"], name="logistics_scan_once")]
        indexes = [  # what a code nobody knew came with, until somebody says what it means
            models.Index(fields=["source", "code"], name="logistics_scan_unread", condition=Q(state="") & ~Q(code="")),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.text}"


class ParkedPush(models.Model):
    """Scans that came for a number no parcel of the shop has yet (F27): applied when it appears, never lost.

    `scans` is what `tracking.Event.as_json` makes; `digest` of shop, carrier, number and scans keeps a replay out.
    """

    shop = models.ForeignKey(Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier_code = models.CharField(_("code of the carrier"), max_length=32)
    tracking_number = models.CharField(_("tracking number"), max_length=64)
    source = models.CharField(_("reported by"), max_length=20)
    scans = models.JSONField(_("scans"))
    digest = models.CharField(_("fingerprint"), max_length=64, unique=True)
    received_at = models.DateTimeField(_("received"))
    applied_at = models.DateTimeField(_("applied"), null=True, blank=True)

    class Meta:
        verbose_name = _("parked push")
        verbose_name_plural = _("parked pushes")
        indexes = [
            models.Index(
                fields=["shop", "tracking_number"], name="logistics_parked", condition=Q(applied_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.carrier_code} {self.tracking_number}"


class Watch(models.Model):
    """That we ask a carrier about a parcel: subscribed once, then asked with back-off until the parcel is at its end.

    Claimed by conditional UPDATE (`claimed_at`), asked outside locks; `error` is the last refusal's words; `given_up_at`
    after a final one: a human's list.
    """

    parcel = models.OneToOneField(
        Parcel, verbose_name=_("parcel"), on_delete=models.CASCADE, related_name="watch", primary_key=True
    )
    adapter = models.SlugField(_("connection"), max_length=20)
    subscribed_at = models.DateTimeField(_("subscribed"), null=True, blank=True)
    next_at = models.DateTimeField(_("next try"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    given_up_at = models.DateTimeField(_("given up"), null=True, blank=True)

    class Meta:
        verbose_name = _("watched parcel")
        verbose_name_plural = _("watched parcels")
        indexes = [
            models.Index(fields=["next_at"], name="logistics_watch_due", condition=Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.parcel_id} {self.adapter}"


class Attachment(models.Model):
    """A screenshot or chat record staff put to a parcel, and who did (rules §4 "Records"); insert-only."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="attachments")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(_("caption"), max_length=120, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.caption or str(self.file_id)

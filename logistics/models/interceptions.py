"""An interception, what goes out to the carrier about it, and what the carrier said."""

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.lifecycle.randoms import public_number
from orders.models import Order

from ..querysets import InterceptionQuerySet
from ..states import CALL, INTERCEPTION, OPEN, CallKind, CallState, Origin, Payer, Status, WhyCancel, WhyIntercept
from .carriers import Carrier, CarrierFee, ChargedOn
from .parcels import Parcel
from .rules import InterceptionRule

interception_number = partial(public_number, "IC")


class Interception(models.Model):
    """物流拦截 of one parcel: asked for once, moved by the carrier's word, cancelled once and for good (rules §4).

    What it costs is copied from the carrier's fee row when it is asked for, in fen. `fee_at` is when the interception fee
    was booked, `storage_days` how many days of storage were. `payer` pays: the shop, or after a cancel the responsible
    party. `province` and `carrier` are copies, so that success rates are one indexed table.

    Invariants (database): one open interception per parcel.
    """

    LIFECYCLE = INTERCEPTION

    parcel = models.ForeignKey(Parcel, verbose_name=_("parcel"), on_delete=models.PROTECT, related_name="interceptions")
    order = models.ForeignKey(Order, verbose_name=_("order"), on_delete=models.PROTECT, related_name="interceptions")
    shop = models.ForeignKey(Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="+", db_index=False)
    carrier = models.ForeignKey(
        Carrier, verbose_name=_("carrier"), on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.CharField(_("number"), max_length=20, unique=True, default=interception_number)
    key = models.CharField(_("key"), max_length=100, unique=True)
    status = models.CharField(_("progress"), max_length=12, choices=Status, default=Status.REQUESTED)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    province = models.CharField(_("province"), max_length=40, blank=True)

    origin = models.CharField(_("started"), max_length=8, choices=Origin, default=Origin.MANUAL)
    rule = models.ForeignKey(
        InterceptionRule, verbose_name=_("rule"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=16, choices=WhyIntercept)
    note = models.CharField(_("note"), max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked for by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    requested_at = models.DateTimeField(_("asked for"))
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    succeeded_at = models.DateTimeField(_("intercepted"), null=True, blank=True)
    returning_at = models.DateTimeField(_("on its way back"), null=True, blank=True)
    returned_at = models.DateTimeField(_("came back"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    reference = models.CharField(_("carrier's reference"), max_length=64, blank=True)
    said = models.CharField(_("the carrier says"), max_length=300, blank=True)

    fee_policy = models.ForeignKey(
        CarrierFee, verbose_name=_("fee in force"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    fee_minor = models.BigIntegerField(_("interception fee"), default=0)
    charged_on = models.CharField(_("charged on"), max_length=10, choices=ChargedOn, default=ChargedOn.SUCCEEDED)
    storage_free_days = models.PositiveSmallIntegerField(_("days of free storage"), default=0)
    storage_minor_per_day = models.BigIntegerField(_("storage a day (fen)"), default=0)
    storage_most_days = models.PositiveSmallIntegerField(_("days of storage at most"), default=0)
    payer = models.CharField(_("paid by"), max_length=10, choices=Payer, default=Payer.SHOP)
    fee_at = models.DateTimeField(_("fee charged"), null=True, blank=True)
    storage_days = models.PositiveSmallIntegerField(_("days of storage"), default=0)

    cancel_reason = models.CharField(_("reason of the cancel"), max_length=16, choices=WhyCancel, blank=True)
    cancel_note = models.CharField(_("note on the cancel"), max_length=300, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("cancelled by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = InterceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("interception")
        verbose_name_plural = _("interceptions")
        constraints = [
            models.UniqueConstraint(
                fields=["parcel"],
                condition=Q(status__in=[one.value for one in OPEN]),
                name="logistics_one_open_interception",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "requested_at", "id", "status"], name="intercept_asked"),
            models.Index(fields=["shop", "status", "requested_at", "id"], name="intercept_status"),
            models.Index(fields=["shop", "carrier", "requested_at", "id", "status"], name="intercept_carrier"),
            models.Index(
                fields=["requested_at", "id"],
                name="intercept_unanswered",
                condition=Q(status__in=["requested", "unknown"]),
            ),
            models.Index(
                fields=["succeeded_at", "id"],
                name="intercept_stored",
                condition=Q(status__in=["succeeded", "returning"]),
            ),
            models.Index(fields=["shop", "fee_at"], name="intercept_fees", condition=Q(fee_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class CarrierCall(models.Model):
    """One call to a carrier about an interception: an outbox row (architecture law 4).

    Written with the change it belongs to, claimed by conditional UPDATE, sent outside every lock, marked. `key` is
    unique and goes to the carrier as its idempotency key. An outcome nobody knows is never sent again by itself.
    """

    LIFECYCLE = CALL

    interception = models.ForeignKey(
        Interception, verbose_name=_("interception"), on_delete=models.PROTECT, related_name="calls"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=CallKind)
    key = models.CharField(_("key"), max_length=100, unique=True)
    status = models.CharField(_("state"), max_length=8, choices=CallState, default=CallState.PENDING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"))
    claimed_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("call to a carrier")
        verbose_name_plural = _("calls to carriers")
        indexes = [
            models.Index(fields=["next_at", "id"], name="carrier_call_due", condition=Q(status="pending")),
            models.Index(fields=["claimed_at"], name="carrier_call_stuck", condition=Q(status="sending")),
        ]

    def __str__(self) -> str:
        return self.key


class CarrierEvent(models.Model):
    """What a carrier said about an interception, stored once: insert-only, also what came too late (F23).

    `digest` is of moment, code and words. `verb` is the move its code means, "" for one nobody knows; `moved` whether the
    interception took it; `why_not` the sentence when it did not.
    """

    interception = models.ForeignKey(Interception, on_delete=models.PROTECT, related_name="events", db_index=False)
    digest = models.CharField(max_length=32)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    code = models.CharField(max_length=40)
    verb = models.CharField(max_length=12, blank=True)
    text = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=20)
    moved = models.BooleanField(default=False)
    why_not = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("word of a carrier")
        verbose_name_plural = _("words of carriers")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["interception", "digest"], name="logistics_event_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

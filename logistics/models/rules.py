"""When a parcel is intercepted by itself, and what buyers asked for."""

from functools import partial

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.lifecycle.randoms import public_number
from orders.models import Order

from ..states import ParcelState, RequestKind
from .carriers import Carrier
from .parcels import Parcel

rule_number = partial(public_number, "IR")


class InterceptionRule(models.Model):
    """拦截规则: refund-only, full amount, in transit; order amount from–to in fen, carriers, priority (rules §4).

    The first that fits by (priority, pk) acts; no carriers chosen means every carrier that can intercept. `to_minor`
    empty: no upper end. Both ends belong to the range. Its history with who stands in the audit record.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True, default=rule_number)
    name = models.CharField(_("name"), max_length=60)
    from_minor = models.BigIntegerField(_("order amount from"), default=0)
    to_minor = models.BigIntegerField(_("order amount to"), null=True, blank=True)
    carriers = models.ManyToManyField(Carrier, related_name="+", blank=True, verbose_name=_("Carriers"))
    priority = models.PositiveSmallIntegerField(_("priority"), default=100)
    enabled = models.BooleanField(_("on"), default=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("interception rule")
        verbose_name_plural = _("interception rules")
        ordering = ["priority", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_minor__gte=0) & (Q(to_minor__isnull=True) | Q(to_minor__gte=F("from_minor"))),
                name="logistics_rule_range",
            )
        ]

    def __str__(self) -> str:
        return self.name


class RefundRequest(models.Model):
    """A buyer asked for a refund: one row each time, with the facts of that moment, so that rules can be replayed.

    Insert-only but for `interception` and `withdrawn_at`. `order_minor` is what the order paid (the
    rule's amount range is of it), `amount_minor` what was asked for, both fen; `parcel_state` and `carrier` the first
    parcel's then; `could_intercept` whether that carrier would have taken it in that state; `fee_minor` what it would
    have cost by the fee in force. `key` is the caller's: the same request twice is one row.
    Wrong catch = `withdrawn_at` set: the buyer wanted the goods after all.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refund_requests")
    parcel = models.ForeignKey(Parcel, null=True, on_delete=models.PROTECT, related_name="+")
    carrier = models.ForeignKey(Carrier, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=14, choices=RequestKind)
    amount_minor = models.BigIntegerField()
    order_minor = models.BigIntegerField()
    full = models.BooleanField()
    parcel_state = models.CharField(max_length=12, choices=ParcelState, blank=True)
    could_intercept = models.BooleanField(default=False)
    fee_minor = models.BigIntegerField(default=0)
    rule = models.ForeignKey(InterceptionRule, null=True, on_delete=models.PROTECT, related_name="+")
    interception = models.ForeignKey(
        "logistics.Interception", null=True, on_delete=models.PROTECT, related_name="requests"
    )
    why_not = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("refund request")
        verbose_name_plural = _("refund requests")
        indexes = [
            models.Index(fields=["shop", "at", "id"], name="logistics_asked"),
            models.Index(
                fields=["shop", "at", "order_minor", "carrier", "fee_minor", "amount_minor", "withdrawn_at"],
                name="logistics_what_if",
                condition=Q(kind="refund_only", full=True, could_intercept=True),
            ),
        ]

    def __str__(self) -> str:
        return self.key

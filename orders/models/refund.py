"""Money that went back to the buyer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.ledger.models import Transaction

from ..querysets import RefundQuerySet
from .order import Order, OrderLine


class Cause(models.TextChoices):
    BUYER_REQUEST = "buyer_request", _("The buyer asked")  # the shop agrees to what the buyer wants
    NEGOTIATED = "negotiated", _("Negotiated with the buyer")  # 友好协商, with a contact record
    GOODWILL = "goodwill", _("Goodwill")  # the shop's own offer
    OUT_OF_STOCK = "out_of_stock", _("Out of stock")  # 缺货
    PLATFORM = "platform", _("Decided by the platform")  # forfeit, verdict: no gate, quota or restriction holds it back
    ARRIVED = "arrived", _("Refunded before it arrived here")  # came in with an import


SELLER_CAUSES = frozenset({Cause.BUYER_REQUEST, Cause.NEGOTIATED, Cause.GOODWILL, Cause.OUT_OF_STOCK})


class Refund(models.Model):
    """One refund of an order, in fen; insert-only (rules §2, §3).

    `key` is the caller's idempotency key: the same key twice is the same refund. `subject` is what caused it (a work
    order, say), as type and id: no foreign key upward. The order's `refunded_minor` is the sum of these rows.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=20, unique=True)
    key = models.CharField(max_length=100, unique=True)
    amount_minor = models.BigIntegerField()
    cause = models.CharField(max_length=16, choices=Cause)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=64, blank=True)
    subject_id = models.BigIntegerField(null=True)
    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="orders_refund_positive")]
        indexes = [models.Index(fields=["shop", "at", "id"], name="orders_refund_shop")]

    def __str__(self) -> str:
        return self.number


class RefundLine(models.Model):
    """How much of a refund fell on one line, in fen; what fell on none is postage or an order without lines."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="orders_refund_line_positive")]

    def __str__(self) -> str:
        return f"{self.refund_id}: {self.amount_minor}"

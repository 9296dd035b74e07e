"""A refund application, what both sides said about it, and the attempts to pay it."""

from functools import partial
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.files.models import StoredFile
from foundation.lifecycle.randoms import public_number

from ..states import APPLICATION, HOLDS, OPEN, PAYOUT, Decided, PayoutState, Status, WhyStopped
from .accounts import RefundPolicy
from .violations import Violation

application_number = partial(public_number, "DR")
BANDS = (100_000, 200_000, 500_000, 1_000_000)  # fen: upper ends of the amount bands an estimate compares within


class RefundApplication(models.Model):
    """保证金退还申请: how much the shop wants back, and how far it is (rules §7.5).

    The amount stands in `held` while it is open. `first_by` agreed first where two reviewers must; `review_due_at` is
    the platform's promise, without the days the shop had the ball; `escalated_at` when it was missed. `waits_for` says
    what held back the last try to approve or to pay it, in the house's language; `parked_at` and its reason that only
    operations let it be paid again. Invariants (database): one open application per shop; paid has its moment.
    """

    LIFECYCLE = APPLICATION

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("shop"))
    number = models.CharField(_("number"), max_length=20, unique=True, default=application_number)
    key = models.CharField(_("key"), max_length=100, unique=True)
    policy = models.ForeignKey(
        RefundPolicy, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("rule"),
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.APPLIED)
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    amount_minor = models.BigIntegerField(_("amount"))
    shop_kind = models.CharField(_("kind"), max_length=12)
    band = models.PositiveSmallIntegerField(_("amount band"), default=0)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("applied by"),
    )  # fmt: skip
    applied_at = models.DateTimeField(_("applied"))
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("reviewer"),
    )
    taken_at = models.DateTimeField(_("taken into review"), null=True, blank=True)
    review_due_at = models.DateTimeField(_("review due"))
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    answer_due_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("reminded"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("late since"), null=True, blank=True)
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("first agreed by"),
    )  # fmt: skip
    first_at = models.DateTimeField(_("first agreed"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("decided by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_reason = models.CharField(_("reason of the decision"), max_length=20, choices=Decided, blank=True)
    decided_note = models.TextField(_("note"), blank=True)
    why_stopped = models.CharField(_("why stopped"), max_length=12, choices=WhyStopped, blank=True)
    stopped_by = models.ForeignKey(
        Violation, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("stopping violation"),
    )  # fmt: skip
    waits_for = models.CharField(_("waits for"), max_length=300, blank=True)
    parked_at = models.DateTimeField(_("set aside"), null=True, blank=True)
    parked_reason = models.CharField(_("why set aside"), max_length=300, blank=True)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("deposit refund")
        verbose_name_plural = _("deposit refunds")
        constraints = [
            models.UniqueConstraint(
                fields=["shop"], condition=Q(status__in=[one.value for one in OPEN]), name="deposits_one_open_application"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="deposits_application_amount"),
            models.CheckConstraint(
                condition=Q(status="paid", paid_at__isnull=False) | ~Q(status="paid") & Q(paid_at__isnull=True),
                name="deposits_application_paid_when",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "applied_at", "id"], name="deposits_application_shop"),
            models.Index(
                fields=["applied_at", "id"], name="deposits_application_queue",
                condition=Q(status__in=[one.value for one in HOLDS]),
            ),
            models.Index(fields=["shop_kind", "band", "closed_at"], name="deposits_application_history"),
            models.Index(
                fields=["closed_at", "id"], name="deposits_application_ended", condition=Q(status__in=["paid", "rejected"])
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and "update_fields" not in kwargs:
            raise TypeError("Name the fields to save.")
        super().save(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def needs_two(self) -> bool:
        """Whether a second reviewer must agree."""
        return self.amount_minor >= self.policy.four_eyes_minor


class ApplicationMessage(models.Model):
    """What one side said about an application, with its pictures; never changed."""

    application = models.ForeignKey(
        RefundApplication, on_delete=models.PROTECT, related_name="messages", verbose_name=_("deposit refund"),
    )  # fmt: skip
    from_shop = models.BooleanField(_("from the shop"))
    reason = models.CharField(_("reason"), max_length=20, choices=Decided, blank=True)
    text = models.TextField(_("message"))
    files = models.ManyToManyField(StoredFile, related_name="+", blank=True, verbose_name=_("pictures"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("by whom"),
    )  # fmt: skip
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("message about a deposit refund")
        verbose_name_plural = _("messages about deposit refunds")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.text[:40]}"


class Payout(models.Model):
    """打款: one attempt to pay an application: an outbox row (architecture law 4).

    Written with the claim that moves held → payouts, sent outside every lock, marked. `key` goes to the gateway, which
    pays a key once. Invariant (database): at most one attempt per application that has not certainly failed.
    """

    LIFECYCLE = PAYOUT

    application = models.ForeignKey(
        RefundApplication, on_delete=models.PROTECT, related_name="payouts", verbose_name=_("deposit refund"),
    )  # fmt: skip
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    key = models.CharField(_("key"), max_length=100, unique=True)
    amount_minor = models.BigIntegerField(_("amount"))
    gateway = models.CharField(_("gateway"), max_length=32)
    status = models.CharField(_("status"), max_length=8, choices=PayoutState, default=PayoutState.PENDING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"))
    claimed_at = models.DateTimeField(_("sending since"), null=True, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    reference = models.CharField(_("the gateway's reference"), max_length=64, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=~Q(status="failed"), name="deposits_one_payout_not_failed"
            ),
            models.UniqueConstraint(fields=["application", "attempt"], name="deposits_payout_attempt"),
        ]
        indexes = [
            models.Index(
                fields=["status", "next_at", "id"], name="deposits_payout_due",
                condition=Q(status__in=["pending", "unknown"]),
            ),
            models.Index(fields=["claimed_at"], name="deposits_payout_stuck", condition=Q(status="sending")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.key

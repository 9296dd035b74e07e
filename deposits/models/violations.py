"""Violations 违规记录 and what each kind costs."""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop
from foundation.ledger.models import Transaction
from foundation.lifecycle.randoms import public_number
from foundation.policies.models import PolicyRow

from ..states import VIOLATION, Severity, ViolationStatus

violation_number = partial(public_number, "VL")


class ViolationPolicy(PolicyRow):
    """What a kind of violation is and costs; a kind without a row, or not `counts`, is none (rules §7.2).

    `kind` names it: "forfeited" and "lost" are work orders without an answer and lost ones – with ":<type>" behind it,
    a row for that type of work order alone –, the others are recorded by reviewers. `name_*` is what people read.
    """

    kind = models.CharField(_("kind"), max_length=48, db_index=True)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    deduct_minor = models.BigIntegerField(_("deduction"), default=0, validators=[MinValueValidator(0)])
    counts = models.BooleanField(_("counts"), default=True)
    by_reviewers = models.BooleanField(_("recorded by reviewers"), default=False)

    class Meta:
        verbose_name = _("violation rule")
        verbose_name_plural = _("violation rules")


class Violation(models.Model):
    """违规: what a shop did, when, in which case; what was deducted 扣除 and whether it still stands (rules §7.2).

    Verbs: record, reverse (an upheld appeal). Invariants: `key` once; a deduction has its transaction; reversed ones
    keep theirs and the reversal's. `subject` is the case, as type and id: no foreign key upward. Kind, severity and
    amount are copies of the rule in force `at` the deed.
    """

    LIFECYCLE = VIOLATION

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("shop"))
    number = models.CharField(_("number"), max_length=20, unique=True, default=violation_number)
    key = models.CharField(_("key"), max_length=100, unique=True)
    policy = models.ForeignKey(
        ViolationPolicy, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("rule"),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=48)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity)
    status = models.CharField(_("status"), max_length=8, choices=ViolationStatus, default=ViolationStatus.STANDING)
    at = models.DateTimeField(_("when"))
    deducted_minor = models.BigIntegerField(_("deducted"), default=0)
    deduction = models.ForeignKey(
        Transaction, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("deduction's booking"),
    )  # fmt: skip
    reversal = models.ForeignKey(
        Transaction, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("reversal's booking"),
    )  # fmt: skip
    order_id = models.BigIntegerField(_("order"), null=True, blank=True)
    subject_type = models.CharField(_("kind of subject"), max_length=64, blank=True)
    subject_id = models.BigIntegerField(_("subject"), null=True, blank=True)
    case_number = models.CharField(_("case"), max_length=32, blank=True)
    note = models.TextField(_("note"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("by whom"),
    )  # fmt: skip
    reversed_at = models.DateTimeField(_("reversed"), null=True, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        verbose_name=_("reversed by"),
    )  # fmt: skip
    reverse_note = models.CharField(_("why reversed"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("violation")
        verbose_name_plural = _("violations")
        constraints = [
            models.CheckConstraint(
                condition=Q(deducted_minor=0, deduction__isnull=True) | Q(deducted_minor__gt=0, deduction__isnull=False),
                name="deposits_violation_deduction_booked",
            ),
            models.CheckConstraint(
                condition=Q(status="standing", reversed_at__isnull=True) | Q(status="reversed", reversed_at__isnull=False),
                name="deposits_violation_reversed_when",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "at", "id"], name="deposits_violation_shop"),
            models.Index(
                fields=["shop", "at"], name="deposits_violation_major", condition=Q(severity="major", status="standing")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and "update_fields" not in kwargs and not kwargs.get("force_insert"):
            raise TypeError("Name the fields to save.")
        super().save(*args, **kwargs)

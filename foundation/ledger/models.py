"""Accounts, transactions, entries, and the nightly report on them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop

from . import movements
from .kinds import KIND_CHOICES, KIND_LABELS, Kind


class InsertOnly(Exception):
    """A booked row was about to be changed or deleted. A mistake is put right by another transaction."""


class InsertOnlyQuerySet(models.QuerySet[Any]):
    def update(self, **kwargs: Any) -> int:
        raise InsertOnly("Booked rows are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise InsertOnly("Booked rows are never deleted.")


class Booked(models.Model):
    """What transactions and entries share: written once. PostgreSQL refuses UPDATE and DELETE itself (0002)."""

    objects = InsertOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and not kwargs.get("force_insert"):
            raise InsertOnly("Booked rows are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise InsertOnly("Booked rows are never deleted.")


class Account(models.Model):
    """One of a shop's six pots of money, in fen (rules §2).

    The balance is the sum of the account's entries, kept here so that a draw need not add up years; only the ledger's
    services write it, under this row's lock. Invariants (CHECK): debt ≤ 0, every other ≥ 0. `required_minor` is used
    by the deposit alone: what the shop must keep there, so that income knows how much goes to it.
    """

    shop = models.ForeignKey(
        Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="accounts", db_index=False
    )
    kind = models.CharField(_("account"), max_length=10, choices=Kind)
    balance_minor = models.BigIntegerField(_("balance"), default=0)
    required_minor = models.BigIntegerField(_("required"), default=0)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["shop", "kind"], name="ledger_account_one_per_kind"),
            models.CheckConstraint(
                condition=Q(kind=Kind.DEBT, balance_minor__lte=0) | ~Q(kind=Kind.DEBT) & Q(balance_minor__gte=0),
                name="ledger_account_floor",
            ),
            models.CheckConstraint(
                condition=Q(required_minor=0) | Q(kind=Kind.DEPOSIT, required_minor__gt=0),
                name="ledger_account_required_of_deposit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.kind}"


class Transaction(Booked):
    """One movement of money: entries that sum to zero, booked once under its key (rules §2).

    `total_minor` is what moved, in fen; 0 when an order was settled with nothing left of it. `subject` says what it was
    for ("orders.order" 42) without a key upward. `at` is when it was booked, UTC.
    """

    idempotency_key = models.CharField(_("key"), max_length=120, unique=True)
    movement = models.CharField(_("movement"), max_length=32)
    shop = models.ForeignKey(Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="+", db_index=False)
    order_id = models.BigIntegerField(_("order key"), null=True)
    subject_type = models.CharField(_("kind of subject"), max_length=64, blank=True)
    subject_id = models.BigIntegerField(_("subject key"), null=True)
    total_minor = models.BigIntegerField(_("amount"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("who"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("booked"))

    class Meta:
        verbose_name = _("transaction")
        verbose_name_plural = _("transactions")
        constraints = [
            models.CheckConstraint(condition=Q(total_minor__gte=0), name="ledger_transaction_total_not_negative"),
        ]
        indexes = [
            models.Index(fields=["shop", "at", "id"], name="ledger_transaction_shop"),
            models.Index(fields=["order_id"], name="ledger_transaction_order", condition=Q(order_id__isnull=False)),
            models.Index(
                fields=["subject_type", "subject_id"], name="ledger_transaction_subject",
                condition=Q(subject_id__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.idempotency_key

    @property
    def movement_label(self) -> str:
        return movements.label_of(self.movement)


class Entry(Booked):
    """One signed line of a transaction, in fen: + into the account, − out of it.

    A shop's line names the account and the balance after it; a platform line has neither, its balance is the sum. `at`
    and `order_id` repeat the transaction's, so that a statement and "what is left pending of this order" are one index.
    """

    transaction = models.ForeignKey(Transaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="entries", db_index=False)
    shop_id = models.BigIntegerField(null=True)
    kind = models.CharField(_("account"), max_length=10, choices=KIND_CHOICES)
    amount_minor = models.BigIntegerField(_("amount"))
    balance_after_minor = models.BigIntegerField(_("balance after"), null=True)
    order_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(_("booked"))

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="ledger_entry_moves_something"),
            models.CheckConstraint(
                condition=Q(account__isnull=False, shop_id__isnull=False, balance_after_minor__isnull=False,
                            kind__in=Kind.values)
                | Q(account__isnull=True, shop_id__isnull=True, balance_after_minor__isnull=True)
                & ~Q(kind__in=Kind.values),
                name="ledger_entry_shop_or_platform",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["shop_id", "kind", "at", "id"],
                name="ledger_entry_statement",
                condition=Q(shop_id__isnull=False),
            ),
            models.Index(fields=["order_id", "kind"], name="ledger_entry_order", condition=Q(order_id__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount_minor:+}"

    @property
    def kind_label(self) -> str:
        return str(KIND_LABELS.get(self.kind, self.kind))


class Reconciliation(models.Model):
    """What one night's look at the books found. It reports and never repairs (rules §2).

    One row per Shanghai day; `findings` holds a sentence per difference, none when all adds up.
    """

    day = models.DateField(_("day"), unique=True)
    at = models.DateTimeField(_("checked"))
    transactions = models.BigIntegerField(_("transactions"))
    entries = models.BigIntegerField(_("entries"))
    accounts = models.BigIntegerField(_("accounts"))
    findings = models.JSONField(_("findings"), default=list, blank=True)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ["-day"]

    def __str__(self) -> str:
        return str(self.day)

    @property
    def balanced(self) -> bool:
        return not self.findings

"""Who works here and for which shop."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from . import access
from .roles import Role


class User(AbstractUser):
    """A person who can sign in: shop staff by membership, reviewers by group and `is_staff` (rules §1).

    Signs in with the user name or the phone. Never deleted once they acted: audit rows name them.
    """

    phone = models.CharField(_("phone"), max_length=20, blank=True, db_index=True)
    display_name = models.CharField(_("name"), max_length=60, blank=True)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(fields=["phone"], condition=~models.Q(phone=""), name="accounts_user_phone_unique"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.username


class ShopKind(models.TextChoices):
    INDIVIDUAL = "individual", _("Individual shop")  # bound phone = sign-up phone
    COMPANY = "company", _("Company shop")  # bound phone = manager's phone


class ShopStatus(models.TextChoices):
    ACTIVE = "active", _("Active")  # trades
    CLOSED = "closed", _("Closed")  # staff can look, nothing new begins


class Shop(models.Model):
    """One seller's store: the tenant. `code` stands in every seller URL, `number` is the public shop ID (rules §1).

    Invariants: name, code and number are unique; restrictions are rows, not states.
    """

    number = models.CharField(_("shop ID"), max_length=20, unique=True)
    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("shop name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=ShopKind, default=ShopKind.INDIVIDUAL)
    bound_phone = models.CharField(_("bound phone"), max_length=20, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=ShopStatus, default=ShopStatus.ACTIVE)
    created_at = models.DateTimeField(_("since"), db_default=Now())

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's one role in one shop. Ended memberships stay: they are conflicts of interest (rules §1)."""

    shop = models.ForeignKey(Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, verbose_name=_("person"), on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role)
    joined_at = models.DateTimeField(_("joined"), db_default=Now())
    ended_at = models.DateTimeField(_("left the shop"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "user"], condition=models.Q(ended_at=None), name="accounts_membership_one_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}"

    def can(self, permission: str) -> bool:
        """Whether this role holds `permission`; raises KeyError for one that access.PERMISSIONS does not know."""
        return self.ended_at is None and self.role in access.PERMISSIONS[permission]


class RestrictionReason(models.TextChoices):
    DEBT = "debt", _("The shop owes money")  # opened and lifted by the ledger
    SHORT_DEPOSIT = "short_deposit", _("Deposit below what is required")  # by deposits
    REVIEWER = "reviewer", _("Set by a reviewer")  # by hand
    PHONE_CHANGE = "phone_change", _("Bound phone changed recently")  # cool-down
    RECOVERY = "recovery", _("Account recovered recently")  # cool-down


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def in_force(self, now: datetime) -> "RestrictionQuerySet":
        return self.filter(lifted_at=None).filter(models.Q(until=None) | models.Q(until__gt=now))


class Restriction(models.Model):
    """Why a shop may not take deposit money out or pay small payments; never blocks answering a case (rules §2).

    At most one open row per shop and reason (database constraint). `until` ends it by itself.
    """

    shop = models.ForeignKey(Shop, verbose_name=_("shop"), on_delete=models.PROTECT, related_name="restrictions")
    reason = models.CharField(_("reason"), max_length=16, choices=RestrictionReason)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("restriction")
        verbose_name_plural = _("restrictions")
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "reason"], condition=models.Q(lifted_at=None), name="accounts_restriction_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.reason}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk and "update_fields" not in kwargs:
            raise TypeError("Name the fields to save.")
        super().save(*args, **kwargs)


class PasswordTries(models.Model):
    """How often a password was tried for an account since the count began (rules S17); `key` stands for its name.

    Written by `tries.take` before the password is looked at, so that guesses sent at once can't outrun the count.
    """

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveSmallIntegerField()
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.count}"


class SignIn(models.Model):
    """One place a person is signed in: the row behind "Where I am signed in" (rules S14, S15).

    Goes when the session does; the session itself is Django's. `last_seen_at` is written at most once a minute.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)
    device = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.last_seen_at:%Y-%m-%d %H:%M}"

"""Invitations into a shop."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.accounts.models import Shop, User
from foundation.accounts.roles import Role


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self, now: datetime) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gte=now)


class Invitation(models.Model):
    """A link that lets one person join one shop in one role, once (rules §1).

    Only the link's SHA-256 is kept, so whoever reads the database can't use it. It ends by being used, revoked, or by
    `expires_at`, up to and including that second. `request_key` makes a form that is sent twice one invitation.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="invitations")
    number = models.CharField(_("number"), max_length=20, unique=True)
    role = models.CharField(_("role"), max_length=16, choices=Role)
    name = models.CharField(_("who it is for"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    request_key = models.UUIDField(unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("valid until"))
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["shop", "-created_at"], name="entry_invitation_of_shop")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None), name="entry_invitation_one_end"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def is_usable(self, now: datetime) -> bool:
        return self.accepted_at is None and self.revoked_at is None and now <= self.expires_at

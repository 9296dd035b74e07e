"""What people were told, and what left the house."""

from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle.randoms import public_number

from .states import OUTBOX, Channel, Outgoing

notice_number = partial(public_number, "NT")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def told(self, user: Any, shop_id: int | None) -> "NoticeQuerySet":
        """This person's notices in one shop; `None`: what the platform told them."""
        return self.filter(user=user, shop_id=shop_id)

    def unread(self) -> "NoticeQuerySet":
        """Still asking to be looked at."""
        return self.filter(read_at=None, cancelled_at=None)

    def about(self, subject_type: str, subject_ids: list[int]) -> "NoticeQuerySet":
        return self.filter(subject_type=subject_type, subject_id__among=subject_ids)


class Notice(models.Model):
    """One thing one person was told, in the bell and in the list (rules §9).

    `kind` names the sentence (`notices.py` of the app that tells), `data` fills it; amounts are fen under keys ending
    `_minor`, moments ISO strings under keys ending `_at`. `cancelled_at`: what it asked for was done, by whomever.
    """

    number = models.CharField(_("number"), max_length=20, unique=True, default=notice_number)
    shop_id = models.BigIntegerField(_("shop number"), null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(_("kind"), max_length=64)
    subject_type = models.CharField(_("kind of subject"), max_length=64)
    subject_id = models.BigIntegerField(_("subject key"))
    data = models.JSONField(_("details"), default=dict, blank=True)
    url = models.CharField(_("link"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(fields=["user", "shop_id", "-id"], name="notice_list"),
            models.Index(
                fields=["user", "shop_id", "id"],
                name="notice_unread",
                condition=models.Q(read_at=None, cancelled_at=None),
            ),
            models.Index(
                fields=["subject_type", "subject_id"], name="notice_subject", condition=models.Q(cancelled_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"

    @property
    def is_unread(self) -> bool:
        return self.read_at is None and self.cancelled_at is None


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def due(self, now: datetime) -> "OutboxQuerySet":
        return self.filter(status=Outgoing.PENDING, next_at__lte=now).order_by("next_at", "pk")

    def stuck(self, since: datetime) -> "OutboxQuerySet":
        """Claimed before `since` and never marked: whoever sent them died on the way."""
        return self.filter(status=Outgoing.SENDING, claimed_at__lt=since).order_by("pk")

    def needing_somebody(self) -> "OutboxQuerySet":
        return self.filter(status__in=[Outgoing.DEAD, Outgoing.UNKNOWN])


class OutboxMessage(models.Model):
    """One text message or e-mail: written with the change it tells of, sent later, outside every lock (rules §9).

    claim (conditional UPDATE) → send → mark. `key` is unique and goes to the gateway as its idempotency key. A failed
    try waits longer each time, at most MAX_WAIT, and after MAX_ATTEMPTS the message is a dead letter that operations
    see. An outcome nobody knows is never sent again by itself.
    """

    LIFECYCLE = OUTBOX

    key = models.CharField(_("key"), max_length=120, unique=True)
    channel = models.CharField(_("sent through"), max_length=8, choices=Channel)
    to = models.CharField(_("recipient"), max_length=200)
    subject_line = models.CharField(_("subject line"), max_length=150, blank=True)
    body = models.TextField(_("text"))
    status = models.CharField(_("state"), max_length=10, choices=Outgoing, default=Outgoing.PENDING)
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    next_at = models.DateTimeField(_("next try"))
    claimed_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    shop_id = models.BigIntegerField(_("shop number"), null=True)
    subject_type = models.CharField(_("kind of subject"), max_length=64, blank=True)
    subject_id = models.BigIntegerField(_("subject key"), null=True)
    created_at = models.DateTimeField(_("created"))

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        indexes = [
            models.Index(fields=["next_at", "id"], name="outbox_due", condition=models.Q(status=Outgoing.PENDING)),
            models.Index(fields=["claimed_at"], name="outbox_stuck", condition=models.Q(status=Outgoing.SENDING)),
            models.Index(fields=["subject_type", "subject_id"], name="outbox_subject"),
            models.Index(
                fields=["status", "id"],
                name="outbox_needs_somebody",
                condition=models.Q(status__in=[Outgoing.DEAD, Outgoing.UNKNOWN]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status=Outgoing.SENT) | models.Q(sent_at__isnull=False), name="outbox_sent_has_time"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def masked_to(self) -> str:
        """138****8000, or the first letter and the domain of an e-mail address."""
        if "@" in self.to:
            name, _at, domain = self.to.partition("@")
            return f"{name[:1]}***@{domain}"
        return f"{self.to[:3]}****{self.to[-4:]}" if len(self.to) >= 8 else "****"

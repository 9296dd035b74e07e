"""What can become of a message that leaves the house."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle.table import Lifecycle, Move


class Outgoing(models.TextChoices):
    PENDING = "pending", _("Waiting")  # may be claimed from `next_at` on
    SENDING = "sending", _("Being sent")  # one process holds it, outside any lock
    SENT = "sent", _("Sent")  # the gateway took it
    UNKNOWN = "unknown", _("Unknown")  # nobody can say whether it went; never sent again by itself
    DEAD = "dead", _("Given up")  # refused, or tried too often; somebody looks
    CANCELLED = "cancelled", _("Cancelled")  # what it asked for was done before it left


class Channel(models.TextChoices):
    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail")


OUTBOX = Lifecycle(
    name="notifications.outboxmessage",
    choices=Outgoing,
    start=[Outgoing.PENDING],
    moves=[
        Move("claim", (Outgoing.PENDING,), Outgoing.SENDING, _("Claim"), by="job"),
        Move("deliver", (Outgoing.SENDING,), Outgoing.SENT, _("Mark as sent"), by="job"),
        Move("put_back", (Outgoing.SENDING,), Outgoing.PENDING, _("Try again later"), by="job"),
        Move("lose_track", (Outgoing.SENDING,), Outgoing.UNKNOWN, _("Lose track"), by="job"),
        Move("give_up", (Outgoing.SENDING,), Outgoing.DEAD, _("Give up"), by="job"),
        Move("cancel", (Outgoing.PENDING,), Outgoing.CANCELLED, _("Cancel"), by="system"),
        Move("retry", (Outgoing.DEAD, Outgoing.UNKNOWN), Outgoing.PENDING, _("Send the message again"), by="platform"),
        Move("confirm", (Outgoing.UNKNOWN,), Outgoing.SENT, _("It did arrive"), by="platform"),
    ],
    tones={
        Outgoing.PENDING: "info",
        Outgoing.SENDING: "info",
        Outgoing.SENT: "success",
        Outgoing.UNKNOWN: "warning",
        Outgoing.DEAD: "danger",
        Outgoing.CANCELLED: "secondary",
    },
)

"""How the record names an outgoing message."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.audit import subjects

from .models import OutboxMessage


def _admin_url(message: OutboxMessage) -> str:
    return reverse("admin:notifications_outboxmessage_change", args=[message.pk])


subjects.register(OutboxMessage, label=_("Outgoing message"), admin_url=_admin_url)

"""What the record says about messages."""

from django.utils.translation import gettext_lazy as _

from foundation.audit import verbs

verbs.register("notifications.message_retried", _("Sent the message again"), icon="arrow-path")
verbs.register("notifications.message_confirmed", _("Found out that the message arrived"))

"""The seam to whoever carries messages: one class per gateway, named in settings.SMS_SENDER.

A sender gets one message outside every transaction and either returns (the gateway took it), raises NotSent (it
certainly did not go: try later), Refused (it never will: dead letter) or OutcomeUnknown (a time-out after the
request had left). Any other exception counts as OutcomeUnknown, the careful choice.
"""

from .base import NotSent, OutcomeUnknown, Refused, Sender
from .console import ConsoleSender
from .email import EmailSender
from .file import FileSender

__all__ = ["ConsoleSender", "EmailSender", "FileSender", "NotSent", "OutcomeUnknown", "Refused", "Sender"]

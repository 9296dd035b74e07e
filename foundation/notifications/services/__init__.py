"""Verbs of notifications: tell people (`telling`), read what one was told (`reading`), queue what leaves the house
(`queueing`) and send it (`delivery`)."""

from .delivery import ONE_ROUND, confirm, deliver_all, deliver_due, rescue_stuck, retry
from .queueing import OutgoingMail, queue_email, queue_many, queue_sms, wake
from .reading import open_notice, read_all
from .telling import Tell, cancel_about, cancel_about_many, tell, tell_many

__all__ = [
    "ONE_ROUND",
    "OutgoingMail",
    "Tell",
    "cancel_about",
    "cancel_about_many",
    "confirm",
    "deliver_all",
    "deliver_due",
    "open_notice",
    "queue_email",
    "queue_many",
    "queue_sms",
    "read_all",
    "rescue_stuck",
    "retry",
    "tell",
    "tell_many",
    "wake",
]

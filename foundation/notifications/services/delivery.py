"""Sending: claim → send → mark. Nothing is held while a gateway is asked; nothing unknown is sent again by itself."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.module_loading import import_string

from foundation.audit.services import record
from foundation.lifecycle import clock
from foundation.lifecycle.locks import lock

from ..models import OutboxMessage
from ..senders import EmailSender, NotSent, Refused, Sender
from ..states import OUTBOX, Channel, Outgoing

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=30)
MAX_WAIT = timedelta(hours=6)
MAX_ATTEMPTS = 12
STUCK_AFTER = timedelta(minutes=5)
ONE_ROUND = 200  # messages per call, so that a task ends long before its time limit


def back_off(attempts: int) -> timedelta:
    """How long the next try waits after `attempts` failed ones: 30 s, 1 min, 2 min … capped at six hours."""
    return min(FIRST_WAIT * 2 ** min(attempts - 1, 20), MAX_WAIT)


def deliver_due(now: datetime) -> dict:
    """Send what is due at `now`, oldest first, ONE_ROUND at most; counts of what became of them."""
    counts = {"sent": 0, "later": 0, "dead": 0, "unknown": 0}
    for pk in list(OutboxMessage.objects.due(now).values_list("pk", flat=True)[:ONE_ROUND]):
        message = _claim(pk, now)
        if message is not None:
            counts[_send(message, now)] += 1
    return counts


def deliver_all(now: datetime) -> dict:
    """Rounds of `deliver_due` until nothing is due at `now`; a failed try waits longer than that, so this ends."""
    totals = counts = deliver_due(now)
    while any(counts.values()):
        counts = deliver_due(now)
        totals = {outcome: totals[outcome] + counts[outcome] for outcome in totals}
    return totals


def rescue_stuck(now: datetime) -> dict:
    """Messages whose sender died on the way: ask the gateway; what it can't tell is listed as unknown."""
    counts = {"sent": 0, "later": 0, "unknown": 0}
    for message in OutboxMessage.objects.stuck(now - STUCK_AFTER)[:ONE_ROUND]:
        counts[_settle_stuck(message, now)] += 1
    return counts


@transaction.atomic
def retry(pk: int, *, by: Any, now: datetime) -> OutboxMessage:
    """Operations send a dead or unknown message again, knowing that an unknown one may arrive twice.

    Refused (IllegalMove) in any other state.
    """
    return _move(pk, "retry", by=by, now=now, attempts=0, next_at=now, error="", claimed_at=None)


@transaction.atomic
def confirm(pk: int, *, by: Any, now: datetime) -> OutboxMessage:
    """Operations found out that an unknown message did arrive. Refused (IllegalMove) in any other state."""
    return _move(pk, "confirm", by=by, now=now, sent_at=now)


def sender_for(channel: str) -> Sender:
    """The seam: how this channel leaves the house; HOUTAI_SMS_SENDER names the one for text messages."""
    return EmailSender() if channel == Channel.EMAIL else import_string(settings.SMS_SENDER)()


def _claim(pk: int, now: datetime) -> OutboxMessage | None:
    """One conditional UPDATE decides between two workers; None if another has it.

    Claimed at the moment it is, not when its round began: in a slow round the rescue would take the last ones for stuck
    while they are being sent, and they would go twice.
    """
    claimed = OutboxMessage.objects.due(now).filter(pk=pk).order_by().update(
        status=OUTBOX.target("claim", Outgoing.PENDING), claimed_at=clock.now(), attempts=F("attempts") + 1
    )  # fmt: skip
    return OutboxMessage.objects.get(pk=pk) if claimed else None


def _send(message: OutboxMessage, now: datetime) -> str:
    try:
        sender_for(message.channel).send(
            key=message.key, to=message.to, subject=message.subject_line, body=message.body
        )
    except NotSent as problem:
        if message.attempts >= MAX_ATTEMPTS:
            return _mark(message, "give_up", "dead", error=_short(problem))
        return _mark(message, "put_back", "later", error=_short(problem), next_at=now + back_off(message.attempts))
    except Refused as problem:
        return _mark(message, "give_up", "dead", error=_short(problem))
    except Exception as problem:
        log.warning("Message %s: outcome unknown (%s)", message.pk, type(problem).__name__)
        return _mark(message, "lose_track", "unknown", error=_short(problem))
    return _mark(message, "deliver", "sent", sent_at=now, error="")


def _settle_stuck(message: OutboxMessage, now: datetime) -> str:
    try:
        known = sender_for(message.channel).was_sent(message.key)
    except Exception as problem:
        log.warning("Message %s: the gateway can't be asked (%s)", message.pk, type(problem).__name__)
        known = None
    if known:
        return _mark(message, "deliver", "sent", sent_at=now, error="")
    if known is False:
        return _mark(message, "put_back", "later", next_at=now)
    return _mark(message, "lose_track", "unknown", error="the sender stopped before it could say what became of it")


def _mark(message: OutboxMessage, verb: str, outcome: str, **fields: Any) -> str:
    """Write what became of it, if it is still ours: a rescue may have settled it meanwhile."""
    ours = OutboxMessage.objects.filter(pk=message.pk, status=Outgoing.SENDING, claimed_at=message.claimed_at)
    ours.update(status=OUTBOX.target(verb, Outgoing.SENDING), **fields)
    return outcome


def _short(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]


def _move(pk: int, verb: str, *, by: Any, now: datetime, **fields: Any) -> OutboxMessage:
    [message] = lock(OutboxMessage.objects.filter(pk=pk))
    before, message.status = message.status, OUTBOX.target(verb, message.status)
    for name, value in fields.items():
        setattr(message, name, value)
    message.save(update_fields=["status", *fields])
    verb_done = {"retry": "notifications.message_retried", "confirm": "notifications.message_confirmed"}[verb]
    record(verb_done, message, by=by, now=now, from_state=before, to_state=message.status, shop_id=message.shop_id)
    return message

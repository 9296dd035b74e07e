"""Writing rows of the outbox, in the same transaction as the change they tell of."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from celery import current_app
from django.db import transaction

from foundation.lifecycle.bulk import maker, write_many
from foundation.lifecycle.deadlines import SHANGHAI

from ..models import OutboxMessage
from ..states import Channel

log = logging.getLogger(__name__)

QUIET_FROM, QUIET_UNTIL = time(22, 0), time(8, 0)  # Shanghai; a text that is not urgent waits for the morning
BATCH = 1000


@dataclass
class OutgoingMail:
    """One message to queue; `key` names it for ever, so queueing it twice is queueing it once."""

    key: str
    channel: str
    to: str
    body: str
    subject_line: str = ""
    shop_id: int | None = None
    subject: tuple[str, int] | None = None


def queue_sms(
    to: str,
    body: str,
    *,
    key: str,
    now: datetime,
    shop_id: int | None = None,
    subject: tuple[str, int] | None = None,
    at_any_hour: bool = True,
) -> None:
    """Queue one text message; the same `key` again does nothing."""
    queue_many([OutgoingMail(key, Channel.SMS, to, body, "", shop_id, subject)], now=now, at_any_hour=at_any_hour)


def queue_email(
    to: str,
    subject_line: str,
    body: str,
    *,
    key: str,
    now: datetime,
    shop_id: int | None = None,
    subject: tuple[str, int] | None = None,
) -> None:
    """Queue one e-mail; the same `key` again does nothing."""
    queue_many([OutgoingMail(key, Channel.EMAIL, to, body, subject_line, shop_id, subject)], now=now)


def queue_many(
    mails: Iterable[OutgoingMail], *, now: datetime, at_any_hour: bool = True, new: bool = False
) -> None:
    """One INSERT; what is not for any hour waits until quiet hours end. `new`: none of the keys was queued before."""
    next_at = now if at_any_hour else after_quiet_hours(now)
    make = maker(OutboxMessage)
    rows = [
        make(
            key=mail.key,
            channel=mail.channel,
            to=mail.to,
            subject_line=mail.subject_line,
            body=mail.body,
            next_at=next_at,
            shop_id=mail.shop_id,
            subject_type=mail.subject[0] if mail.subject else "",
            subject_id=mail.subject[1] if mail.subject else None,
            created_at=now,
        )
        for mail in mails
    ]
    if not rows:
        return
    if new:
        write_many(rows)
    else:
        OutboxMessage.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    if next_at <= now:
        transaction.on_commit(wake, robust=True)


def after_quiet_hours(now: datetime) -> datetime:
    """`now`, or 08:00 in Shanghai if `now` falls in the quiet hours."""
    local = now.astimezone(SHANGHAI)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    morning = local.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)
    if local.time() >= QUIET_FROM:
        morning += timedelta(days=1)
    return morning


def wake() -> None:
    """Ask a worker to look into the outbox; never raises, beat looks every half minute anyway."""
    try:
        current_app.send_task("notifications.deliver_due", queue="bulk", retry=False)
    except Exception as error:
        log.warning("The outbox waits for beat, the broker does not answer: %s", type(error).__name__)

"""Recording who was talked to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.files.models import StoredFile
from foundation.lifecycle.errors import Invalid
from foundation.lifecycle.randoms import public_number

from ..models import Channel, ContactRecord, Party
from .moves import locked

CLOCK_SKEW = timedelta(minutes=2)


@transaction.atomic
def record_contact(
    order_pk: int,
    *,
    who: str,
    channel: str,
    at: datetime,
    said: str,
    files: Iterable[StoredFile],
    by: Any,
    now: datetime,
    key: str | None = None,
) -> ContactRecord:
    """Write down who was talked to, how, when and what was said, with files of the same shop (rules §0).

    The same `key` again gives the first record. Invalid for an empty text, a time in the future or before the order, or
    another shop's file. What was said is kept in the record, not in the audit.
    """
    order = locked(order_pk)
    known = ContactRecord.objects.filter(key=key, order=order).first() if key else None
    if known:
        return known
    files = list(files)
    _check(order, who, channel, at, said, files, now)
    number = public_number("CR")
    contact = ContactRecord.objects.create(
        order=order, shop_id=order.shop_id, number=number, key=key or number, who=who, channel=channel, at=at,
        said=said.strip(), by=by, created_at=now,
    )
    contact.files.set(files)
    data = {"who": who, "channel": channel, "number": contact.number, "files": len(files)}
    record("orders.contact_recorded", order, by=by, now=now, data=data)
    return contact


def _check(order: Any, who: str, channel: str, at: datetime, said: str, files: list, now: datetime) -> None:
    if who not in Party.values or channel not in Channel.values:
        raise Invalid(_("Choose who was talked to and how."), field="who")
    if not said.strip():
        raise Invalid(_("Write down what was said."), field="said")
    if at > now + CLOCK_SKEW:
        raise Invalid(_("A talk can't be in the future."), field="at")
    if at < order.placed_at:
        raise Invalid(_("A talk about this order can't be before it was placed."), field="at")
    if any(stored.shop_id != order.shop_id for stored in files):
        raise Invalid(_("A file named here is not this shop's."), field="files")

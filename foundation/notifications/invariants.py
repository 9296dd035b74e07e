"""The outbox's share of `manage.py check_invariants`; read-only, safe on a live database."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Model, Q

from foundation.lifecycle import clock
from foundation.lifecycle.invariants import invariant

from .models import Notice, OutboxMessage
from .services.delivery import STUCK_AFTER
from .states import Outgoing

MOST = 200
AT_REST = timedelta(minutes=10)


@invariant("I10", "No outgoing message has waited for more than ten minutes, or hung in sending past its rescue")
def overdue_messages() -> Iterator[str]:
    now = clock.now()
    late = Q(status=Outgoing.PENDING, next_at__lt=now - AT_REST)
    hung = Q(status=Outgoing.SENDING, claimed_at__lt=now - AT_REST - STUCK_AFTER)
    for key, status in OutboxMessage.objects.filter(late | hung).order_by("pk").values_list("key", "status")[:MOST]:
        yield f"message {key} is still “{status}”, long after it was due"


@invariant("I10", "No outgoing message is sent twice")
def sent_twice() -> Iterator[str]:
    gone = OutboxMessage.objects.exclude(sent_at=None)
    for key in gone.exclude(status=Outgoing.SENT).order_by("pk").values_list("key", flat=True)[:MOST]:
        yield f"message {key} was sent and is to be sent again"
    yield from _doubles(OutboxMessage, "key")


@invariant("I7", "Keys of outgoing messages and numbers of notices are unique")
def doubles() -> Iterator[str]:
    yield from _doubles(OutboxMessage, "key")
    yield from _doubles(Notice, "number")


def _doubles(model: type[Model], field: str) -> Iterator[str]:
    rows = model._default_manager.order_by().values(field).annotate(times=Count("pk")).filter(times__gt=1)
    for row in rows[:MOST]:
        yield f"{model._meta.label_lower} {row[field]} is there {row['times']} times"

"""Writing the record. Called by services, never by signals, so jobs and admin are recorded too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model

from foundation.lifecycle.bulk import insert_many, maker, write_many

from . import context, verbs
from .models import Entry


@dataclass
class Line:
    """What `record_many` needs per row; shop and order default to the subject's own."""

    subject: Model
    from_state: str = ""
    to_state: str = ""
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    shop_id: int | None = None
    order_id: int | None = None


def record(
    verb: str,
    subject: Model,
    *,
    by: Any,
    now: datetime,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    shop_id: int | None = None,
    order_id: int | None = None,
) -> Entry:
    """Record one act inside the caller's transaction; `by` is None for the system. Raises UnregisteredVerb."""
    line = Line(subject, from_state, to_state, reason, data or {}, shop_id, order_id)
    return insert_many(entries(verb, [line], by=by, now=now))[0]


def record_many(verb: str, lines: Iterable[Line], *, by: Any, now: datetime) -> None:
    """The same act on many rows: one INSERT."""
    write_many(entries(verb, lines, by=by, now=now))


def entries(verb: str, lines: Iterable[Line], *, by: Any, now: datetime) -> list[Entry]:
    """The record's rows, unsaved: for who writes them together with what they tell of. Raises UnregisteredVerb."""
    verbs.known(verb)
    common = {
        "verb": verb, "actor_id": by.pk if by else None, "actor_name": str(by)[:150] if by else "", "at": now,
        "request_id": context.request_id(),
    }  # fmt: skip
    make = maker(Entry)
    return [make(**common, **_own(line)) for line in lines]


def _own(line: Line) -> dict[str, Any]:
    """The columns that differ from row to row."""
    subject = line.subject
    label = subject._meta.label_lower
    shop_id = line.shop_id or getattr(subject, "shop_id", None)
    order_id = line.order_id or getattr(subject, "order_id", None)
    if shop_id is None and label == "accounts.shop":
        shop_id = subject.pk
    if order_id is None and label == "orders.order":
        order_id = subject.pk
    return {
        "subject_type": label, "subject_id": subject.pk, "shop_id": shop_id, "order_id": order_id,
        "from_state": line.from_state, "to_state": line.to_state, "reason": line.reason, "data": dict(line.data),
    }  # fmt: skip

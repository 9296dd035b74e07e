"""How far an interception is, as steps people read: done with its time, now, to come, or how it ended (rules §4 "Progress")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from .models import CarrierEvent, Interception
from .states import Status

S = Status
WAY = (S.REQUESTED, S.ACCEPTED, S.INTERCEPTING, S.SUCCEEDED, S.RETURNING, S.RETURNED)
BROKEN_OFF = (S.REFUSED, S.FAILED, S.CANCELLED)


@dataclass(frozen=True)
class Step:
    """`state` is done, now, to_come or ended; `at` when it was reached."""

    label: Any
    state: str
    at: datetime | None = None


def steps(row: Interception, events: Sequence[CarrierEvent]) -> list[Step]:
    """The way from request to return; what was broken off ends where it was, with the end as the last step."""
    times = _times(row, events)
    if row.status in BROKEN_OFF:
        reached = [status for status in WAY if times[status]]
        return [*[Step(status.label, "done", times[status]) for status in reached],
                Step(Status(row.status).label, "ended", row.ended_at)]  # fmt: skip
    now_at = 0 if row.status == S.UNKNOWN else WAY.index(Status(row.status))
    found = [Step(status.label, _state(place, now_at), times[status] if place <= now_at else None)
             for place, status in enumerate(WAY)]  # fmt: skip
    if row.status == S.RETURNED:
        return [*found[:-1], Step(S.RETURNED.label, "done", row.returned_at)]
    if row.status == S.UNKNOWN:
        return [found[0], Step(S.UNKNOWN.label, "ended"), *found[1:]]
    return found


def _state(place: int, now_at: int) -> str:
    return "done" if place < now_at else "now" if place == now_at else "to_come"


def _times(row: Interception, events: Sequence[CarrierEvent]) -> dict[Status, datetime | None]:
    """The state's own column; for the one without, the carrier's word."""
    began = next((event.at for event in events if event.verb == "begin" and event.moved), None)
    return {
        S.REQUESTED: row.requested_at, S.ACCEPTED: row.accepted_at, S.INTERCEPTING: began, S.SUCCEEDED: row.succeeded_at,
        S.RETURNING: row.returning_at, S.RETURNED: row.returned_at,
    }  # fmt: skip


def next_step(row: Interception) -> str:
    """What is expected next, from whom."""
    said: dict[str, str] = {
        S.REQUESTED: _("The carrier answers: accepted or refused. Without an answer somebody of the shop looks."),
        S.UNKNOWN: _("Nobody knows whether the carrier has it. Ask the carrier how it stands; it is never asked for again by itself."),
        S.ACCEPTED: _("The carrier looks for the parcel and stops it."),
        S.INTERCEPTING: _("The carrier reports that the parcel is stopped, or that it came too late."),
        S.SUCCEEDED: _("The carrier sends the parcel back. Storage is charged after the free days."),
        S.RETURNING: _("The parcel comes back to the shop; the carrier reports its return."),
        S.RETURNED: _("Nothing more: the parcel is back."),
        S.REFUSED: _("Nothing more: the carrier refused. The parcel goes on to the buyer."),
        S.FAILED: _("Nothing more: it came too late. The parcel goes on to the buyer."),
        S.CANCELLED: _("Nothing more: the shop called it off. The parcel goes on to the buyer unless the carrier reports otherwise."),
    }  # fmt: skip
    return said[row.status]

"""A move of a locked interception: columns, parcel, record, fee, notice and news, in the caller's transaction."""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils import timezone

from foundation.audit.services import record
from foundation.lifecycle.deadlines import SHANGHAI
from foundation.notifications.services import cancel_about, tell

from ..models import CarrierEvent, Interception, Parcel
from ..signals import interception_settled
from ..states import ENDED, CallKind, Status
from . import fees
from .holding import calls_of, drop

PAST = {
    "accept": "accepted", "begin": "begun", "succeed": "succeeded", "turn_back": "turned_back", "come_back": "came_back",
    "refuse": "refused", "fail": "failed", "lose_answer": "unanswered", "cancel": "cancelled",
}  # fmt: skip
TOLD = {"accepted", "succeeded", "came_back", "refused", "failed", "unanswered"}
TIMES = {
    "accept": ("accepted_at",), "begin": ("accepted_at",), "succeed": ("accepted_at", "succeeded_at"),
    "turn_back": ("returning_at",), "come_back": ("returned_at",),
}  # fmt: skip


def take(
    interception: Interception, verb: str, *, by: Any, now: datetime, at: datetime | None = None, text: str = "",
    reason: str = "", data: dict[str, Any] | None = None, **columns: Any,
) -> Interception:  # fmt: skip
    """Move a locked interception along `verb`; raises IllegalMove from a state that doesn't know it.

    `at` is when it happened at the carrier, never later than `now` nor before it was asked for (storage is paid from
    there on); `text` what the carrier says. Books what the move makes due, drops a request that has not left and is not
    needed any more, and sends `interception_settled` when it is the last move.
    """
    before, moment = interception.status, max(min(at or now, now), interception.requested_at)
    columns |= {name: moment for name in TIMES.get(verb, ()) if getattr(interception, name) is None}
    if text:
        columns["said"] = text[:300]
    after = interception.LIFECYCLE.target(verb, before)
    if after in ENDED:
        columns["ended_at"] = moment
    write(interception, status=after, version=interception.version + 1, **columns)
    note_on_parcel(interception.parcel, after)
    if after not in (Status.REQUESTED, Status.UNKNOWN):
        _drop_request(interception, now)
    said = {"number": interception.number, "text": text or "—", **(data or {})}
    record(
        f"logistics.interception_{PAST[verb]}", interception, by=by, now=now, from_state=before, to_state=after,
        reason=reason, data=said,
    )  # fmt: skip
    fees.after_move(interception, verb, by=by, now=now)
    _tell(interception, verb, now)
    if after in ENDED:
        interception_settled.send(sender=Interception, interception=interception, now=now)
    return interception


def _drop_request(interception: Interception, now: datetime) -> None:
    """A request still waiting to be sent would ask for what is over, or was granted without it."""
    drop(calls_of(interception, CallKind.REQUEST), "not needed any more", now)


def write(row: models.Model, **columns: Any) -> None:
    """Write these columns of a locked row, nothing else of it."""
    for name, value in columns.items():
        setattr(row, name, value)
    row.save(update_fields=list(columns))


def note_on_parcel(parcel: Parcel, status: str) -> None:
    """The newest interception's state stands on its parcel, so that lists stay one table."""
    Parcel.objects.filter(pk=parcel.pk).update(interception_status=status)
    parcel.interception_status = status


def _tell(interception: Interception, verb: str, now: datetime) -> None:
    """A new state replaces what was said of the one before."""
    cancel_about(interception, now=now)
    if PAST[verb] in TOLD:
        tell_of(interception, PAST[verb], now)


def tell_of(interception: Interception, what: str, now: datetime, *, users: Any = None, url: str = "", **more: Any) -> None:
    """Tell the shop's people, or `users`, the notice `logistics.interception_<what>`; `url` instead of its own page."""
    data = {"number": interception.number, "order": interception.order.number, "text": interception.said or "—", **more}
    kind = f"logistics.interception_{what}"
    tell(kind, interception, shop_id=interception.shop_id, data=data, now=now, users=users, url=url)


def success_event(interception: Interception) -> CarrierEvent | None:
    """The carrier's word that ended the time to cancel."""
    words = CarrierEvent.objects.filter(interception=interception, moved=True)
    return words.filter(verb="succeed").last() or words.filter(verb__in=["turn_back", "come_back", "fail", "refuse"]).last()


def local(moment: datetime | None) -> str:
    """A moment in Shanghai time for a sentence, to the minute."""
    return timezone.localtime(moment, SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else "—"

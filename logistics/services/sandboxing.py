"""The sandbox carrier's word on interceptions, by the clock: a demo left running sees them through."""

from datetime import datetime

from ..carriers import sandbox
from ..models import Interception, Watch
from ..states import Status
from . import carrier_words

ONE_ROUND = 500
WAITING = {Status.ACCEPTED: ("begin", "succeed", "fail"), Status.INTERCEPTING: ("succeed", "fail")}


def move_interceptions(now: datetime) -> dict[str, int]:
    """Say what is due at `now` of interceptions its carriers accepted; how many words that were.

    Only for carriers whose adapter is the sandbox. A stopped parcel is looked after at once: its next scans turn it round.
    """
    if not sandbox.is_on():
        return {"said": 0}
    rows = Interception.objects.filter(status__in=list(WAITING), carrier__adapter=sandbox.SOURCE)
    waiting = rows.select_related("parcel").order_by("pk")[:ONE_ROUND]
    return {"said": sum(_go_on(interception, now) for interception in waiting)}


def _go_on(interception: Interception, now: datetime) -> int:
    since = interception.accepted_at or interception.requested_at
    said = 0
    for step in sandbox.progress(interception.parcel.tracking_number):
        at = since + step.after
        if at > now or step.verb not in WAITING.get(Status(interception.status), ()):
            continue
        carrier_words.carrier_says(
            interception.pk, code=step.code, verb=step.verb, text=step.text, at=at, source=sandbox.SOURCE, now=now
        )
        interception.refresh_from_db(fields=["status"])
        said += 1
    if interception.status == Status.SUCCEEDED:
        Watch.objects.filter(parcel_id=interception.parcel_id, given_up_at=None).update(next_at=now)
    return said

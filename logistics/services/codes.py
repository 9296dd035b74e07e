"""What carriers' codes mean: a code nobody knows is written down and changes nothing until a human says what it is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import F

from foundation.lifecycle.prepared import Prepared

from ..models import CarrierCode
from ..tracking import Event

MEANINGS: Prepared[Any] = Prepared(
    lambda source: (
        CarrierCode.objects.filter(source=source).order_by("code").values_list("code", "meaning", named=True)
    ),
    str,
)
MOST_UNKNOWN = 500  # codes of one source waiting for a human; more than that is noise


def read(events: Iterable[Event], *, source: str, now: datetime) -> dict[str, str]:
    """Code → ParcelState of the events that carry a code and no state, "" where nobody knows; for new scans only.

    Runs inside the caller's transaction, which stores those scans: whoever gives the code a meaning in that moment waits
    for it and then finds them.
    """
    unread = {event.code[:40]: event for event in events if event.code and not event.state}
    if not unread:
        return {}
    meanings = {row.code: row.meaning for row in MEANINGS.rows(source)}
    for code, event in unread.items():
        if not meanings.get(code):
            meanings[code] = note_unknown(source, code, sample=event.text, now=now)
    return {event.code: meanings[code] for code, event in unread.items()}


def note_unknown(source: str, code: str, *, sample: str, now: datetime) -> str:
    """Count the code on operations' list; its meaning if somebody gave it one in this moment, else ""."""
    rows = CarrierCode.objects.filter(source=source, code=code)
    counted = {"seen": F("seen") + 1, "last_seen_at": now}
    if not rows.update(**counted):
        if CarrierCode.objects.filter(source=source, meaning="").count() >= MOST_UNKNOWN:
            return ""
        CarrierCode.objects.bulk_create(
            [CarrierCode(source=source, code=code, sample=sample[:300], first_seen_at=now)], ignore_conflicts=True
        )
        rows.update(**counted)
    return rows.values_list("meaning", flat=True).first() or ""

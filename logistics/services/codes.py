"""What carriers' codes mean: a code nobody knows is written down and changes nothing until a human says what it is."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from ..models import CarrierCode
from ..tracking import Event

# Source, code → meaning, of those that have one. It is given once and for all (`give_meaning`), so what a process knows
# stays true; a code without one is asked for each time, so its meaning counts everywhere with the next scan.
_known: dict[tuple[str, str], str] = {}
MOST_UNKNOWN = 500  # codes of one source waiting for a human; more than that is noise


def read(events: Iterable[Event], *, source: str, now: datetime) -> dict[str, str]:
    """Code → ParcelState of the events that carry a code and no state, "" where nobody knows; for new scans only.

    Runs inside the caller's transaction, which stores those scans: whoever gives the code a meaning in that moment waits
    for it and then finds them.
    """
    unread = {event.code[:40]: event for event in events if event.code and not event.state}
    if not unread:
        return {}
    if any((source, code) not in _known for code in unread):
        rows = CarrierCode.objects.filter(source=source).exclude(meaning="").values_list("code", "meaning")
        _known.update({(source, code): meaning for code, meaning in rows})
    return {
        event.code: _known.get((source, code)) or note_unknown(source, code, sample=event.text, now=now)
        for code, event in unread.items()
    }


def forget() -> None:
    """For whoever puts other rows under a running process: tests."""
    _known.clear()


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

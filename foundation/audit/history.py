"""Reading the record: rows of a timeline, newest first, states and amounts in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from foundation.lifecycle.table import LIFECYCLES

from .models import Entry
from .verbs import VERBS


@dataclass(frozen=True)
class Happening:
    """One line of a timeline."""

    at: datetime
    who: str
    sentence: str
    from_label: str
    to_label: str
    tone: str
    reason: str
    icon: str
    request_id: str
    subject_type: str
    by_system: bool


def happenings(entries: Iterable[Entry]) -> list[Happening]:
    return [_happening(entry) for entry in entries]


def without_echoes(entries: Iterable[Entry]) -> list[Entry]:
    """An order's entries without those that another one of the same moment says already (`Verb.echoes`)."""
    entries = list(entries)
    said = {(entry.verb, entry.at) for entry in entries}
    return [entry for entry in entries if (_echoed(entry), entry.at) not in said]


def _echoed(entry: Entry) -> str:
    verb = VERBS.get(entry.verb)
    return verb.echoes if verb else ""


def yuan(minor: int) -> str:
    """Fen as ¥ with two decimals and thousands: 123450 → "¥1,234.50", −5 → "−¥0.05"."""
    sign = "−" if minor < 0 else ""
    return f"{sign}¥{abs(minor) // 100:,}.{abs(minor) % 100:02d}"


class _Data(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


TRANSLATED = {"role", "flag", "list"}  # kept in English, read in the reader's language


def _shown(key: str, value: Any) -> Any:
    if key.endswith("_minor") and isinstance(value, int):
        return yuan(value)
    return _(value) if key in TRANSLATED and value else value


def _happening(entry: Entry) -> Happening:
    verb = VERBS.get(entry.verb)
    data = _Data({key: _shown(key, value) for key, value in entry.data.items()})
    lifecycle = LIFECYCLES.get(entry.subject_type)
    return Happening(
        at=entry.at,
        who=entry.actor_name or _("System"),
        sentence=str(verb.sentence) % data if verb else entry.verb,
        from_label=_state(lifecycle, entry.from_state),
        to_label=_state(lifecycle, entry.to_state),
        tone=lifecycle.tone(entry.to_state) if lifecycle and entry.to_state else "secondary",
        reason=entry.reason,
        icon=verb.icon if verb else "check-circle",
        request_id=entry.request_id,
        subject_type=entry.subject_type,
        by_system=entry.actor_id is None,
    )


def _state(lifecycle: Any, value: str) -> str:
    if not value or lifecycle is None or value not in lifecycle.choices.values:
        return value
    return str(lifecycle.choices(value).label)

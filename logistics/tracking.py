"""What scans make of a parcel: the same set of scans gives the same state in whatever order they came (F24)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from .states import TERMINAL, ParcelState

RANK = {state: number for number, state in enumerate(ParcelState.values)}


@dataclass(frozen=True, slots=True)
class Event:
    """One event as a carrier reports it, before it is a Scan. `state` is a ParcelState, "" for a code nobody knows."""

    at: datetime
    state: str
    text: str = ""
    place: str = ""
    code: str = ""

    @property
    def digest(self) -> str:
        """Of moment, code and words: the same content under another id is the same event (F25)."""
        said = "\x1f".join([self.at.astimezone(UTC).isoformat(timespec="seconds"), self.code, self.text, self.place])
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def as_json(self) -> dict[str, str]:
        return {
            "at": self.at.astimezone(UTC).isoformat(), "state": self.state, "text": self.text, "place": self.place,
            "code": self.code,
        }  # fmt: skip

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "Event":
        return cls(**{**found, "at": datetime.fromisoformat(found["at"])})


class HasState(Protocol):
    at: datetime
    state: str
    digest: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a set of scans says of a parcel: its state, when it got there, and the newest scan."""

    state: str
    picked_up_at: datetime | None = None
    signed_at: datetime | None = None
    returned_at: datetime | None = None
    last: Any = None


def read(scans: Iterable[HasState], start: str = ParcelState.LABEL) -> Reading:
    """All that `scans` say: the newest by event time, a terminal one never undone by what follows it.

    Scans without a state say nothing of the state. Those of one moment are ordered by how far they are, then by digest,
    so that the answer does not depend on arrival. Moments are those at which the parcel got into that state.
    """
    state, scan = str(start), None
    reached: dict[str, datetime] = {}
    for scan in sorted(scans, key=lambda one: (one.at, RANK.get(one.state, -1), one.digest)):
        if scan.state and (state not in TERMINAL or scan.state in TERMINAL[state]):
            reached.setdefault(scan.state, scan.at)
            state = scan.state
    moved = [at for one, at in reached.items() if one != ParcelState.LABEL]
    return Reading(
        state=state, picked_up_at=min(moved, default=None), signed_at=reached.get(ParcelState.SIGNED),
        returned_at=reached.get(ParcelState.RETURNED), last=scan,
    )  # fmt: skip


def state_of(scans: Iterable[HasState], start: str = ParcelState.LABEL) -> str:
    """The parcel's state after all of `scans` (F24)."""
    return read(scans, start).state

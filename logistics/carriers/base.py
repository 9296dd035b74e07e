"""The seam to carriers: what an adapter answers, and how it refuses.

An adapter is called outside every transaction, with plain values only. It raises one of two errors:

- `Retryable`: it certainly did not arrive (no connection, 429, 5xx before the body was taken) – the same call may be
  made again, later;
- `Final`: the carrier said no, or what it answered can never become an answer.

Anything else that goes wrong after the call may have arrived – a timeout while reading, a closed connection, a broken
body – is `Unknown`: nobody knows whether the carrier has it, so it is never repeated by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ..tracking import Event


class CarrierError(Exception):
    """The sentence is for operations, in English."""


class Retryable(CarrierError):
    pass


class Final(CarrierError):
    pass


class Unknown(CarrierError):
    pass


@dataclass(frozen=True, slots=True)
class Answer:
    """What a carrier says of an interception: `code` as it writes it, a `text`, its `reference`, and when."""

    code: str
    text: str = ""
    reference: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """What a query of a number gives: every event known, and whether the carrier will add any more.

    `next_at` is when asking again is worth it, where the carrier knows.
    """

    events: Sequence[Event] = field(default_factory=tuple)
    is_over: bool = False
    next_at: datetime | None = None


class Adapter(Protocol):
    """One way to talk to carriers. `source` names it in scans and codes ("kuaidi100", "sandbox")."""

    source: str

    def subscribe(self, *, carrier: str, number: str, phone: str, callback: str, salt: str) -> None:
        """Ask to be told of the number's scans at `callback`."""

    def track(self, *, carrier: str, number: str, phone: str, now: datetime) -> Track:
        """Everything known about the number."""

    def intercept(self, *, carrier: str, number: str, reason: str, key: str, callback: str, salt: str) -> Answer:
        """Ask for the interception; `key` makes a second call with it the same call, where the carrier knows keys."""

    def call_off(self, *, carrier: str, number: str, reference: str, key: str) -> Answer:
        """Call an interception off."""

    def ask(self, *, carrier: str, number: str, reference: str, key: str) -> Answer | None:
        """How the interception stands; None when the carrier has none of that key or reference."""


ADAPTERS: dict[str, Callable[[], Adapter]] = {}


def register(name: str, make: Callable[[], Adapter]) -> None:
    ADAPTERS[name] = make


def adapter(name: str) -> Adapter:
    """The adapter of that name; KeyError for one nobody registered."""
    return ADAPTERS[name]()

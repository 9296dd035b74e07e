"""A carrier that answers what a test tells it to."""

from collections.abc import Callable
from typing import Any

import pytest

from logistics.carriers import base
from logistics.carriers.base import Answer, Track
from logistics.models import Carrier


class FakeCarrier:
    """`say` is what each call gives: an Answer, None, or an exception to raise. `heard` are the calls made."""

    source = "fake"

    def __init__(self) -> None:
        self.say: dict[str, Any] = {"intercept": Answer("registered", "登记"), "call_off": Answer("called_off", "已取消"), "ask": None}
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.meanwhile: Callable[[], None] = lambda: None  # happens while the carrier is asked

    def subscribe(self, **said: Any) -> None: ...

    def track(self, **said: Any) -> Track:
        return Track()

    def intercept(self, **said: Any) -> Answer:
        return self._do("intercept", said)

    def call_off(self, **said: Any) -> Answer:
        return self._do("call_off", said)

    def ask(self, **said: Any) -> Answer | None:
        return self._do("ask", said)

    def _do(self, what: str, said: dict[str, str]) -> Any:
        self.heard.append((what, said))
        self.meanwhile()
        outcome = self.say[what]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    @property
    def times(self) -> list[str]:
        return [what for what, _said in self.heard]


@pytest.fixture
def fake(db, monkeypatch) -> FakeCarrier:
    """Every carrier is talked to through one fake."""
    carrier = FakeCarrier()
    monkeypatch.setitem(base.ADAPTERS, "fake", lambda: carrier)
    Carrier.objects.update(adapter="fake")
    return carrier

"""Transition tables: every legal move of a model on one screen; they draw the buttons and say why one is disabled."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from .errors import IllegalMove


@dataclass(frozen=True)
class Move:
    """One legal move: `verb` takes a row from any of `sources` to `target`.

    `needs` is the permission a member must hold ("" for moves only the platform or a job makes: no button is drawn for
    shop staff). `one_way` marks verbs that ask for a second confirmation.
    """

    verb: str
    sources: tuple[str, ...]
    target: str
    label: Any
    needs: str = ""
    tone: str = "primary"
    one_way: bool = False
    by: str = "staff"


@dataclass(frozen=True)
class Button:
    """What a page draws for one verb in the row's present state; `why` is a sentence when it is not enabled."""

    verb: str
    label: Any
    tone: str
    enabled: bool
    why: str = ""
    one_way: bool = False


LIFECYCLES: dict[str, "Lifecycle"] = {}


@dataclass
class Lifecycle:
    """The table of one model. `name` is "app.model"; `start` are the states a row may be created in."""

    name: str
    choices: type[TextChoices]
    start: Iterable[str]
    moves: list[Move]
    tones: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = set(self.choices.values)
        for move in self.moves:
            unknown = ({*move.sources, move.target} | set(self.start)) - known
            if unknown:
                raise ValueError(f"{self.name}.{move.verb}: unknown states {sorted(unknown)}")
        keys = [(move.verb, source) for move in self.moves for source in move.sources]
        if len(keys) != len(set(keys)):
            raise ValueError(f"{self.name}: a verb leaves a state twice")
        LIFECYCLES[self.name] = self

    @property
    def verbs(self) -> list[str]:
        return list(dict.fromkeys(move.verb for move in self.moves))

    def move(self, verb: str, status: str) -> Move | None:
        return next((move for move in self.moves if move.verb == verb and status in move.sources), None)

    def can(self, verb: str, status: str) -> bool:
        return self.move(verb, status) is not None

    def target(self, verb: str, status: str) -> str:
        """The state `verb` leads to from the *locked* `status`; raises IllegalMove with a sentence otherwise."""
        found = self.move(verb, status)
        if found is None:
            if verb not in self.verbs:
                raise KeyError(f"{self.name} has no verb {verb}")
            raise IllegalMove(self.why_not(verb, status), code=verb)
        return found.target

    def sources(self, verb: str) -> list[str]:
        return [source for move in self.moves if move.verb == verb for source in move.sources]

    def why_not(self, verb: str, status: str) -> str:
        label = next(move.label for move in self.moves if move.verb == verb)
        return _("“%(verb)s” is not possible: it is already “%(state)s”.") % {
            "verb": label,
            "state": self.choices(status).label,
        }

    def tone(self, status: str) -> str:
        return self.tones.get(status, "secondary")

    def buttons(
        self,
        status: str,
        allowed: Callable[[str], bool],
        blocked: Mapping[str, str] | None = None,
    ) -> list[Button]:
        """Buttons for shop staff, in table order: verbs without permission are left out, illegal ones disabled."""
        blocked = blocked or {}
        drawn: dict[str, Button] = {}
        for move in self.moves:
            if not move.needs or not allowed(move.needs) or move.verb in drawn:
                continue
            legal = self.can(move.verb, status)
            why = blocked.get(move.verb, "") if legal else self.why_not(move.verb, status)
            drawn[move.verb] = Button(move.verb, move.label, move.tone, legal and not why, why, move.one_way)
        return list(drawn.values())

"""Verb → sentence. A verb nobody registered can't be recorded, so every line of a timeline reads as a sentence."""

from dataclasses import dataclass
from typing import Any

VERBS: dict[str, Any] = {}


class UnregisteredVerb(KeyError):
    """record() was given a verb no `audit_verbs.py` names."""


@dataclass(frozen=True)
class Verb:
    code: str
    sentence: Any
    icon: str = "check-circle"


def register(code: str, sentence: Any, icon: str = "check-circle") -> None:
    """`code` is "app.past_tense"; `sentence` a lazy string whose %(name)s are filled from the entry's data."""
    VERBS[code] = Verb(code, sentence, icon)


def known(code: str) -> Verb:
    try:
        return VERBS[code]
    except KeyError:
        raise UnregisteredVerb(code) from None

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
    echoes: str = ""


def register(code: str, sentence: Any, icon: str = "check-circle", *, echoes: str = "") -> None:
    """`code` is "app.past_tense"; `sentence` a lazy string whose %(name)s are filled from the entry's data.

    `echoes` is the verb that says the same of the order when both are recorded at one moment: the order's timeline then
    shows that one only.
    """
    VERBS[code] = Verb(code, sentence, icon, echoes)


def known(code: str) -> Verb:
    try:
        return VERBS[code]
    except KeyError:
        raise UnregisteredVerb(code) from None

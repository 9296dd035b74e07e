"""Registry of the invariants I1–I10 that `manage.py check_invariants` runs; each app registers its share."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    code: str
    sentence: str
    check: Callable[[], Iterable[str]]


INVARIANTS: list[Invariant] = []


def invariant(code: str, sentence: str) -> Callable[[Callable[[], Iterable[str]]], Callable[[], Iterable[str]]]:
    """Register a read-only check that yields one sentence per violation; safe on a live database."""

    def register(check: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
        INVARIANTS.append(Invariant(code, sentence, check))
        return check

    return register

"""The search box: each app registers a function in `search.py`; one exact hit is jumped to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_LENGTH = 64


@dataclass(frozen=True)
class Hit:
    """One thing found; `exact` when the number typed is its whole number."""

    label: Any
    title: str
    url: str
    exact: bool = True


Searcher = Callable[[Any, str], list[Hit]]
_searchers: list[Searcher] = []


def register(searcher: Searcher) -> None:
    """`searcher(membership, text)` → hits of that member's shop, on an index, at most 20."""
    if searcher not in _searchers:
        _searchers.append(searcher)


def search(membership: Any, text: str) -> list[Hit]:
    cleaned = text.replace("\x00", "").strip()[:MAX_LENGTH]
    if not cleaned:
        return []
    return [hit for searcher in _searchers for hit in searcher(membership, cleaned)]

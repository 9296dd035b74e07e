"""Rounds of a race: jobs that begin at one moment, each on a connection of its own.

What a round costs is what its jobs cost: threads and connections are kept until the test ends, and `ahead` makes the
rows of many rounds in a few statements. `HOUTAI_RACE_ROUNDS` says how many rounds; `make race` runs 2,000.
"""

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import DatabaseError, connection, connections

from foundation.lifecycle.errors import DomainError

T = TypeVar("T")
ROUNDS = max(1, int(os.environ.get("HOUTAI_RACE_ROUNDS", "50")))
MANY = 100  # rounds in which each side comes first at least once; it is about every fourth
AHEAD = 50  # rounds whose rows are made together
HELD_BACK = 0.006  # seconds: about as long as a verb needs until it has its locks
PATIENCE = 60  # seconds until a thread that never comes is a failure
_luck = random.Random(261101)


class Crew:
    """The threads of one test. They are kept over its rounds, and so are their connections."""

    def __init__(self) -> None:
        self.pool = ThreadPoolExecutor(max_workers=64)
        self.size = 0

    def run(self, jobs: Sequence[Callable[[], Any]]) -> list[Any]:
        """Every job in a thread of its own: none begins before all are there."""
        self.size = max(self.size, len(jobs))
        start = threading.Barrier(len(jobs))
        waits = _head_starts(len(jobs))
        running: list[Future[Any]] = [self.pool.submit(_work, *one, start) for one in zip(jobs, waits, strict=True)]
        ended = [one.exception() for one in running]
        unforeseen = [error for error in ended if error is not None]
        if unforeseen:
            raise unforeseen[0]
        return [one.result() for one in running]

    def dismiss(self) -> None:
        if self.size:
            self.run([connections.close_all] * self.size)
        self.pool.shutdown()


_crews: list[Crew] = []


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Run all jobs at the same moment, each on a connection of its own; what each gave, or the error it got.

    Refusals and the database's errors are outcomes; anything else ends the test. In every other round somebody is held
    back a few milliseconds, so that each of them comes first, and in the middle of another, many times.
    """
    if not _crews:
        _crews.append(Crew())
    return _crews[0].run(jobs)


def dismiss() -> None:
    """Close what the test's threads kept open."""
    while _crews:
        _crews.pop().dismiss()


def ahead(make: Callable[[int], Sequence[T]], how_many: int = ROUNDS) -> Iterator[T]:
    """One after another what `make(count)` gives, called for up to AHEAD at a time."""
    for begun in range(0, how_many, AHEAD):
        yield from make(min(AHEAD, how_many - begun))


def refused(outcomes: list[Any]) -> list[Any]:
    return [one for one in outcomes if isinstance(one, Exception)]


def broken(outcomes: list[Any]) -> list[Any]:
    return [one for one in outcomes if isinstance(one, DatabaseError)]


def _head_starts(count: int) -> list[float]:
    return [_luck.uniform(0, HELD_BACK) for _ in range(count)] if _luck.random() < 0.5 else [0.0] * count


def _work(job: Callable[[], Any], wait: float, start: threading.Barrier) -> Any:
    connection.ensure_connection()
    start.wait(PATIENCE)
    if wait:
        time.sleep(wait)
    try:
        return job()
    except DomainError as refusal:
        return refusal
    except DatabaseError as error:
        connection.close()  # the next round begins on a fresh one
        return error

"""Law 3: one verb over many rows, a chunk a transaction, halved down to the row that poisons it.

A chunk that raises is rolled back as a whole and tried again in two halves, down to one row; that row is parked with
the reason, and all others go on. What is the database's own trouble (lost connection, deadlock, lock timeout) is
nobody's row: it is tried three times and then raised, so the next beat starts over and no healthy row is parked. The
same with a task whose time is up: the row it happened to be at is not the one to blame.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction

from foundation.lifecycle.errors import DomainError

log = logging.getLogger(__name__)

TRIES = 3
REASON_LENGTH = 500
NOBODYS_ROW = (OperationalError, InterfaceError, SoftTimeLimitExceeded)


@dataclass(frozen=True)
class Parked:
    """One row set aside, and why, as a sentence for the people who look into it."""

    pk: int
    reason: str


@dataclass
class Result:
    """`done` counts what the verb says it did; `parked` lists the rows set aside, in order."""

    done: int = 0
    parked: list[Parked] = field(default_factory=list)


def in_chunks(
    pks: Iterable[int],
    verb: Callable[[list[int]], object],
    *,
    park: Callable[[int, str], object],
    size: int = 1000,
) -> Result:
    """Run `verb(pks)` over chunks of `size`, each in one transaction; park with `park(pk, reason)` what can't pass.

    The verb locks and looks again itself. It may return how many rows it changed (an int or anything with a length);
    None counts the whole chunk. Order is kept: the first pks are done first.
    """
    pks = list(pks)
    waiting = deque(pks[start : start + size] for start in range(0, len(pks), size))
    result = Result()
    while waiting:
        chunk = waiting.popleft()
        try:
            result.done += _count(_attempt(verb, chunk), chunk)
        except NOBODYS_ROW:
            raise
        except Exception as error:
            if len(chunk) > 1:
                half = len(chunk) // 2
                waiting.extendleft([chunk[half:], chunk[:half]])
                continue
            log.warning("Parked row %s: %s", chunk[0], error, exc_info=not isinstance(error, DomainError))
            result.parked.append(_park(park, chunk[0], error))
    return result


def _attempt(verb: Callable[[list[int]], object], chunk: list[int]) -> object:
    """One chunk in one transaction; deadlocks and lost locks get three tries."""
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                return verb(chunk)
        except OperationalError:
            if not left or transaction.get_connection().in_atomic_block:
                raise
    raise AssertionError("unreachable")


def _count(answer: object, chunk: Sequence[int]) -> int:
    if answer is None:
        return len(chunk)
    if isinstance(answer, int):
        return int(answer)
    return len(answer) if hasattr(answer, "__len__") else len(chunk)


def _park(park: Callable[[int, str], object], pk: int, error: Exception) -> Parked:
    """Set the row aside; a row that can't even be parked is logged and found again by the next run."""
    reason = str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
    parked = Parked(pk=pk, reason=reason[:REASON_LENGTH])
    try:
        with transaction.atomic():
            park(pk, parked.reason)
    except NOBODYS_ROW:
        raise
    except Exception:
        log.exception("Row %s could not be parked", pk)
    return parked

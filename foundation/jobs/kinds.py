"""The registry of kinds of job; each app registers its own in `job_kinds.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


def _nothing_to_prepare(job: Any, report: Callable[[int, int], None]) -> None:
    """Most kinds need no work outside the transaction."""


@dataclass(frozen=True)
class Kind:
    """What a job of this kind does and who may watch it.

    `step(job, now)` does one chunk inside the transaction that also saves the job's `cursor`, `done`, `total`,
    `result` and `output_file`, and says whether that was the last one: a worker killed in the middle leaves the chunk
    undone *and* the cursor where it was. `prepare(job, report)` runs before it, outside any transaction, each time: it
    must be quick when there is nothing (left) to prepare, and calls `report(done, total)` while it works, which keeps
    the lease. A DomainError from either stops the job with that sentence.
    `perm` lets one watch; `perm_of(job)` is the permission to stop it and to let it go on, where that is another one.
    `result_url(job)` is the page that tells the result; with `goes_on` the waiting browser is sent there by itself.
    """

    code: str
    step: Callable[[Any, datetime], bool]
    title: Any
    perm: str
    prepare: Callable[[Any, Callable[[int, int], None]], None] = _nothing_to_prepare
    result_url: Callable[[Any], str | None] = lambda job: None
    goes_on: bool = False
    perm_of: Callable[[Any], str] | None = None

    def perm_to_steer(self, job: Any) -> str:
        return self.perm_of(job) if self.perm_of else self.perm


KINDS: dict[str, Kind] = {}


def register(
    code: str,
    *,
    step: Callable[[Any, datetime], bool],
    title: Any,
    perm: str,
    **options: Any,
) -> Kind:
    """Make a kind of job known; `code` is "app.noun" and taken once."""
    if code in KINDS:
        raise ValueError(f"The job kind {code} is registered twice.")
    KINDS[code] = Kind(code=code, step=step, title=title, perm=perm, **options)
    return KINDS[code]


def get(code: str) -> Kind:
    """The kind, or KeyError: a job is never started for a kind nobody runs."""
    return KINDS[code]

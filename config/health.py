"""For whoever watches the house: alive, and ready to work.

`/readyz` answers 503 for what pages can't do without: the database, and a schema as new as the code. What only delays
(the broker, beat, a worker) is a warning with its name: taking every web server out of service for it would turn a
delay into an outage. `/readyz?strict` answers 503 for warnings too, for a monitor that calls somebody.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from foundation.jobs import heart
from foundation.lifecycle import clock

from . import broker

OK, WARNING, FAILED = "ok", "warning", "failed"


@dataclass(frozen=True)
class Check:
    """One thing looked at: how it stands, in words, and how long the answer took or how old it is, in seconds."""

    name: str
    status: str
    words: str = ""
    seconds: float | None = None


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Each check with its age: lines of text, or JSON for who accepts it. 503 as the module says."""
    checks = list(look())
    worst = next((level for level in (FAILED, WARNING) if any(check.status == level for check in checks)), OK)
    status = 503 if worst == FAILED or (worst == WARNING and "strict" in request.GET) else 200
    if not _wants_json(request):
        lines = [worst, *(_line(check) for check in checks)]
        return HttpResponse("\n".join(lines) + "\n", content_type="text/plain", status=status)
    return JsonResponse({"status": worst, "checks": [asdict(check) for check in checks]}, status=status)


def _wants_json(request: HttpRequest) -> bool:
    """By the plain words of the header: Django's reader of it ends in a 500 for a codec somebody makes up."""
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/" not in accept and "*/*" not in accept


def look() -> Iterator[Check]:
    """Every check; without a database there is nothing more to ask it."""
    began = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        yield Check("database", OK, seconds=_since(began))
        yield _migrations()
        yield from _heartbeats()
    except (DatabaseError, InterfaceError):
        yield Check("database", FAILED, "does not answer", _since(began))
    began = time.perf_counter()
    answers = broker.answers()
    words = "" if answers else "does not answer: pages work, what they wake waits for beat"
    yield Check("broker", OK if answers else WARNING, words, _since(began))


def _migrations() -> Check:
    waiting = len(_known_migrations() - set(MigrationRecorder(connection).applied_migrations()))
    return Check("migrations", FAILED, f"{waiting} waiting") if waiting else Check("migrations", OK)


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """What this process's code brings; a newer database may have more, which a rolling upgrade is allowed to."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _heartbeats() -> Iterator[Check]:
    for queue, age in heart.ages(clock.now()).items():
        if age is None:
            yield Check(f"beat of {queue}", WARNING, "never yet")
        else:
            words = "beat, the broker or this queue's worker stands still" if age > heart.LATE else ""
            yield Check(f"beat of {queue}", WARNING if words else OK, words, round(age.total_seconds(), 1))


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 4)


def _line(check: Check) -> str:
    age = "" if check.seconds is None else f" ({check.seconds:g} s)"
    return f"{check.name}: {check.status}{age}{' – ' if check.words else ''}{check.words}"

"""Asking carriers about parcels until they are at their end: claim → ask → mark. Nothing is held while one is asked."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Blocked
from foundation.lifecycle.locks import lock

from .. import carriers
from ..carriers.base import CarrierError, Final, Track
from ..models import Carrier, Parcel, Watch
from . import salts, scanning

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=6)
CALM = 8  # asks without news after which the wait is the longest
MOST_ATTEMPTS = 20  # failures in a row count on from there: four days at least until a human is asked
STUCK_AFTER = timedelta(minutes=10)
ONE_ROUND, ROUND_SECONDS = 200, 60.0  # a round ends long before its task's time limit, whatever carriers do


def back_off(attempts: int) -> timedelta:
    """How long the next question waits after `attempts` without news: 5 min, 10 min … capped at six hours."""
    return min(FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 20), LONGEST_WAIT)


def start(parcel: Parcel, now: datetime) -> None:
    """Watch the parcel from now on; its number or carrier is new, so what was known before is forgotten."""
    Watch.objects.filter(parcel_id=parcel.pk).delete()
    start_many([parcel], now)


def start_many(parcels: Sequence[Parcel], now: datetime) -> int:
    """The same for a chunk, but those that are watched stay as they are; how many have somebody to ask.

    Without a number, without a carrier we can ask, or at its end, a parcel is not watched.
    """
    adapters = dict(Carrier.objects.values_list("pk", "adapter"))
    wanted = {
        parcel.pk: adapters[parcel.carrier_id]
        for parcel in parcels
        if parcel.tracking_number
        and parcel.carrier_id
        and not parcel.is_over
        and carriers.is_on(adapters[parcel.carrier_id])
    }
    rows = [Watch(parcel_id=pk, adapter=adapter, next_at=now) for pk, adapter in wanted.items()]
    Watch.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


def poll_due(now: datetime) -> dict[str, int]:
    """Ask about what is due at `now`, longest waiting first, ONE_ROUND at most; counts of what became of them."""
    counts = {"news": 0, "quiet": 0, "over": 0, "failed": 0, "given_up": 0}
    ends = time.monotonic() + ROUND_SECONDS
    due = Watch.objects.filter(next_at__lte=now, claimed_at=None).order_by("next_at", "pk")
    for pk in list(due.values_list("pk", flat=True)[:ONE_ROUND]):
        if time.monotonic() > ends:
            break
        watch = _claim(pk, now)
        if watch is not None:
            counts[_ask(watch, now)] += 1
    return counts


def rescue(now: datetime) -> dict[str, int]:
    """Questions whose asker died on the way are asked again: asking changes nothing at the carrier."""
    stuck = Watch.objects.filter(claimed_at__lt=now - STUCK_AFTER, next_at__isnull=False)
    return {"rescued": stuck.update(claimed_at=None)}


@transaction.atomic
def ask_again(parcel_pk: int, *, by: Any, now: datetime) -> Watch:
    """Operations let a question that was given up go again. Blocked when it was not given up."""
    watch = lock(Watch.objects.select_related("parcel").filter(pk=parcel_pk))[0]
    if watch.given_up_at is None:
        raise Blocked(_("This parcel is being watched."))
    watch.given_up_at, watch.error, watch.attempts, watch.next_at = None, "", 0, now
    watch.save(update_fields=["given_up_at", "error", "attempts", "next_at"])
    record("logistics.watch_resumed", watch.parcel, by=by, now=now, data={"number": watch.parcel.tracking_number})
    return watch


def _claim(pk: int, now: datetime) -> Watch | None:
    """One conditional UPDATE decides between two workers; None if another has it."""
    due = Watch.objects.filter(pk=pk, next_at__lte=now, claimed_at=None)
    claimed = due.update(claimed_at=clock.now())
    watches = Watch.objects.select_related("parcel__carrier", "parcel__order", "parcel__shop")
    return watches.filter(pk=pk).first() if claimed else None


def _ask(watch: Watch, now: datetime) -> str:
    """Subscribe once, ask, take the scans in; what became of it. Any fault of the other side is a try that failed."""
    parcel = watch.parcel
    try:
        if parcel.is_over or not parcel.tracking_number or parcel.carrier is None:
            return _mark(watch, "over", next_at=None)
        track = _track(watch, parcel.carrier, now)
        taken = scanning.take_in(
            shop_pk=parcel.shop_id, carrier_code=parcel.carrier.code, number=parcel.tracking_number,
            events=track.events, source=watch.adapter, now=now,
        )  # fmt: skip
    except Final as refusal:
        return _mark(watch, "given_up", next_at=None, given_up_at=now, error=_short(refusal))
    except Exception as problem:
        if not isinstance(problem, CarrierError):
            log.warning("Parcel %s can't be asked about: %s", watch.pk, type(problem).__name__)
        return _failed(watch, problem, now)
    parcel.refresh_from_db(fields=["status"])
    if parcel.is_over or track.is_over:
        return _mark(watch, "over", next_at=None, error="")
    attempts = 1 if taken.new else min(watch.attempts + 1, CALM)
    wait = LONGEST_WAIT if watch.subscribed_at else back_off(attempts)
    return _mark(
        watch, "news" if taken.new else "quiet", attempts=attempts, error="", next_at=track.next_at or now + wait
    )


def _track(watch: Watch, carrier: Carrier, now: datetime) -> Track:
    parcel = watch.parcel
    hands = carriers.adapter(watch.adapter)
    given = {
        "carrier": carrier.kuaidi100 or carrier.code, "number": parcel.tracking_number,
        "phone": parcel.order.phone_tail,
    }  # fmt: skip
    callback = salts.public_address(parcel.shop)
    if watch.subscribed_at is None and callback:
        hands.subscribe(**given, callback=callback, salt=salts.hook_of(parcel.shop).salt)
        watch.subscribed_at = now
        Watch.objects.filter(pk=watch.pk, claimed_at=watch.claimed_at).update(subscribed_at=now)
    return hands.track(**given, now=now)


def _failed(watch: Watch, problem: Exception, now: datetime) -> str:
    attempts = watch.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        return _mark(watch, "given_up", next_at=None, given_up_at=now, attempts=attempts, error=_short(problem))
    return _mark(watch, "failed", attempts=attempts, error=_short(problem), next_at=now + back_off(attempts))


def _mark(watch: Watch, outcome: str, **columns: Any) -> str:
    """Write what became of it, if it is still ours: its number may have changed, a rescue may have put it back."""
    Watch.objects.filter(pk=watch.pk, claimed_at=watch.claimed_at).update(claimed_at=None, **columns)
    return outcome


def _short(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]

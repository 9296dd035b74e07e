"""Calls to carriers, from the outbox: claim → send → mark (architecture law 4).

Nothing is held while a carrier is asked. What certainly did not arrive is tried again; what may have arrived is never
sent again by itself: the interception's outcome is then unknown and a human's.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.jobs.chunks import in_chunks
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Blocked
from foundation.policies.models import NoPolicy

from ..carriers.base import Adapter, Answer, Final, Retryable, adapter
from ..models import CarrierCall, CarrierEvent, Interception, LogisticsPolicy
from ..states import CALL, CallKind, CallState, Status
from . import carrier_words, salts
from .holding import calls_of, drop, hold_interception, hold_interceptions
from .progress import take, tell_of

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=30)
MAX_WAIT = timedelta(minutes=10)
MAX_ATTEMPTS = 12
STUCK_AFTER = timedelta(minutes=5)
ONE_ROUND = 100  # calls per task, so that it ends long before its time limit
CHUNK = 200
MAY_HAVE_ARRIVED = (CallState.SENDING, CallState.SENT, CallState.UNKNOWN)


def back_off(attempts: int) -> timedelta:
    """How long the next try waits after `attempts` failed ones: 30 s, 1 min … capped at ten: a parcel does not wait."""
    return min(FIRST_WAIT * 2 ** min(attempts - 1, 20), MAX_WAIT)


def queue(about: Iterable[tuple[Interception, str]], *, now: datetime) -> None:
    """Write calls in the caller's transaction; a worker is woken after commit. The same kind and key twice is once."""
    rows = [
        CarrierCall(interception=one, kind=kind, key=_key(one, kind), next_at=now, created_at=now) for one, kind in about
    ]
    if rows:
        CarrierCall.objects.bulk_create(rows, batch_size=500)
        transaction.on_commit(wake, robust=True)


def _key(interception: Interception, kind: str) -> str:
    """`interception:5:request`; queries are counted."""
    asked = calls_of(interception, kind).count() if kind == CallKind.QUERY else 0
    return f"interception:{interception.pk}:{kind}{f':{asked + 1}' if kind == CallKind.QUERY else ''}"


def call_off(interception: Interception, *, now: datetime) -> None:
    """A locked interception was cancelled: a request that had not left was dropped with it, else the carrier is told."""
    if may_have_arrived(interception):
        queue([(interception, CallKind.CANCEL)], now=now)


def may_have_arrived(interception: Interception) -> bool:
    """Whether the carrier has the request, or may have it: one that waits, or was refused, it has not."""
    return calls_of(interception, CallKind.REQUEST).filter(status__in=MAY_HAVE_ARRIVED).exists()


def due(now: datetime) -> "QuerySet[CarrierCall]":
    """What waits and is due, oldest first. A cancel waits while its request is on the way, so that it can't overtake it."""
    on_the_way = CarrierCall.objects.filter(
        interception=OuterRef("interception"), kind=CallKind.REQUEST, status__in=[CallState.SENDING, CallState.PENDING]
    ).exclude(pk=OuterRef("pk"))
    return CarrierCall.objects.filter(~Exists(on_the_way), status=CallState.PENDING, next_at__lte=now).order_by("next_at", "pk")


def deliver_due(now: datetime) -> dict[str, int]:
    """Make the calls due at `now`, ONE_ROUND at most; counts of what became of them."""
    counts = {"answered": 0, "later": 0, "refused": 0, "unknown": 0}
    for pk in list(due(now).values_list("pk", flat=True)[:ONE_ROUND]):
        call = _claim(pk, now)
        if call is not None:
            counts[_send(call, now)] += 1
    return counts


def rescue_stuck(now: datetime) -> dict[str, int]:
    """Calls whose sender died on the way: the carrier is asked; what it can't tell is unknown, and a human's."""
    counts = {"answered": 0, "later": 0, "unknown": 0}
    stuck = CarrierCall.objects.filter(status=CallState.SENDING, claimed_at__lt=now - STUCK_AFTER).order_by("claimed_at")
    for call in list(stuck[:ONE_ROUND]):
        counts[_settle_stuck(call, now)] += 1
    return counts


def lose_answers(now: datetime) -> dict[str, int]:
    """The job: asked for, and nothing heard within the rule's minutes of the call: nobody knows (rules §4)."""
    try:
        since = now - timedelta(minutes=LogisticsPolicy.objects.in_force(now).answer_minutes)
    except NoPolicy:
        return {"unknown": 0}
    just_sent = CarrierCall.objects.filter(interception=OuterRef("pk"), kind=CallKind.REQUEST, done_at__gt=since)
    rows = Interception.objects.filter(~Exists(calls_still_out()), ~Exists(just_sent), status=Status.REQUESTED)
    pks = rows.filter(requested_at__lte=since).order_by("requested_at", "pk").values_list("pk", flat=True)
    done = in_chunks(pks, partial(_lose_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"unknown": done.done}


def calls_still_out() -> "QuerySet[CarrierCall]":
    """Requests of an outer interception that wait or are being sent: those have their own end."""
    return CarrierCall.objects.filter(
        interception=OuterRef("pk"), kind=CallKind.REQUEST, status__in=[CallState.PENDING, CallState.SENDING]
    )


def _lose_chunk(pks: list[int], *, now: datetime) -> int:
    held = [one for one in hold_interceptions(pks, skip_locked=True) if one.status == Status.REQUESTED]
    for interception in held:
        take(interception, "lose_answer", by=None, now=now)
    return len(held)


@transaction.atomic
def reconcile(interception_pk: int, *, by: Any, now: datetime) -> CarrierCall:
    """Ask the carrier how an interception stands; changes nothing there and sends nothing again.

    One question at a time: asked again while it waits, the waiting one is given. Blocked for one that ended, and while
    the request itself has not left.
    """
    interception = hold_interception(interception_pk)
    waiting = calls_of(interception, CallKind.QUERY).filter(status__in=[CallState.PENDING, CallState.SENDING]).first()
    if waiting is not None:
        return waiting
    if not interception.is_open:
        raise Blocked(_("This interception is over: there is nothing to ask."))
    on_the_way = calls_of(interception, CallKind.REQUEST).filter(status__in=[CallState.PENDING, CallState.SENDING])
    if interception.status == Status.REQUESTED and on_the_way.exists():
        raise Blocked(_("The request has not left yet: it is being tried."))
    queue([(interception, CallKind.QUERY)], now=now)
    record("logistics.interception_asked", interception, by=by, now=now, data={"number": interception.number})
    return calls_of(interception, CallKind.QUERY).latest("pk")


def wake() -> None:
    """Ask a worker to look into the outbox; never raises, beat looks every half minute anyway."""
    try:
        current_app.send_task("logistics.deliver_calls", queue="bulk", retry=False)
    except Exception as error:
        log.warning("Calls to carriers wait for beat, the broker does not answer: %s", type(error).__name__)


@transaction.atomic
def _claim(pk: int, now: datetime) -> CarrierCall | None:
    """One conditional UPDATE decides between two workers; None if it is lost, or the call is not needed any more.

    Looked at under the order's lock: what the carrier or a person said since the call was queued counts. Claimed at the
    moment it is, not when its round began (see `foundation.notifications.services.delivery`).
    """
    rows = CarrierCall.objects.select_related("interception__parcel", "interception__carrier", "interception__shop")
    call = rows.get(pk=pk)
    interception = hold_interception(call.interception_id)
    waiting = CarrierCall.objects.filter(pk=pk, status=CallState.PENDING, next_at__lte=now)
    if not _needed(call.kind, interception):
        drop(waiting, "not needed any more", now)
        return None
    claimed = waiting.update(
        status=CALL.target("claim", CallState.PENDING), claimed_at=clock.now(), attempts=F("attempts") + 1
    )
    return rows.get(pk=pk) if claimed else None


def _needed(kind: str, interception: Interception) -> bool:
    """Whether a waiting call still says something to the carrier; the interception is locked."""
    if kind == CallKind.REQUEST:
        return interception.status in (Status.REQUESTED, Status.UNKNOWN)
    if kind == CallKind.QUERY:
        return interception.is_open
    said_no = CarrierEvent.objects.filter(interception=interception, verb__in=["refuse", "fail"])
    return may_have_arrived(interception) and not said_no.exists()


def _send(call: CarrierCall, now: datetime) -> str:
    try:
        talk = adapter(call.interception.carrier.adapter)
        answer = SEND[call.kind](talk, call)
    except Retryable as problem:
        if call.attempts < MAX_ATTEMPTS:
            return _later(call, problem, now)
        return _refused(call, problem, now, _("The carrier could not be reached. Call it."))
    except (Final, KeyError) as problem:
        return _refused(call, problem, now, str(problem))
    except Exception as problem:
        log.warning("Call %s: outcome unknown (%s)", call.key, type(problem).__name__)
        return _lost(call, problem, now)
    return _answered(call, talk.source, answer, now)


def _settle_stuck(call: CarrierCall, now: datetime) -> str:
    try:
        talk = adapter(call.interception.carrier.adapter)
        answer = _query(talk, call)
    except Exception as problem:
        log.warning("Call %s: the carrier can't be asked (%s)", call.key, type(problem).__name__)
        return _lost(call, problem, now)
    if answer is None and call.kind == CallKind.REQUEST:
        return _later(call, Retryable("the sender stopped, the carrier has nothing of it"), now)
    if call.kind == CallKind.CANCEL:  # how it stands does not say whether the cancel arrived
        return _lost(call, Retryable("the sender stopped before it could say what became of it"), now)
    return _answered(call, talk.source, answer, now)


def _request(talk: Adapter, call: CarrierCall) -> Answer:
    one = call.interception
    callback, salt = _callback(one)
    return talk.intercept(
        carrier=_name(call), number=one.parcel.tracking_number, reason=one.reason, key=call.key, callback=callback,
        salt=salt,
    )  # fmt: skip


def _callback(interception: Interception) -> tuple[str, str]:
    """Where the carrier tells how it goes on, and the shop's salt it signs with."""
    shop = interception.shop
    return salts.public_address(shop, "hooks:interception"), salts.hook_of(shop).salt


def _cancel(talk: Adapter, call: CarrierCall) -> Answer:
    one = call.interception
    return talk.call_off(carrier=_name(call), number=one.parcel.tracking_number, reference=one.reference, key=call.key)


def _query(talk: Adapter, call: CarrierCall) -> Answer | None:
    one = call.interception
    key = _key(one, CallKind.REQUEST)
    return talk.ask(carrier=_name(call), number=one.parcel.tracking_number, reference=one.reference, key=key)


SEND: dict[str, Callable[[Adapter, CarrierCall], Answer | None]] = {
    CallKind.REQUEST: _request,
    CallKind.CANCEL: _cancel,
    CallKind.QUERY: _query,
}


def _name(call: CarrierCall) -> str:
    carrier = call.interception.carrier
    return carrier.kuaidi100 or carrier.code


@transaction.atomic
def _answered(call: CarrierCall, source: str, answer: Answer | None, now: datetime) -> str:
    """Mark it and take the carrier's word, together: a word is never lost between the two."""
    interception = hold_interception(call.interception_id)
    _mark(call, "answer", done_at=now, error="" if answer else "the carrier has nothing of it")
    if answer is None:
        carrier_words.carrier_has_none(interception, now=now)
        return "answered"
    if answer.reference and not interception.reference:
        interception.reference = answer.reference[:64]
        interception.save(update_fields=["reference"])
    carrier_words.heard(interception, call.kind, answer, source=source, now=now)
    return "answered"


@transaction.atomic
def _later(call: CarrierCall, problem: Exception, now: datetime) -> str:
    """It certainly did not arrive. If the interception ended meanwhile it need not, and nor need its cancel."""
    interception = hold_interception(call.interception_id)
    if call.kind == CallKind.REQUEST and interception.status not in (Status.REQUESTED, Status.UNKNOWN):
        _mark(call, "refuse", done_at=now, error="not needed any more")
        drop(calls_of(interception, CallKind.CANCEL), "its request never arrived", now)
        return "refused"
    _mark(call, "retry", next_at=now + back_off(call.attempts), error=_short(problem), claimed_at=None)
    return "later"


@transaction.atomic
def _refused(call: CarrierCall, problem: Exception, now: datetime, said: str) -> str:
    """The carrier said no, for good; a refused request ends the interception, a refused cancel is people's."""
    interception = hold_interception(call.interception_id)
    ours = _mark(call, "refuse", done_at=now, error=_short(problem))
    if call.kind == CallKind.REQUEST:
        carrier_words.carrier_says(
            interception.pk, code="refused", verb="refuse", text=said, at=now, source="call", now=now
        )
    elif call.kind == CallKind.CANCEL and ours:
        tell_of(interception, "cancel_not_taken", now, text=said)
    return "refused"


@transaction.atomic
def _lost(call: CarrierCall, problem: Exception, now: datetime) -> str:
    """It may have arrived: never again by itself."""
    interception = hold_interception(call.interception_id)
    ours = _mark(call, "lose", done_at=now, error=_short(problem))
    if call.kind == CallKind.REQUEST and interception.status == Status.REQUESTED:
        take(interception, "lose_answer", by=None, now=now)
    elif call.kind == CallKind.CANCEL and ours:
        tell_of(interception, "cancel_not_taken", now, text=_("No answer"))
    return "unknown"


def _mark(call: CarrierCall, verb: str, **fields: Any) -> bool:
    """Write what became of it, if it is still ours: a rescue may have settled it meanwhile."""
    ours = CarrierCall.objects.filter(pk=call.pk, status=CallState.SENDING, claimed_at=call.claimed_at)
    return bool(ours.update(status=CALL.target(verb, CallState.SENDING), **fields))


def _short(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]

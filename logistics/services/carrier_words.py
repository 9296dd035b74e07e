"""What carriers say of an interception: stored once, taken when the table allows it, kept as evidence when it is late."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from foundation.lifecycle.errors import Invalid

from ..carriers import kuaidi100_format
from ..carriers.base import Answer
from ..models import CarrierCode, CarrierEvent, Interception, Parcel
from ..states import CANCELLABLE, INTERCEPTION, OPEN, CallKind, ParcelState, Status
from . import codes
from .holding import hold_interception
from .progress import take, tell_of

WORDS = frozenset({"accept", "begin", "succeed", "turn_back", "come_back", "refuse", "fail"})
STOPPED = frozenset({"succeed", "turn_back", "come_back"})  # the carrier has the parcel
IMPLIES = {"turn_back": "succeed", "come_back": "succeed"}  # a carrier that says the second need not have said the first
CODES = "kuaidi100:intercept"
SKEW = timedelta(minutes=10)
ONE_ROUND = 200


@transaction.atomic
def carrier_says(
    interception_pk: int, *, code: str, verb: str, text: str, at: datetime | None, source: str, now: datetime,
    by: Any = None,
) -> CarrierEvent:  # fmt: skip
    """Take one word of the carrier: `verb` is the move its code means, "" for a code nobody knows.

    The same moment, code and words again is the same event and changes nothing; without a moment the code and words are.
    A word the table does not allow from the present state is kept with the reason; "intercepted" after the end is
    flagged to the shop's leaders (F23). `by` wrote it down, if somebody did. Http404 for an unknown interception.
    """
    interception = hold_interception(interception_pk)
    digest = _digest(at, code, text)
    known = CarrierEvent.objects.filter(interception=interception, digest=digest).first()
    if known is not None:
        return known
    verb = verb if verb in WORDS else ""
    path = _path(verb, interception.status)
    event = CarrierEvent.objects.create(
        interception=interception, digest=digest, at=at or now, received_at=now, code=code[:40], verb=verb, text=text[:300],
        source=source[:20], moved=bool(path), why_not="" if path else _why_not(verb, interception.status)[:300],
    )  # fmt: skip
    _take_path(interception, path, at, text, now, by)
    if not path:
        _flag_if_late(interception, event, now)
    return event


def _take_path(
    interception: Interception, path: list[str], at: datetime | None, text: str, now: datetime, by: Any = None
) -> None:
    for step in path:
        take(interception, step, by=by, now=now, at=at, text=text)


@transaction.atomic
def heard_by_phone(pk: int, *, verb: str, by: Any, now: datetime) -> CarrierEvent:
    """Operations called the carrier and write down what it said, where nobody answers otherwise.

    IllegalMove when the table has no way there from the present state; Http404.
    """
    interception = hold_interception(pk)
    if not _path(verb, interception.status):
        interception.LIFECYCLE.target(verb, interception.status)
    text = _("Heard by phone by %(who)s") % {"who": by}
    return carrier_says(pk, code="phone", verb=verb, text=text, at=now, source="phone", now=now, by=by)


def _digest(at: datetime | None, code: str, text: str) -> str:
    said = "\x1f".join([at.astimezone(UTC).isoformat(timespec="seconds") if at else "", code, text])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _path(verb: str, status: str) -> list[str]:
    """The moves `verb` means from `status`: itself, or with the one it implies; none when the table has no way."""
    if not verb:
        return []
    if INTERCEPTION.can(verb, status):
        return [verb]
    first = IMPLIES.get(verb)
    return [first, verb] if first and INTERCEPTION.can(first, status) else []


def _why_not(verb: str, status: str) -> str:
    if not verb and status == Status.CANCELLED:
        return _("It was cancelled before; what the carrier says is kept.")
    return INTERCEPTION.why_not(verb, status) if verb else _("Nobody has said yet what this code means.")


def _flag_if_late(interception: Interception, event: CarrierEvent, now: datetime) -> None:
    """The carrier has the parcel although here it was over: people must know, once. The state stays."""
    ended = interception.status in (Status.CANCELLED, Status.REFUSED, Status.FAILED)
    late = CarrierEvent.objects.filter(interception=interception, moved=False, verb__in=STOPPED)
    if ended and event.verb in STOPPED and late.count() == 1:
        tell_of(interception, "late", now, text=event.text or event.code)


def parcel_moved(parcel: Parcel, *, now: datetime) -> None:
    """The parcel's scans reached a state that says how its open interception stands; the parcel is locked.

    On its way back or back: intercepted, when the carrier had taken it. Back while nobody knows whether the carrier had
    the request, or delivered: failed, so that nothing is held back any more and nothing is charged.
    """
    pk = Interception.objects.filter(parcel=parcel, status__in=OPEN).values_list("pk", flat=True).first()
    verb = BY_SCANS.get(parcel.status)
    if pk is None or verb is None:
        return
    interception = hold_interception(pk)
    if verb == "fail" and interception.status not in CANCELLABLE:
        tell_of(interception, "signed", now, text=parcel.last_scan_text)
    verb = _by_scans(verb, interception.status)
    if verb:
        moment = parcel.returned_at or parcel.last_scan_at if verb != "fail" else parcel.signed_at or parcel.last_scan_at
        carrier_says(
            pk, code=parcel.status, verb=verb, text=parcel.last_scan_text, at=moment or now, source="scans", now=now
        )
    parcel.interception_status = Interception.objects.values_list("status", flat=True).get(pk=pk)


BY_SCANS: dict[str, str] = {
    ParcelState.RETURNING: "turn_back", ParcelState.RETURNED: "come_back", ParcelState.SIGNED: "fail",
}  # fmt: skip


def _by_scans(verb: str, status: str) -> str:
    if verb == "fail":
        return "fail" if status in CANCELLABLE else ""
    if status in (Status.REQUESTED, Status.UNKNOWN):  # it turned round for another reason
        return "fail" if verb == "come_back" else ""
    return verb if _path(verb, status) else ""


def from_push(shop_pk: int, param: Mapping[str, Any], *, source: str, now: datetime) -> CarrierEvent | None:
    """A word a carrier pushed about an interception of the shop; None when none of it is known.

    `param` names the tracking number (`kuaidinum`, `number` or `nu`) or the reference (`orderId`, `reference`), a code
    (`status`, `code`), words (`message`, `text`) and, if it says so, the moment (`at`, aware; or `time`, of Shanghai).
    Invalid for a time that is no moment.
    """
    word, at = named(param), _moment(param, now)
    interception = _meant(shop_pk, word.number, word.reference, at or now)
    if interception is None or not word.code:
        return None
    known = CarrierEvent.objects.filter(interception=interception, digest=_digest(at, word.code, word.text)).first()
    if known is not None:  # a replay: its code is not counted again
        return known
    verb = meaning(word.code, word.text, source=source, now=now)
    return carrier_says(interception.pk, code=word.code, verb=verb, text=word.text, at=at, source=source, now=now)


class Word(NamedTuple):
    """What a push about an interception names; "" for what it does not."""

    number: str
    reference: str
    code: str
    text: str


def named(param: Mapping[str, Any]) -> Word:
    """The names a push may use, as `from_push` says."""
    return Word(
        number=_first(param, "kuaidinum", "number", "nu").strip().upper(), reference=_first(param, "orderId", "reference"),
        code=_first(param, "status", "code"), text=_first(param, "message", "text"),
    )  # fmt: skip


def _moment(param: Mapping[str, Any], now: datetime) -> datetime | None:
    if isinstance(param.get("at"), datetime):
        return param["at"]
    written = _first(param, "time", "ftime")
    try:
        return kuaidi100_format.read_moment(written, now) if written else None
    except ValueError as problem:
        raise Invalid(str(problem)) from None


def _first(param: Mapping[str, Any], *names: str) -> str:
    found = (param.get(name) for name in names)
    return next((str(one) for one in found if isinstance(one, str | int) and not isinstance(one, bool) and one != ""), "")


def _meant(shop_pk: int, number: str, reference: str, at: datetime) -> Interception | None:
    """By the carrier's reference, else the newest one of the number that had been asked for at that moment."""
    rows = Interception.objects.filter(shop_id=shop_pk).order_by("-requested_at", "-pk")
    if reference and (found := rows.filter(reference=reference).first()):
        return found
    if not number:
        return None
    of_number = rows.filter(parcel__tracking_number=number)
    return of_number.filter(requested_at__lte=at + SKEW).first() or of_number.first()


def meaning(code: str, text: str, *, source: str, now: datetime) -> str:
    """The verb a code of `source` means; one nobody knows is put on operations' list and means nothing yet."""
    return _known(code, source) or codes.note_unknown(_list_of(source), code[:40], sample=text, now=now)


def _known(code: str, source: str) -> str:
    rows = CarrierCode.objects.filter(source__in=[_list_of(source), CODES], code=code[:40])
    meanings = dict(rows.values_list("source", "meaning"))
    return meanings.get(_list_of(source)) or meanings.get(CODES, "")


def _list_of(source: str) -> str:
    return f"{source}:intercept"[:40]


def read_words_again(now: datetime) -> dict[str, int]:
    """Words whose code got a meaning after they came, ONE_ROUND at most: they are taken now. Twice changes nothing."""
    known = CarrierCode.objects.exclude(meaning="").filter(
        source__in=[Concat(OuterRef("source"), Value(":intercept")), Value(CODES)], code=OuterRef("code")
    )
    waiting = CarrierEvent.objects.filter(Exists(known), verb="").order_by("pk")
    pks = list(waiting.values_list("pk", flat=True)[:ONE_ROUND])
    return {"read": sum(_read(pk, now) for pk in pks)}


@transaction.atomic
def _read(event_pk: int, now: datetime) -> int:
    interception = hold_interception(CarrierEvent.objects.values_list("interception_id", flat=True).get(pk=event_pk))
    event = CarrierEvent.objects.get(pk=event_pk)
    verb = _known(event.code, event.source)
    if event.verb or verb not in WORDS:
        return 0
    path = _path(verb, interception.status)
    CarrierEvent.objects.filter(pk=event_pk).update(
        verb=verb, moved=bool(path), why_not="" if path else _why_not(verb, interception.status)[:300]
    )
    _take_path(interception, path, event.at, event.text, now)
    if not path:
        event.verb = verb
        _flag_if_late(interception, event, now)
    return 1


def heard(interception: Interception, kind: str, answer: Answer, *, source: str, now: datetime) -> CarrierEvent:
    """What a carrier answered to a call. An answer to a cancel that says nothing new is kept as its words only."""
    asked = kind != CallKind.CANCEL
    verb = meaning(answer.code, answer.text, source=source, now=now) if asked else _known(answer.code, source)
    return carrier_says(
        interception.pk, code=answer.code, verb=verb, text=answer.text, at=answer.at, source=source, now=now
    )


def carrier_has_none(interception: Interception, *, now: datetime) -> None:
    """The carrier was asked and has nothing of it: an unknown request never arrived, so it ends and may be asked anew."""
    if interception.status == Status.UNKNOWN:
        text = _("The carrier has nothing of this request.")
        carrier_says(interception.pk, code="none", verb="refuse", text=text, at=now, source="query", now=now)

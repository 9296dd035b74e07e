"""Asking a carrier to stop a parcel, and calling it off for good (rules §4 "Interception")."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from deposits.services.accounts import hold
from foundation.audit.services import Line, record_many
from foundation.lifecycle.bulk import insert_many
from foundation.lifecycle.errors import Blocked, DomainError, IllegalMove, Invalid
from foundation.policies.models import NoPolicy
from foundation.shell.urls_for import shop_url
from orders.models import ContactRecord, Party

from ..models import Carrier, CarrierFee, Interception, InterceptionRule, Parcel
from ..models.carriers import fee_in_force
from ..states import (
    CANCELLABLE,
    OPEN,
    CallKind,
    Origin,
    ParcelKind,
    ParcelState,
    Payer,
    Status,
    WhyCancel,
    WhyIntercept,
)
from . import calls, fees
from .holding import hold_interception, hold_interceptions, hold_parcels, must_be_current
from .progress import local, success_event, take, tell_of

NOTE_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Consequences:
    """What the sheet before a cancel says: fen booked so far, who pays, where the parcel is, whether one could ask again."""

    cost_minor: int
    storage_minor: int
    payer: str
    parcel_state: str
    last_scan_text: str
    again: bool


@dataclass(frozen=True, slots=True)
class SafeMoment:
    """When a refund costs nobody the goods: `at` is known once the parcel came back, never before."""

    safe: bool
    at: datetime | None
    sentence: str


def can_request(parcel: Parcel, earlier: Sequence[str] | None = None) -> str:
    """"" when an interception may be asked for now, else the sentence that says why not (rules §4).

    `earlier` are the states of the parcel's interceptions, where they are known already.
    """
    known = earlier if earlier is not None else list(parcel.interceptions.values_list("status", flat=True))
    return _why_not(parcel, known)


def cannot_request(rows: "QuerySet[Parcel]") -> dict[int, str]:
    """{pk: why not} of those of many parcels that could not be asked for now: two statements, however many."""
    parcels = list(rows.select_related("carrier"))
    earlier = _earlier(parcels)
    sentences = {parcel.pk: _why_not(parcel, earlier[parcel.pk]) for parcel in parcels}
    return {pk: sentence for pk, sentence in sentences.items() if sentence}


def _earlier(parcels: Iterable[Parcel]) -> dict[int, list[str]]:
    states: dict[int, list[str]] = {parcel.pk: [] for parcel in parcels}
    for pk, status in Interception.objects.filter(parcel_id__among=list(states)).values_list("parcel_id", "status"):
        states[pk].append(status)
    return states


def _why_not(parcel: Parcel, earlier: Sequence[str]) -> str:
    carrier = parcel.carrier
    if parcel.kind == ParcelKind.RETURN:
        return _("This parcel is on its way to the shop already.")
    if carrier is None or not parcel.tracking_number:
        return _("Enter the carrier and the tracking number first.")
    if any(status in OPEN for status in earlier):
        return _("An interception of this parcel is running already.")
    if not carrier.active or not carrier.can_intercept:
        return _("%(carrier)s takes no interceptions from here. Call %(phone)s or use its online service.") % {
            "carrier": carrier.name, "phone": carrier.phone or "—"
        }  # fmt: skip
    if not carrier.accepts(parcel.status):
        return _("%(carrier)s takes an interception only while a parcel is: %(states)s. This one is “%(state)s”.") % {
            "carrier": carrier.name, "state": ParcelState(parcel.status).label, "states": _states(carrier) or "—"
        }  # fmt: skip
    if Status.CANCELLED in earlier and not carrier.again_after_cancel:
        return _("%(carrier)s takes no other request after a cancel. Call %(phone)s.") % {
            "carrier": carrier.name, "phone": carrier.phone or "—"
        }  # fmt: skip
    return ""


def _states(carrier: Carrier) -> str:
    return pgettext("between things in a row", ", ").join(str(ParcelState(one).label) for one in carrier.accepts_in)


@transaction.atomic
def request_interception(
    parcel_pk: int, *, reason: str, by: Any, now: datetime, key: str, note: str = "", origin: str = Origin.MANUAL,
    rule: InterceptionRule | None = None, contact: ContactRecord | None = None,
) -> Interception:  # fmt: skip
    """Ask the carrier to stop a parcel; the same `key` again gives the first interception.

    What it will cost is copied from the carrier's fee row; the call goes out after commit, from the outbox. Blocked with
    the sentence of `can_request`, and for `changed_mind` without a recorded talk with the buyer; Invalid for an unknown
    reason or a note of more than 300 characters. Http404 for an unknown parcel.
    """
    parcels = hold_parcels([parcel_pk])
    if not parcels:
        raise Http404
    refused = _request(parcels, {parcel_pk: key}, reason, note, by, now, origin, rule, contact)
    if refused:
        carrier = parcels[0].carrier
        details = {"phone": carrier.phone, "url": carrier.service_url} if carrier else None
        raise Blocked(refused[parcel_pk], code="cannot_intercept", details=details)
    return Interception.objects.select_related("parcel", "order", "carrier").get(key=key)


@transaction.atomic
def request_many(
    pks: Iterable[int], *, reason: str, by: Any, now: datetime, key_prefix: str, note: str = ""
) -> dict[int, str]:
    """The same for a chunk of parcels; {pk: sentence} of those left as they are. Twice with one prefix is once."""
    parcels = hold_parcels(pks)
    keys = {parcel.pk: f"{key_prefix}:{parcel.pk}" for parcel in parcels}
    return _request(parcels, keys, reason, note, by, now, Origin.MANUAL, None, None)


def _request(
    parcels: Sequence[Parcel], keys: Mapping[int, str], reason: str, note: str, by: Any, now: datetime, origin: str,
    rule: InterceptionRule | None, contact: ContactRecord | None,
) -> dict[int, str]:  # fmt: skip
    """Everything of a request, on locked parcels; answers why the others were left as they are."""
    if reason not in WhyIntercept.values:
        raise Invalid(_("Choose a reason."), field="reason")
    _check_note(note)
    earlier = _earlier(parcels)
    known = set(Interception.objects.filter(key__among=list(keys.values())).values_list("key", flat=True))
    talked = _talked(parcels, contact) if reason == WhyIntercept.CHANGED_MIND else None
    refused: dict[int, str] = {}
    made: list[Interception] = []
    for parcel in (one for one in parcels if keys[one.pk] not in known):
        why_not = _why_not(parcel, earlier[parcel.pk])
        if not why_not and talked is not None and parcel.order_id not in talked:
            why_not = _("Talk to the buyer first and write down what was said: they may want the goods after all.")
        fee = None if why_not else _fee(parcel, now)
        if fee is None:
            refused[parcel.pk] = why_not or _("The platform gave no fee of this carrier. Ask it to.")
            continue
        made.append(_row(parcel, fee, key=keys[parcel.pk], reason=reason, note=note, by=by, now=now, origin=origin, rule=rule))
    hold({one.shop_id for one in made})  # what it may cost is kept back from a deposit refund from now on
    _ask(insert_many(made), by, now)
    return refused


def _talked(parcels: Iterable[Parcel], contact: ContactRecord | None) -> set[int]:
    """Orders whose buyer was talked to: the record given, or any there is."""
    if contact is not None:
        return {contact.order_id} if contact.who == Party.BUYER else set()
    rows = ContactRecord.objects.filter(order__in={one.order_id for one in parcels}, who=Party.BUYER)
    return set(rows.values_list("order_id", flat=True))


def _fee(parcel: Parcel, now: datetime) -> CarrierFee | None:
    assert parcel.carrier is not None
    try:
        return fee_in_force(parcel.carrier, now)
    except NoPolicy:
        return None


def _row(parcel: Parcel, fee: CarrierFee, *, by: Any, now: datetime, **said: Any) -> Interception:
    return Interception(
        parcel=parcel, order_id=parcel.order_id, shop_id=parcel.shop_id, carrier=parcel.carrier, requested_by=by,
        requested_at=now, province=parcel.province, **said, **fees.price(fee),
    )  # fmt: skip


def _ask(made: Sequence[Interception], by: Any, now: datetime) -> None:
    """The parcels' summaries, the calls, the record."""
    Parcel.objects.filter(pk__in=[one.parcel_id for one in made]).update(interception_status=Status.REQUESTED)
    calls.queue([(one, CallKind.REQUEST) for one in made], now=now)
    lines = [
        Line(one, to_state=one.status, reason=one.note, data={"number": one.number, "why": one.reason, "origin": one.origin})
        for one in made
    ]
    record_many("logistics.interception_requested", lines, by=by, now=now)


@transaction.atomic
def cancel_interception(
    pk: int, *, reason: str, note: str, typed: str, by: Any, now: datetime, version: int | None = None,
    payer: str = Payer.SHOP,
) -> Interception:  # fmt: skip
    """Call an interception off, for good: there is no undo (rules §4 "Cancel").

    `typed` are the last four characters of the tracking number, `payer` who is responsible for what it cost so far. A
    request the carrier can't have yet is taken back; otherwise the carrier is told. Refused: IllegalMove once the parcel
    is intercepted, with the carrier's own word, and for one that ended; Invalid for wrong characters or a missing reason;
    Stale for an older `version`; Http404.
    """
    interception = hold_interception(pk)
    must_be_cancellable(interception)
    must_be_current(interception, version)
    if typed.strip().casefold() != interception.parcel.tail.casefold():
        raise Invalid(_("Type the last four characters of the tracking number."), field="typed")
    _check_cancel(reason, note, payer)
    return _cancel(interception, reason=reason, note=note, payer=payer, by=by, now=now)


@transaction.atomic
def cancel_many(
    pks: Iterable[int], *, reason: str, note: str, by: Any, now: datetime, payer: str = Payer.SHOP
) -> dict[int, str]:
    """The same for a chunk confirmed by its preview, hash and typed number instead; {pk: sentence} of those left as they are."""
    _check_cancel(reason, note, payer)
    refused: dict[int, str] = {}
    for interception in hold_interceptions(pks):
        try:
            must_be_cancellable(interception)
        except DomainError as refusal:
            refused[interception.pk] = str(refusal)
            continue
        _cancel(interception, reason=reason, note=note, payer=payer, by=by, now=now)
    return refused


def must_be_cancellable(interception: Interception) -> None:
    """IllegalMove once the carrier has the parcel, showing its word, or once the interception ended."""
    if interception.status in CANCELLABLE:
        return
    word = success_event(interception)
    if word is not None and interception.status not in (Status.CANCELLED, Status.REFUSED):
        raise IllegalMove(
            _("Too late to cancel: %(carrier)s said at %(when)s (UTC+8): “%(text)s”.")
            % {"carrier": interception.carrier.name, "when": local(word.at), "text": word.text or word.code},
            code="cancel", details=word,
        )  # fmt: skip
    interception.LIFECYCLE.target("cancel", interception.status)


def _check_cancel(reason: str, note: str, payer: str) -> None:
    if reason not in WhyCancel.values:
        raise Invalid(_("Choose a reason."), field="reason")
    if payer not in Payer.values:
        raise Invalid(_("Choose who is responsible."), field="payer")
    if reason == WhyCancel.OTHER and not note.strip():
        raise Invalid(_("Write down why."), field="note")
    _check_note(note)


def _check_note(note: str) -> None:
    if len(note) > NOTE_LENGTH:
        raise Invalid(_("A note has at most 300 characters."), field="note")


def _cancel(interception: Interception, *, reason: str, note: str, payer: str, by: Any, now: datetime) -> Interception:
    fees.hand_over(interception, payer, by=by, now=now)
    take(
        interception, "cancel", by=by, now=now, reason=note, data={"why": reason, "payer": payer},
        cancel_reason=reason, cancel_note=note, cancelled_by=by, payer=payer,
    )  # fmt: skip
    calls.call_off(interception, now=now)
    if reason == WhyCancel.WRONG_SHIPPING and interception.requested_by is not None:
        page = shop_url(interception.shop, "logistics:parcel", number=interception.parcel.number)
        tell_of(interception, "to_correct", now, users=[interception.requested_by], url=page)
    return interception


def consequences(interception: Interception, now: datetime) -> Consequences:
    """What a cancel would mean at `now`; a cancel itself costs nothing (rules §4)."""
    cost = fees.cost_so_far(interception, now)
    parcel = interception.parcel
    again = interception.carrier.again_after_cancel and interception.carrier.accepts(parcel.status)
    return Consequences(cost.fee_minor, cost.storage_minor, interception.payer, parcel.status, parcel.last_scan_text, again)


def earliest_refund(interception: Interception) -> SafeMoment:
    """The earliest safe moment to refund: after the return event only, never because a request was sent (rules §4)."""
    if interception.status == Status.RETURNED:
        when = local(interception.returned_at)
        return SafeMoment(True, interception.returned_at, _("The parcel came back at %(when)s (UTC+8): a refund is safe now.") % {"when": when})
    if interception.status in OPEN:
        return SafeMoment(False, None, _("Not before the parcel is back: a refund is safe once the carrier reports its return."))
    return SafeMoment(False, None, _("The interception ended without a return: the goods are not coming back through it."))

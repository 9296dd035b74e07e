"""召回 of parcels that left without a number: somebody of the shop gets them back (rules §4). A refund never waits for it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.accounts.models import Membership
from foundation.audit.services import record
from foundation.files.models import StoredFile
from foundation.ledger.services import Draw, Posting, draw, post
from foundation.lifecycle.errors import Blocked, IllegalMove, Invalid, Stale
from foundation.lifecycle.locks import lock
from foundation.notifications.services import cancel_about, tell
from foundation.shell.urls_for import shop_url
from orders.models import ContactRecord
from orders.services import lock_orders

from ..models import Carrier, Parcel, Recall
from ..movements import RECALL_COST
from ..states import Payer, RecallState
from .shipping import locked

NOTE_LENGTH = 300
MOST_MINOR = 100_000  # a recall that costs more than ¥1,000 is a mistake in typing
IN_CHARGE = "logistics.recall_in_charge"


@transaction.atomic
def open_recall(
    parcel_pk: int,
    *,
    by: Any,
    now: datetime,
    key: str,
    note: str = "",
    carrier: Carrier | None = None,
    owner: Any = None,
) -> Recall:
    """Somebody (`owner`, by default who opens it) is to get a parcel back that has no number; the same key gives the first.

    Blocked for a parcel with a number (it can be intercepted), one never handed over or at its end, and while another
    recall of it is open; Invalid for an owner who is no member of the shop, or a note of more than 300 characters.
    """
    parcel = locked(parcel_pk)
    known = Recall.objects.filter(key=key, parcel=parcel).first()
    if known is not None:
        return known
    if sentence := why_not(parcel, Recall.objects.filter(parcel=parcel, status=RecallState.TO_RECALL).first()):
        raise Blocked(sentence)
    owner = owner or by
    _check(parcel.shop_id, note, owner)
    recall = Recall.objects.create(
        parcel=parcel, order_id=parcel.order_id, shop_id=parcel.shop_id, key=key, carrier=carrier or parcel.carrier,
        owner=owner, note=note.strip(), opened_by=by, opened_at=now,
    )  # fmt: skip
    data = {"number": recall.number, "owner": str(owner or "—"), "note": recall.note or "—"}
    record("logistics.recall_opened", recall, by=by, now=now, to_state=recall.status, data=data)
    _tell_owner(recall, by, now)
    return recall


def why_not(parcel: Parcel, running: Recall | None) -> str:
    """Why this parcel can't be recalled now, as a sentence; "" when it can."""
    if parcel.tracking_number:
        return _("This parcel has a tracking number: intercept it instead.")
    if not parcel.number_missing:
        return _("This parcel is “%(state)s”: there is nothing to recall.") % {"state": parcel.get_status_display()}
    if running is not None:
        return _("A recall of this parcel is open already: %(number)s.") % {"number": running.number}
    return ""


@transaction.atomic
def assign_recall(
    pk: int, *, owner: Any, carrier: Carrier | None, by: Any, now: datetime, version: int | None = None
) -> Recall:
    """Put somebody else in charge, or name the carrier; nothing changed, nothing recorded.

    IllegalMove once it is closed; Invalid for an owner who is no member of the shop; Stale.
    """
    recall = _held(pk, version)
    if recall.status != RecallState.TO_RECALL:
        raise IllegalMove(_("This recall is closed."))
    _check(recall.shop_id, "", owner)
    if (recall.owner_id, recall.carrier_id) == (owner.pk if owner else None, carrier.pk if carrier else None):
        return recall
    told = recall.owner_id != (owner.pk if owner else None)
    recall.owner, recall.carrier = owner, carrier
    _save(recall, "owner", "carrier")
    data = {"number": recall.number, "owner": str(owner or "—"), "carrier": carrier.name_zh if carrier else "—"}
    record("logistics.recall_assigned", recall, by=by, now=now, data=data)
    if told:
        cancel_about(recall, now=now)
        _tell_owner(recall, by, now)
    return recall


@transaction.atomic
def close_recall(
    pk: int, *, recalled: bool, by: Any, now: datetime, cost_minor: int = 0, payer: str = Payer.SHOP,
    files: Iterable[StoredFile] = (), contact: ContactRecord | None = None, note: str = "", version: int | None = None,
) -> Recall:  # fmt: skip
    """The parcel is back, or can't be found; what it cost (fen) is booked once, as `recall:N:cost`, for `payer`.

    Nothing is booked for what the carrier pays itself. IllegalMove once it is closed; Stale; Invalid for a cost below
    nothing or above ¥1,000, a payer nobody knows, another shop's file or another order's contact record, and a cost
    somebody else than the shop pays without a picture or a contact record that shows it.
    """
    recall, files = _held(pk, version), list(files)
    verb = "close_recalled" if recalled else "close_lost"
    if not recall.LIFECYCLE.can(verb, recall.status):
        raise IllegalMove(_("This recall is closed."))
    _check(recall.shop_id, note, None)
    _check_cost(recall, cost_minor, payer, files, contact)
    before, recall.status = recall.status, recall.LIFECYCLE.target(verb, recall.status)
    recall.closed_at, recall.cost_minor, recall.payer, recall.contact = now, cost_minor, payer, contact
    recall.note = note.strip() or recall.note
    _save(recall, "status", "closed_at", "cost_minor", "payer", "contact", "note")
    recall.proof.add(*files)
    data = {"number": recall.number, "cost_minor": cost_minor, "payer": Payer(payer).value, "note": note.strip() or "—"}
    named = f"logistics.recall_{recall.status}"
    record(named, recall, by=by, now=now, from_state=before, to_state=recall.status, data=data)
    _book(recall, by, now)
    cancel_about(recall, now=now)
    return recall


def _held(pk: int, version: int | None) -> Recall:
    """The recall as it is now, its order locked first; Http404 for one that never was."""
    order_pk = Recall.objects.filter(pk=pk).values_list("order_id", flat=True).first()
    if order_pk is None:
        raise Http404
    [order] = lock_orders([order_pk])
    recall = lock(Recall.objects.filter(pk=pk))[0]
    recall.order = order
    if version is not None and recall.version != version:
        raise Stale(_("A colleague changed this recall meanwhile. Look at it again, then repeat what you wanted."))
    return recall


def _save(recall: Recall, *fields: str) -> None:
    recall.version += 1
    recall.save(update_fields=[*fields, "version"])


def _check(shop_pk: int, note: str, owner: Any) -> None:
    if len(note.strip()) > NOTE_LENGTH:
        raise Invalid(_("At most %(count)s characters.") % {"count": NOTE_LENGTH}, field="note")
    if owner is not None and not Membership.objects.filter(shop_id=shop_pk, user=owner, ended_at=None).exists():
        raise Invalid(_("Only a member of the shop can be in charge."), field="owner")


def _check_cost(
    recall: Recall, cost_minor: int, payer: str, files: list[StoredFile], contact: ContactRecord | None
) -> None:
    if not 0 <= cost_minor <= MOST_MINOR:
        raise Invalid(_("A recall costs between ¥0 and ¥1,000."), field="cost")
    if payer not in Payer.values:
        raise Invalid(_("Choose who pays."), field="payer")
    if any(one.shop_id != recall.shop_id for one in files):
        raise Invalid(_("A file named here is not this shop's."), field="files")
    if contact is not None and contact.order_id != recall.order_id:
        raise Invalid(_("This contact record is of another order."), field="contact")
    if cost_minor and payer in (Payer.BUYER, Payer.PLATFORM) and not (files or contact):
        raise Invalid(
            _("What somebody else is to pay needs a picture or a contact record that shows it."), field="payer"
        )


def _book(recall: Recall, by: Any, now: datetime) -> None:
    movement = RECALL_COST.get(Payer(recall.payer))
    if movement is None or not recall.cost_minor:
        return
    make = Draw if movement.is_draw else Posting
    item = make(
        key=f"recall:{recall.pk}:cost", movement=movement.code, shop_id=recall.shop_id, amount_minor=recall.cost_minor,
        order_id=recall.order_id, subject=recall, note=recall.number,
    )  # fmt: skip
    if isinstance(item, Draw):
        draw(item, by=by, now=now)
    else:
        post(item, by=by, now=now)


def _tell_owner(recall: Recall, by: Any, now: datetime) -> None:
    """Whoever puts themselves in charge knows it."""
    if recall.owner is None or (by is not None and recall.owner_id == by.pk):
        return
    url = shop_url(recall.shop, "logistics:recall", number=recall.number)
    data = {"number": recall.number, "order": recall.order.number}
    tell(IN_CHARGE, recall, shop_id=recall.shop_id, data=data, now=now, url=url, users=[recall.owner])

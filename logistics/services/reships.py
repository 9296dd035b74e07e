"""补发: the goods leave once more, in a parcel of their own with a number of its own (rules §4 "Lost parcels")."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.ledger.models import Transaction
from foundation.ledger.movements import Movement
from foundation.ledger.services import Draw, Posting, draw, post
from foundation.lifecycle.errors import Invalid
from orders.models import Order
from orders.services import lock_orders

from .. import numbers
from ..models import Parcel
from ..movements import RESHIP
from ..states import ParcelKind, Payer
from . import shipping


@transaction.atomic
def reship_for(
    order_pk: int, *, key: str, carrier_text: str, number: str, by: Any, now: datetime, payer: str, cost_minor: int = 0
) -> Parcel:
    """The order's reship parcel made by `key` ("workorder:12:reship"); the same key again answers the first one.

    `carrier_text` is the carrier as people write it (one nobody knows stays open), `number` may follow later. A reship
    of the order with that number is the same parcel under another key, and is not paid again. `cost_minor` (fen) is
    booked as `parcel:N:reship` for `payer`; 0, and what the carrier pays, books nothing. Invalid for a number no carrier
    could have given or that of the first parcel, a negative cost, and the buyer as payer: a reship is free to the buyer.
    """
    order = _held(order_pk)
    number = numbers.clean(number) if number.strip() else ""
    known = _known(order, key, number)
    if known is not None:
        return known
    _check(order, number, payer, cost_minor)
    carrier = numbers.Names().find(carrier_text)
    parcel = Parcel.objects.create(
        order=order, shop_id=order.shop_id, key=key, kind=ParcelKind.RESHIP, carrier=carrier, tracking_number=number,
        province=order.province, created_at=now, shipped_at=now if number else None, numbered_at=now if number else None,
        payer=payer, cost_minor=cost_minor,
    )  # fmt: skip
    said = {"carrier": carrier.name_zh if carrier else carrier_text[:40] or "—", "number": number or "—"}
    data = {**said, "cost_minor": cost_minor, "payer": Payer(payer).value}
    record("logistics.reshipped", parcel, by=by, now=now, to_state=parcel.status, data=data)
    book(parcel, RESHIP.get(Payer(payer)), "reship", cost_minor, by=by, now=now)
    shipping.follow(parcel, now)
    return parcel


def book(
    parcel: Parcel, movement: Movement | None, part: str, amount_minor: int, *, by: Any, now: datetime
) -> Transaction | None:
    """Book `amount_minor` fen of a locked parcel once, as `parcel:N:<part>`; None where nothing is due."""
    if movement is None or not amount_minor:
        return None
    make = Draw if movement.is_draw else Posting
    item = make(
        key=f"parcel:{parcel.pk}:{part}", movement=movement.code, shop_id=parcel.shop_id, amount_minor=amount_minor,
        order_id=parcel.order_id, subject=parcel, note=parcel.number,
    )  # fmt: skip
    return draw(item, by=by, now=now) if isinstance(item, Draw) else post(item, by=by, now=now)


def _held(order_pk: int) -> Order:
    held = lock_orders([order_pk])
    if not held:
        raise Http404
    return held[0]


def _known(order: Order, key: str, number: str) -> Parcel | None:
    """The parcel this key made, or the reship that has this number already."""
    made = Parcel.objects.filter(key=key, order=order).first()
    if made is not None or not number:
        return made
    return Parcel.objects.filter(order=order, kind=ParcelKind.RESHIP, tracking_number=number).first()


def _check(order: Order, number: str, payer: str, cost_minor: int) -> None:
    if payer not in Payer.values or payer == Payer.BUYER:
        raise Invalid(_("A reship is free to the buyer: choose who else pays."), field="payer")
    if cost_minor < 0:
        raise Invalid(_("The freight can't be negative."), field="cost")
    firsts = {numbers.BLANKS.sub("", order.tracking_number).upper()}
    firsts |= set(Parcel.objects.filter(order=order, kind=ParcelKind.FIRST).values_list("tracking_number", flat=True))
    if number and number in firsts:
        raise Invalid(_("This is the first parcel's number: a reship has its own."), field="number")

"""Many tracking numbers at once: looked at set-wise, entered row by row, each on its own (rules §4)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from foundation.lifecycle.errors import DomainError, Invalid
from orders.models import Order
from orders.services import lock_orders
from orders.states import OrderState

from .. import numbers
from ..models import Carrier, Parcel
from ..states import ParcelKind
from .shipping import ship_order, upload_tracking

SHIPS, ENTERS, CHANGES, SAME = "ships", "enters", "changes", "same"


@dataclass(frozen=True)
class NumberRow:
    """A row as it was written: `place` in the file, order number, carrier by any of its names, tracking number."""

    place: int
    order: str
    carrier: str
    number: str


@dataclass
class Result:
    """What a row would do, or did (`does`); `problem` refuses it, `warning` does not."""

    row: NumberRow
    does: str = ""
    problem: str = ""
    warning: str = ""
    order_pk: int = 0
    parcel_pk: int = 0
    carrier: Carrier | None = None
    number: str = field(default="")


def look(rows: Sequence[NumberRow], *, shop: Any) -> list[Result]:
    """What each row would do for `shop`, or why not; writes nothing. Four queries however many they are."""
    names = numbers.Names()
    orders = {
        order.number: order
        for order in Order.objects.for_shop(shop)
        .filter(number__among=[row.order for row in rows])
        .only("number", "status")
    }
    firsts = {
        parcel.order_id: parcel
        for parcel in Parcel.objects.filter(order__among=[order.pk for order in orders.values()], kind=ParcelKind.FIRST)
    }
    twice = {number for number, count in Counter(row.order for row in rows).items() if count > 1}
    found = [_read(row, names, orders, firsts, twice) for row in rows]
    _warn(found, shop, names)
    return found


@transaction.atomic
def upload_many(rows: Sequence[NumberRow], *, shop: Any, by: Any, now: datetime) -> list[Result]:
    """Enter the numbers of these rows: an order to be shipped is shipped with it, another one's parcel gets it.

    The orders are held first, by pk; each row is then done on its own savepoint, and one that is refused takes no other
    with it. The same rows again change nothing.
    """
    pks = Order.objects.for_shop(shop).filter(number__among=[row.order for row in rows]).values_list("pk", flat=True)
    lock_orders(pks)
    found = look(rows, shop=shop)
    for result in found:
        if not result.problem and result.does != SAME:
            _do(result, by, now)
    return found


def _do(result: Result, by: Any, now: datetime) -> None:
    assert result.carrier is not None
    try:
        with transaction.atomic():
            if result.does == SHIPS:
                ship_order(result.order_pk, carrier=result.carrier, tracking_number=result.number, by=by, now=now)
            else:
                upload_tracking(result.parcel_pk, carrier=result.carrier, number=result.number, by=by, now=now)
    except DomainError as refusal:
        result.problem = str(refusal)


def _read(
    row: NumberRow, names: numbers.Names, orders: dict[str, Order], firsts: dict[int, Parcel], twice: set[str]
) -> Result:
    result = Result(row)
    try:
        order = orders.get(row.order)
        if order is None:
            raise Invalid(_("This shop has no order of that number."))
        if row.order in twice:
            raise Invalid(_("The order stands in several rows."))
        result.carrier, result.number = _carrier(row, names), numbers.clean(row.number)
        result.order_pk = order.pk
        parcel = firsts.get(order.pk)
        result.parcel_pk = parcel.pk if parcel else 0
        result.does = _does(order, parcel, result)
    except DomainError as refusal:
        result.problem = str(refusal)
    return result


def _carrier(row: NumberRow, names: numbers.Names) -> Carrier:
    """By name; a number alone never decides, so an empty cell is refused with what it looks like."""
    carrier = names.find(row.carrier)
    if carrier:
        return carrier
    if row.carrier:
        raise Invalid(_("Unknown carrier “%(text)s”.") % {"text": row.carrier[:40]})
    meant = numbers.suggest(row.number.strip().upper(), names.carriers)
    if not meant:
        raise Invalid(_("The carrier is missing."))
    raise Invalid(_("The carrier is missing; the number looks like one of %(meant)s.") % {"meant": _listed(meant)})


def _does(order: Order, parcel: Parcel | None, result: Result) -> str:
    if order.status == OrderState.TO_SHIP:
        return SHIPS
    if parcel is None:
        raise Invalid(
            _("The order is “%(state)s”: there is no parcel to number.") % {"state": order.get_status_display()}
        )
    if result.carrier and (parcel.carrier_id, parcel.tracking_number) == (result.carrier.pk, result.number):
        return SAME
    return CHANGES if parcel.tracking_number else ENTERS


def _warn(found: Sequence[Result], shop: Any, names: numbers.Names) -> None:
    """Strange numbers and numbers used twice, in the file or by the shop; one query."""
    good = [one for one in found if not one.problem]
    in_file = Counter(one.number for one in good)
    wanted = Q(tracking_number__among=[one.number for one in good])
    used: dict[str, set[int]] = {}
    for number, order in Parcel.objects.for_shop(shop).filter(wanted).values_list("tracking_number", "order_id"):
        used.setdefault(number, set()).add(order)
    for one in good:
        said = []
        if one.carrier and not numbers.looks_like(one.carrier, one.number):
            meant = numbers.suggest(one.number, names.carriers)
            said.append(
                _("It looks like a number of %(meant)s.") % {"meant": _listed(meant)} if meant
                else _("It does not look like a number of %(carrier)s.") % {"carrier": one.carrier.name}
            )  # fmt: skip
        if in_file[one.number] > 1 or used.get(one.number, set()) - {one.order_pk}:
            said.append(_("The number is used for another order as well."))
        one.warning = " ".join(said)


def _listed(carriers: Sequence[Carrier]) -> str:
    return pgettext("between things in a row", ", ").join(one.name for one in carriers)

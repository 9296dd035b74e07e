"""Tracking numbers typed row by row, or pasted as lines: what stands in the table, and entering it (rules §4.2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from foundation.lifecycle.errors import DomainError, Invalid
from orders.models import Order

from .. import numbers
from ..models import Carrier, Parcel
from ..services.shipping import upload_tracking, warnings
from ..services.uploads import SAME, NumberRow, Result, look, upload_many
from ..states import ParcelKind

MOST = 100
LONGEST = 100
FIELDS = ("order", "parcel", "carrier", "number", "warned")
BETWEEN = re.compile(r"\s*[\t,，;；]\s*")


@dataclass
class Line:
    """One row of the table. `parcel` is its own number when it is not the order's first one; `carrier` a code."""

    order: str
    parcel: str = ""
    carrier: str = ""
    number: str = ""
    warned: str = ""  # the number whose warning the reader has seen
    goods: str = ""
    problem: str = ""
    warning: str = ""
    done: bool = False  # it stands there now
    entered: bool = False  # …and did not before

    @property
    def empty(self) -> bool:
        return not self.number

    @property
    def mark(self) -> str:
        return f"{self.carrier}:{self.number}"[:LONGEST]


def of_orders(orders: "QuerySet[Order]") -> list[Line]:
    """Rows for these orders: what their first parcel has already stands in them. Two queries."""
    found = list(orders.only("number", "item_title")[:MOST])
    rows = Parcel.objects.select_related("carrier").filter(order__among=[one.pk for one in found], kind=ParcelKind.FIRST)
    firsts = {parcel.order_id: parcel for parcel in rows}
    return [_line(one, firsts.get(one.pk)) for one in found]


def of_parcels(parcels: "QuerySet[Parcel]") -> list[Line]:
    """Rows for these parcels, the first ones of their orders and the others alike. One query."""
    return [_line(one.order, one) for one in parcels.select_related("order", "carrier")[:MOST]]


def _line(order: Order, parcel: Parcel | None) -> Line:
    line = Line(order.number, goods=order.item_title)
    if parcel is not None:
        line.parcel = "" if parcel.kind == ParcelKind.FIRST else parcel.number
        line.carrier, line.number = parcel.carrier.code if parcel.carrier else "", parcel.tracking_number
    return line


def posted(said: QueryDict, shop: Any) -> list[Line]:
    """The rows as the form sent them; a carrier chosen for all fills those without one. One query."""
    columns = [[one.replace("\x00", "").strip()[:LONGEST] for one in said.getlist(name)[:MOST]] for name in FIELDS]
    lines = [Line(*row) for row in zip(*columns, strict=False)]
    for line in lines:
        line.carrier = line.carrier or said.get("carrier_of_all", "")[:LONGEST]
    titles = Order.objects.for_shop(shop).filter(number__among=[one.order for one in lines])
    goods = dict(titles.values_list("number", "item_title"))
    for line in lines:
        line.goods = goods.get(line.order, "")
    return lines


def put_in(lines: list[Line], text: str) -> list[str]:
    """Put pasted lines "order number, carrier, tracking number" into the table; answers those nobody can read.

    A line for an order that stands there fills its row; others are added, MOST rows in all. Two cells are order and
    tracking number. A carrier nobody knows is left open and said.
    """
    names, unread = numbers.Names(), []
    known = {one.order: one for one in lines if not one.parcel}
    for one in filter(None, (each.strip() for each in text.replace("\x00", "").splitlines())):
        cells = BETWEEN.split(one) if BETWEEN.search(one) else one.split()
        if len(cells) not in (2, 3) or not cells[0] or len(one) > 3 * LONGEST:
            unread.append(one)
            continue
        line = known.get(cells[0])
        if line is None and len(lines) >= MOST:
            unread.append(one)
            continue
        if line is None:
            line = known[cells[0]] = Line(cells[0][:LONGEST])
            lines.append(line)
        _fill(line, cells[1] if len(cells) == 3 else "", cells[-1], names)
    return unread


def _fill(line: Line, carrier: str, number: str, names: numbers.Names) -> None:
    line.number, line.problem = number[:LONGEST], ""
    meant = names.find(carrier) if carrier else None
    if carrier and meant is None:
        line.problem = _("Unknown carrier “%(text)s”.") % {"text": carrier[:40]}
    line.carrier = meant.code if meant else line.carrier


def check(lines: Iterable[Line], *, shop: Any) -> None:
    """Say of each row with a number what is wrong with it or strange; writes nothing."""
    _told([one for one in lines if not one.empty and not one.parcel and not one.problem], shop)


def enter(lines: list[Line], *, shop: Any, by: Any, now: datetime) -> None:
    """Enter what can be entered, each row on its own; what is refused or looks strange stays, with the reason.

    A strange number (rules §4.2) is entered the second time, once its warning was seen. Rows without a number are left
    alone.
    """
    written = [one for one in lines if not one.empty]
    firsts, others = [one for one in written if not one.parcel], [one for one in written if one.parcel]
    good = [one for one in _told(firsts, shop) if _may_go(one)]
    for line, result in zip(good, upload_many(_rows(good), shop=shop, by=by, now=now), strict=True):
        line.problem, line.done = result.problem, not result.problem
        line.entered = line.done and result.does != SAME
    carriers = {one.code: one for one in Carrier.objects.all()}
    found = {one.number: one for one in Parcel.objects.for_shop(shop).filter(number__in=[one.parcel for one in others])}
    for line in others:
        _enter_other(line, found.get(line.parcel), carriers.get(line.carrier), shop=shop, by=by, now=now)


def _rows(lines: Iterable[Line]) -> list[NumberRow]:
    return [NumberRow(place, one.order, one.carrier, one.number) for place, one in enumerate(lines, start=1)]


def _told(lines: list[Line], shop: Any) -> list[Line]:
    """The rows with what `look` says of them."""
    results: list[Result] = look(_rows(lines), shop=shop)
    for line, result in zip(lines, results, strict=True):
        line.problem, line.warning = result.problem, "" if result.does == SAME else result.warning
    return lines


def _may_go(line: Line) -> bool:
    """Whether nothing stands against entering it now; a warning is then marked as seen."""
    if line.problem:
        return False
    seen, line.warned = line.warned == line.mark, line.mark
    return seen or not line.warning


def _enter_other(
    line: Line, parcel: Parcel | None, carrier: Carrier | None, *, shop: Any, by: Any, now: datetime
) -> None:
    """A reship, a return or an extra one: it has its own number, never the order's."""
    try:
        if parcel is None:
            raise Invalid(_("This shop has no parcel of that number."))
        if carrier is None:
            raise Invalid(_("The carrier is missing."))
        number = numbers.clean(line.number)
        same = (parcel.carrier_id, parcel.tracking_number) == (carrier.pk, number)
        line.warning = "" if same else " ".join(warnings(shop, carrier, number, parcel=parcel))
        if _may_go(line):
            upload_tracking(parcel.pk, carrier=carrier, number=number, by=by, now=now)
            line.done, line.entered = True, not same
    except DomainError as refusal:
        line.problem = str(refusal)

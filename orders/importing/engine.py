"""One chunk of rows: read, compare with what is here and, unless it is a preview, write."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.catalog.services import ensure_products
from foundation.lifecycle.errors import Invalid, Stale

from ..models import Order
from ..services import ArrivingOrder, arrive_many, differences, lock_and_compare, revise_many
from ..services.arriving import Differences, reachable
from .readers import Row
from .rows import Plan, Problem, Reading, read

LOOKS = 3


@dataclass
class Outcome:
    """What a chunk came to. `changed` holds (reading, differences); amounts of all rows taken, in fen."""

    created: list[Reading] = field(default_factory=list)
    changed: list[tuple[Reading, Differences]] = field(default_factory=list)
    unchanged: list[Reading] = field(default_factory=list)
    refused: list[Reading] = field(default_factory=list)

    @property
    def taken(self) -> list[Reading]:
        return [*self.created, *(reading for reading, _changes in self.changed), *self.unchanged]

    @property
    def paid_minor(self) -> int:
        return sum(reading.order.paid_minor for reading in self.taken if reading.order)

    @property
    def refunded_minor(self) -> int:
        return sum(reading.order.refunded_minor for reading in self.taken if reading.order)


def look(rows: Sequence[Row], plan: Plan, repeats: Mapping[int, int], *, shop: Any, now: datetime) -> Outcome:
    """Sort the rows into created, changed, unchanged and refused; writes nothing."""
    readings = [read(row, plan, now) for row in rows]
    for reading in readings:
        first = repeats.get(reading.row.number)
        if first and not reading.problems:
            sentence = _("Row %(row)s has the same order number.") % {"row": first}
            reading.problems.append(Problem(plan.name("number"), reading.number, sentence))
    numbers = [reading.number for reading in readings if not reading.problems]
    known = {order.number: order for order in Order.objects.for_shop(shop).filter(number__in=numbers)}
    outcome = Outcome()
    for reading in readings:
        _sort(reading, known.get(reading.number), plan, outcome)
    return outcome


def _sort(reading: Reading, known: Order | None, plan: Plan, outcome: Outcome) -> None:
    if reading.problems or reading.order is None:
        outcome.refused.append(reading)
    elif known is None:
        outcome.created.append(reading)
    else:
        reading.order = _caught_up(reading.order, known)
        found = differences(known, reading.order)
        for column, sentence in found.refusals:
            reading.problems.append(Problem(plan.name(column), plan.text(reading.row, column), sentence))
        if reading.problems:
            outcome.refused.append(reading)
        elif found.changes:
            outcome.changed.append((reading, found))
        else:
            outcome.unchanged.append(reading)


def _caught_up(order: ArrivingOrder, known: Order) -> ArrivingOrder:
    """What a file says only by the way is nothing new where it is known already: an older export's state, the group of
    an order that is grouping, and that a number was entered when the parcel was handed over."""
    unsaid: dict[str, Any] = {}
    if order.status is not None and known.status in reachable(order.state) and order.paid_minor == known.paid_minor:
        unsaid["status"] = None
    if known.status == order.status:
        unsaid["group_state"] = ""
    if known.tracking_uploaded_at and order.tracking_number in ("", known.tracking_number):
        unsaid["tracking_uploaded_at"] = None
    return dataclasses.replace(order, **unsaid) if unsaid else order


def take(
    rows: Sequence[Row], plan: Plan, repeats: Mapping[int, int], *, shop: Any, by: Any, now: datetime
) -> Outcome:
    """Look and write, in the caller's transaction. If somebody else wrote one of the orders between the two, look
    again: then it is there, and the row is unchanged, changed or refused like any other."""
    for left in reversed(range(LOOKS)):
        outcome = look(rows, plan, repeats, shop=shop, now=now)
        try:
            with transaction.atomic():
                _write(outcome, shop=shop, by=by, now=now)
            return outcome
        except (Stale, Invalid):
            if not left:
                raise
    raise AssertionError("unreachable")


def _write(outcome: Outcome, *, shop: Any, by: Any, now: datetime) -> None:
    """Known orders are locked before anything else: creating the new ones locks the shop's accounts (law 2).

    Whatever sends `take` back to look again comes before the first booking. PostgreSQL: once a savepoint that locked
    accounts is rolled back, who queued for them waits for this whole transaction, first in the queue; locking them
    again would be a deadlock.
    """
    changed = [reading.order for reading, _changes in outcome.changed if reading.order]
    lock_and_compare(changed, shop=shop)
    _find_products(outcome.created, shop=shop, now=now)
    new = sorted((reading.order for reading in outcome.created if reading.order), key=lambda order: order.number)
    if new:
        arrive_many(new, shop=shop, by=by, now=now, all_new=True)
    if changed:
        revise_many(changed, shop=shop, by=by, now=now)


def _find_products(readings: Sequence[Reading], *, shop: Any, now: datetime) -> None:
    """Give the lines their products, adding to the catalogue what it has not."""
    wanted = [reading.wanted for reading in readings if reading.wanted]
    if not wanted:
        return
    found = ensure_products(shop, wanted, now=now)
    for reading in readings:
        if reading.wanted and reading.order:
            product = found.products[reading.wanted.code]
            sku = found.skus.get((reading.wanted.code, reading.wanted.sku_code))
            lines = tuple(
                dataclasses.replace(line, product_id=product.pk, sku_id=sku.pk if sku else None)
                for line in reading.order.lines
            )
            reading.order = dataclasses.replace(reading.order, lines=lines)

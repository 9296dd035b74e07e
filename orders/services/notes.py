"""Summary columns that apps above keep on the order, and what staff note on it.

"Columns, not joins upward": lists and searches stay one indexed table (architecture).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.lifecycle.errors import Invalid

from ..models import Order
from ..states import AfterSaleState, Flag
from .moves import lock_orders, locked, save


@transaction.atomic
def add_staff_note(
    order_pk: int, *, note: str, flag: str, by: Any, now: datetime, version: int | None = None
) -> Order:
    """Set the staff note and its coloured flag (备注, 插旗); the former wording stays in the timeline.

    Invalid for an unknown flag or more than 500 characters; Stale when a colleague was quicker. Nothing changed,
    nothing recorded.
    """
    if flag not in Flag.values:
        raise Invalid(_("Choose one of the flags."), field="flag")
    if len(note) > 500:
        raise Invalid(_("A note has at most 500 characters."), field="note")
    order = locked(order_pk, version=version)
    if (order.staff_note, order.flag) == (note, flag):
        return order
    said = {"note": note or "—", "flag": Flag(flag).name.capitalize() if flag else "No flag", "before": order.staff_note or "—"}
    order.staff_note, order.flag = note, flag
    save(order, now, "staff_note", "flag")
    record("orders.noted", order, by=by, now=now, data=said)
    return order


@transaction.atomic
def note_tracking(order_pk: int, carrier: str, number: str, *, by: Any, now: datetime) -> Order:
    """Enter the carrier and tracking number (填写物流单号); says when it was entered, not that the parcel moved."""
    order = locked(order_pk)
    if (order.carrier, order.tracking_number) == (carrier[:40], number[:64]):
        return order
    before = order.tracking_number
    order.carrier, order.tracking_number, order.tracking_uploaded_at = carrier[:40], number[:64], now
    save(order, now, "carrier", "tracking_number", "tracking_uploaded_at")
    data = {"carrier": order.carrier or "—", "number": order.tracking_number or "—", "before": before or "—"}
    record("orders.tracking_entered", order, by=by, now=now, data=data)
    return order


@transaction.atomic
def note_work_order(order_pk: int, *, open_count: int, state: str, now: datetime) -> None:
    """How many work orders on the order are unfinished, and the state of the latest."""
    note_work_order_many({order_pk: (open_count, state)}, now=now)


@transaction.atomic
def note_work_order_many(summaries: Mapping[int, tuple[int, str]], *, now: datetime) -> None:
    """The same for many orders: pk → (unfinished, state of the latest), one UPDATE per distinct summary."""
    lock_orders(summaries)
    groups: dict[tuple[int, str], list[int]] = {}
    for pk, summary in summaries.items():
        groups.setdefault(summary, []).append(pk)
    for (count, state), pks in sorted(groups.items()):
        Order.objects.filter(pk__in=pks).update(
            open_work_orders=count, work_order_state=state, version=F("version") + 1, updated_at=now
        )


@transaction.atomic
def note_dispute_many(pks: Iterable[int], now: datetime, *, by_count: int = 1) -> None:
    """Count a dispute refund (纠纷退款) on each order; `by_count=-1` takes one back when an appeal is upheld."""
    pks = list(pks)
    lock_orders(pks)
    count = Greatest(F("dispute_count") + by_count, 0) if by_count < 0 else F("dispute_count") + by_count
    Order.objects.filter(pk__in=pks).update(dispute_count=count, version=F("version") + 1, updated_at=now)
    Order.objects.filter(pk__in=pks).update(
        dispute_flag=Case(When(dispute_count__gt=0, then=Value(True)), default=Value(False))
    )


@transaction.atomic
def note_compensation_many(amounts: Mapping[int, int], *, now: datetime) -> None:
    """Add compensation paid on an order, in fen, beside the refund columns (it may exceed what was paid)."""
    lock_orders(amounts)
    groups: dict[int, list[int]] = {}
    for pk, amount in amounts.items():
        groups.setdefault(amount, []).append(pk)
    for amount, pks in sorted(groups.items()):
        Order.objects.filter(pk__in=pks).update(
            compensation_minor=F("compensation_minor") + amount, version=F("version") + 1, updated_at=now
        )


@transaction.atomic
def note_after_sale(order_pk: int, *, state: str, now: datetime) -> None:
    """The after-sale state shown beside the order's own; Invalid for one the list can't filter by."""
    if state not in AfterSaleState.values:
        raise Invalid(_("Unknown after-sale state."), field="state")
    lock_orders([order_pk])
    Order.objects.filter(pk=order_pk).update(after_sale_state=state, version=F("version") + 1, updated_at=now)

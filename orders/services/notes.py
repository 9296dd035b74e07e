"""Summary columns that apps above keep on the order, and what staff note on it.

"Columns, not joins upward": lists and searches stay one indexed table (architecture).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Concat
from django.utils.translation import gettext as _

from foundation.audit.services import Line, record, record_many
from foundation.lifecycle.bulk import update_many
from foundation.lifecycle.errors import Invalid
from foundation.lifecycle.locks import lock

from ..models import Order
from ..states import AfterSaleState, Flag
from .moves import hold_orders, lock_orders, locked, save

NOTE_LENGTH = 500


class Lost(NamedTuple):
    """What lost and forfeited cases leave on an order: dispute refunds counted, and compensation paid, in fen."""

    disputes: int = 0
    compensation_minor: int = 0


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
    if len(note) > NOTE_LENGTH:
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
def flag_many(pks: Iterable[int], *, flag: str, by: Any, now: datetime) -> dict[int, str]:
    """Set the coloured flag (插旗) of many orders, "" taking it away; orders that have it already stay as they are.

    Refuses no single row ({}); Invalid for an unknown flag.
    """
    if flag not in Flag.values:
        raise Invalid(_("Choose one of the flags."), field="flag")
    changing = [order for order in lock_orders(pks) if order.flag != flag]
    Order.objects.filter(pk__in=[order.pk for order in changing]).update(
        flag=flag, version=F("version") + 1, updated_at=now
    )
    said = {"flag": Flag(flag).name.capitalize() if flag else "No flag"}
    record_many("orders.flagged", [Line(order, data=said) for order in changing], by=by, now=now)
    return {}


@transaction.atomic
def note_many(pks: Iterable[int], *, note: str, append: bool, by: Any, now: datetime) -> dict[int, str]:
    """Write the staff note (备注) of many orders: `append` puts it on a line of its own below what stands there.

    Answers {pk: sentence} for orders whose note would be longer than 500 characters. An order that says so already
    stays as it is, so the same again changes nothing. Invalid for an empty note to append, or more than 500 characters.
    """
    note = note.strip()
    if len(note) > NOTE_LENGTH or (append and not note):
        raise Invalid(_("A note has at most 500 characters."), field="note")
    refused: dict[int, str] = {}
    lines = []
    for order in lock_orders(pks):
        before, after = order.staff_note, _noted(order.staff_note, note, append)
        if len(after) > NOTE_LENGTH:
            refused[order.pk] = _("With this its note would be longer than 500 characters.")
        elif after != before:
            flag = Flag(order.flag).name.capitalize() if order.flag else "No flag"
            lines.append(Line(order, data={"note": after or "—", "flag": flag, "before": before or "—"}))
    rows = Order.objects.filter(pk__in=[line.subject.pk for line in lines])
    rows.update(staff_note=_note_in_place(note, append), version=F("version") + 1, updated_at=now)
    record_many("orders.noted", lines, by=by, now=now)
    return refused


def _noted(before: str, note: str, append: bool) -> str:
    if not append or not before:
        return note
    return before if before == note or before.endswith(f"\n{note}") else f"{before}\n{note}"


def _note_in_place(note: str, append: bool) -> Any:
    """`_noted` as the database says it, for rows that change."""
    if not append:
        return Value(note)
    return Case(When(staff_note="", then=Value(note)), default=Concat(F("staff_note"), Value(f"\n{note}")))


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
def note_work_order_many(
    summaries: Mapping[int, tuple[int, str]], *, now: datetime, lost: Mapping[int, Lost] | None = None
) -> None:
    """The same for many orders: pk → (unfinished, state of the latest); with what cases `lost` on them, in one UPDATE."""
    columns = ["open_work_orders", "work_order_state", "version"]
    rows: dict[int, tuple[Any, ...]] = {pk: (count, state, 1) for pk, (count, state) in summaries.items()}
    if lost:
        columns += ["dispute_flag", "dispute_count", "compensation_minor"]
        for order in lock(Order.objects.filter(pk__among=list(summaries)).only("dispute_count")):
            cost = lost.get(order.pk) or Lost()
            rows[order.pk] = (*rows[order.pk], order.dispute_count + cost.disputes > 0, *cost)
    else:
        hold_orders(summaries)
    add = {"version", "dispute_count", "compensation_minor"}
    update_many(Order, rows, columns, add=add, also={"updated_at": now})


@transaction.atomic
def note_compensation_many(amounts: Mapping[int, int], *, now: datetime) -> None:
    """Add compensation paid on an order, in fen, beside the refund columns (it may exceed what was paid)."""
    hold_orders(amounts)
    columns = ("compensation_minor", "version")
    rows = {pk: (amount, 1) for pk, amount in amounts.items()}
    update_many(Order, rows, columns, add=columns, also={"updated_at": now})


@transaction.atomic
def note_after_sale(order_pk: int, *, state: str, now: datetime) -> None:
    """The after-sale state shown beside the order's own; Invalid for one the list can't filter by."""
    if state not in AfterSaleState.values:
        raise Invalid(_("Unknown after-sale state."), field="state")
    lock_orders([order_pk])
    Order.objects.filter(pk=order_pk).update(after_sale_state=state, version=F("version") + 1, updated_at=now)

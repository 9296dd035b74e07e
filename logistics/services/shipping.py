"""Handing parcels over and giving them their tracking number (发货, 填写物流单号): one order at a time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.lifecycle.errors import Blocked, Invalid, Stale
from foundation.lifecycle.locks import lock
from orders import services as orders
from orders.models import Order

from .. import numbers
from ..models import Carrier, Parcel
from ..states import OPEN, ParcelKind, ParcelState
from . import parked, renumbering, watching


def first_key(order_pk: int) -> str:
    """What makes an order's first parcel the only one."""
    return f"order:{order_pk}:first"


@transaction.atomic
def ship_order(
    order_pk: int, *, by: Any, now: datetime, carrier: Carrier | None = None, tracking_number: str = "",
    at: datetime | None = None,
) -> Parcel:  # fmt: skip
    """Hand the order's first parcel over at `at`, by default `now` (rules §4); answers the parcel.

    Without a number it is "shipped, number missing" until `upload_tracking`. IllegalMove unless the order is to be
    shipped; Invalid for a number no carrier could have given, one without a carrier, and a moment in the future or
    before the order was placed. The order moves by `orders.services.mark_shipped` in the same transaction.
    """
    number = _usable(carrier, tracking_number)
    _possible_moment(order_pk, at, now)
    name = carrier.name_zh if carrier else ""
    order = orders.mark_shipped(order_pk, by=by, now=now, carrier=name, tracking_number=number, at=at)
    parcel = _first(order, now)
    parcel.shipped_at, parcel.carrier = at or now, carrier or parcel.carrier
    if number:
        parcel.tracking_number, parcel.numbered_at = number, now
    _save(parcel, "shipped_at", "carrier", "tracking_number", "numbered_at")
    said = {"carrier": carrier.name_zh if carrier else "—", "number": number or "—"}
    record("logistics.shipped", parcel, by=by, now=now, to_state=parcel.status, data=said)
    follow(parcel, now)
    return parcel


@transaction.atomic
def upload_tracking(
    parcel_pk: int, *, carrier: Carrier, number: str, by: Any, now: datetime, version: int | None = None,
    correct: bool = False,
) -> Parcel:  # fmt: skip
    """Enter or change a parcel's carrier and tracking number (上传单号); the same again changes nothing.

    The first parcel's stand on the order too. Invalid for a number no carrier could have given, and for a reship with
    the first parcel's number. Blocked while an interception of the old number runs, and, unless `correct` says that the
    old one was wrong, once the carrier has scanned the parcel: then it is where the new number's scans say, the old
    ones are history (rules §4.2). Stale when a colleague changed it meanwhile.
    """
    parcel = locked(parcel_pk, version=version)
    number = _usable(carrier, number)
    if (parcel.carrier_id, parcel.tracking_number) == (carrier.pk, number):
        return parcel
    _may_change(parcel, number, correct)
    if parcel.kind == ParcelKind.FIRST:
        orders.note_tracking(parcel.order_id, carrier.name_zh, number, by=by, now=now)
    before = parcel.tracking_number
    said = {"carrier": carrier.name_zh, "number": number, "before": before or "—"}
    parcel.carrier, parcel.tracking_number, parcel.numbered_at = carrier, number, now
    renumbering.forget_anomaly(parcel)
    _save(parcel, "carrier", "tracking_number", "numbered_at", "anomaly", "anomaly_at", "anomaly_seen_at")
    record("logistics.tracking_entered", parcel, by=by, now=now, data=said)
    if before and before != number:
        renumbering.renumber(parcel, before, now)
    follow(parcel, now)
    return parcel


def locked(parcel_pk: int, *, version: int | None = None) -> Parcel:
    """One parcel, its order locked first; Stale when the page was made from an older version, Http404 for an unknown pk."""
    order_pk = Parcel.objects.filter(pk=parcel_pk).values_list("order_id", flat=True).first()
    if order_pk is None:
        raise Http404
    orders.lock_orders([order_pk])
    parcel = lock(Parcel.objects.filter(pk=parcel_pk))[0]
    if version is not None and parcel.version != version:
        raise Stale(_("A colleague changed this parcel meanwhile. Look at it again, then repeat what you wanted."))
    return parcel


def follow(parcel: Parcel, now: datetime) -> None:
    """Ask the carrier about it from now on, and take in what was pushed before the number was known here (F27)."""
    if parcel.tracking_number:
        watching.start(parcel, now)
        if parked.apply_for(parcel, now):
            parcel.refresh_from_db()


def warnings(shop: Any, carrier: Carrier | None, number: str, *, parcel: Parcel | None = None) -> list[str]:
    """Sentences about a number that is probably wrong; none of them refuses it (rules §4). At most three queries."""
    said = []
    if carrier and not numbers.looks_like(carrier, number):
        meant = numbers.suggest(number)
        if meant:
            said.append(
                _("This does not look like a number of %(carrier)s; it looks like one of %(meant)s.")
                % {"carrier": carrier.name, "meant": ", ".join(one.name for one in meant)}
            )
        else:
            said.append(_("This does not look like a number of %(carrier)s.") % {"carrier": carrier.name})
    if used := _used_by(shop, number, parcel):
        said.append(_("This number stands on order %(number)s already.") % {"number": used})
    return said


def _used_by(shop: Any, number: str, parcel: Parcel | None) -> str:
    """The order number of another parcel of the shop with this tracking number."""
    others = Parcel.objects.for_shop(shop).filter(tracking_number=number)
    if parcel is not None:
        others = others.exclude(pk=parcel.pk)
    return others.values_list("order__number", flat=True).first() or ""


def _usable(carrier: Carrier | None, number: str) -> str:
    if not number.strip():
        return ""
    if carrier is None:
        raise Invalid(_("Choose the carrier of this number."), field="carrier")
    return numbers.clean(number)


def _possible_moment(order_pk: int, at: datetime | None, now: datetime) -> None:
    if at is None:
        return
    if at > now:
        raise Invalid(_("A parcel can't be handed over in the future."), field="at")
    placed = Order.objects.filter(pk=order_pk).values_list("placed_at", flat=True).first()
    if placed and at < placed:
        raise Invalid(_("A parcel can't be handed over before its order was placed."), field="at")


def _may_change(parcel: Parcel, number: str, correct: bool) -> None:
    if not number:
        raise Invalid(_("Enter the tracking number."), field="number")
    if parcel.kind == ParcelKind.RESHIP and _is_first_ones(parcel, number):
        raise Invalid(_("This is the first parcel's number: a reship has its own."), field="number")
    if not parcel.tracking_number:
        return
    if parcel.interception_status in OPEN:
        raise Blocked(
            _("An interception of this number is running: end it before you change the number."), code="intercepted"
        )
    if parcel.last_scan_at and not correct:
        raise Blocked(
            _("The carrier has scanned this parcel. Tick “The old number was wrong” if you want to correct it."), code="scanned",
            field="correct",
        )  # fmt: skip


def _is_first_ones(parcel: Parcel, number: str) -> bool:
    first = Parcel.objects.filter(order=parcel.order_id, kind=ParcelKind.FIRST, tracking_number=number)
    return first.exists()


def _first(order: Order, now: datetime) -> Parcel:
    """The order's first parcel; one without scans is made if there is none."""
    made: dict[str, Any] = {
        "order": order, "shop_id": order.shop_id, "kind": ParcelKind.FIRST, "province": order.province, "created_at": now,
        "status": ParcelState.LABEL, "arrival_status": ParcelState.LABEL,
    }  # fmt: skip
    parcel, _new = Parcel.objects.get_or_create(key=first_key(order.pk), defaults=made)
    return parcel


def _save(parcel: Parcel, *fields: str) -> None:
    parcel.version += 1
    parcel.save(update_fields=[*fields, "version"])


def carriers_offered(chosen: Iterable[int] = ()) -> list[Carrier]:
    """The carriers a form offers: the active ones, and those that are chosen already."""
    known = set(chosen)
    return [one for one in Carrier.objects.all() if one.active or one.pk in known]

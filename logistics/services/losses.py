"""Lost parcels 丢件: once for each, and one of three ways out (rules §4): reship, replace the goods, compensate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.audit.history import yuan
from foundation.audit.services import record
from foundation.lifecycle.errors import Blocked, IllegalMove, Invalid, Stale
from orders.models import Order
from orders.services import note_compensation_many

from .. import numbers
from ..models import Carrier, LogisticsPolicy, Loss, Parcel
from ..movements import COMPENSATION
from ..states import Anomaly, Payer, WayOut
from .anomalies import NOTHING_OWED
from .holding import hold_parcels
from .reships import book, reship_for

NOTE_LENGTH = 300
ENOUGH = 3  # parcels that say something about a carrier
MOST_PARCELS, LOOKS_BACK = 5000, timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast a carrier was: the median from pickup to sign-off of `parcels` of ours."""

    carrier: Carrier
    median: timedelta
    parcels: int

    @property
    def days(self) -> float:
        return round(self.median / timedelta(days=1), 1)


def fastest_carriers(shop: Shop | int, province: str, *, now: datetime) -> list[Speed]:
    """Carriers by how fast they brought this shop's parcels of the last 90 days to `province`, the fastest first.

    From our own scans; a carrier with fewer than three such parcels comes behind those with more. [] without any. One
    query of at most 5,000 rows, and one for the carriers.
    """
    rows = Parcel.objects.for_shop(shop).filter(
        province=province, created_at__gte=now - LOOKS_BACK, carrier__isnull=False, picked_up_at__isnull=False,
        signed_at__isnull=False,
    )  # fmt: skip
    newest = rows.order_by("-created_at", "-pk").values_list("carrier_id", "picked_up_at", "signed_at")[:MOST_PARCELS]
    took: dict[int, list[float]] = {}
    for carrier_pk, picked_up_at, signed_at in newest:
        if signed_at > picked_up_at:
            took.setdefault(carrier_pk, []).append((signed_at - picked_up_at).total_seconds())
    carriers = Carrier.objects.filter(active=True).in_bulk(list(took)) if took else {}
    speeds = [Speed(one, timedelta(seconds=median(took[pk])), len(took[pk])) for pk, one in carriers.items()]
    return sorted(speeds, key=lambda one: (one.parcels < ENOUGH, one.median, one.carrier.position))


@transaction.atomic
def solve(
    parcel_pk: int, *, way: str, by: Any, now: datetime, key: str, carrier: Carrier | None = None, number: str = "",
    amount_minor: int = 0, note: str = "", version: int | None = None,
) -> Loss:  # fmt: skip
    """Take one of the three ways out of a lost parcel; the same `key` again gives what it did the first time.

    Reship and replace send a parcel with `carrier` (by default the fastest to the province) and `number` (which may
    follow); its freight is the rule's. Compensation gives the buyer `amount_minor` fen, at most what the order paid and
    did not get back yet. Who pays is the rule's, recorded. IllegalMove when somebody solved it before; Blocked when the
    parcel does not count as lost, or the order is owed nothing; Stale; Invalid for what was typed.
    """
    parcel = _held(parcel_pk)
    known = Loss.objects.filter(parcel=parcel).first()
    if known is not None and known.key == key:
        return known
    _may_solve(parcel, known, version)
    _check(way, note, number, parcel)
    rule: LogisticsPolicy = LogisticsPolicy.objects.in_force(now)
    loss = Loss(
        parcel=parcel, shop_id=parcel.shop_id, key=key, way=way, payer=rule.lost_payer, note=note.strip(), by=by, at=now
    )
    if way == WayOut.COMPENSATE:
        _compensate(loss, amount_minor)
    else:
        _send_again(loss, carrier, number, rule)
    loss.save()
    parcel.anomaly_seen_at = now
    parcel.version += 1
    parcel.save(update_fields=["anomaly_seen_at", "version"])
    said = {"number": loss.reship.number if loss.reship else "—", "note": loss.note or "—"}
    data = {**said, "amount_minor": loss.amount_minor, "payer": loss.payer}
    record(f"logistics.loss_{way}", parcel, by=by, now=now, data=data)
    return loss


def most_minor(order: Order) -> int:
    """The highest compensation for a lost parcel, in fen: what was paid, less what was given back or paid already."""
    return max(order.paid_minor - order.refunded_minor - order.compensation_minor, 0)


def why_not(parcel: Parcel, loss: Loss | None) -> str:
    """Why no way out is open for this parcel, as a sentence; "" when all are."""
    if loss is not None:
        return _("This lost parcel was settled already: %(way)s.") % {"way": WayOut(loss.way).label}
    if parcel.anomaly != Anomaly.LOST:
        return _("This parcel does not count as lost: look at its track.")
    if parcel.order.status in NOTHING_OWED:
        return _("The buyer is owed nothing: the order is “%(state)s”.") % {"state": parcel.order.get_status_display()}
    return ""


def _held(parcel_pk: int) -> Parcel:
    held = hold_parcels([parcel_pk])
    if not held:
        raise Http404
    return held[0]


def _may_solve(parcel: Parcel, known: Loss | None, version: int | None) -> None:
    sentence = why_not(parcel, known)
    if known is not None:
        raise IllegalMove(sentence)
    if sentence:
        raise Blocked(sentence)
    if version is not None and parcel.version != version:
        raise Stale(_("A colleague changed this parcel meanwhile. Look at it again, then repeat what you wanted."))


def _check(way: str, note: str, number: str, parcel: Parcel) -> None:
    if way not in WayOut.values:
        raise Invalid(_("Choose a way out."), field="way")
    if len(note.strip()) > NOTE_LENGTH:
        raise Invalid(_("At most %(count)s characters.") % {"count": NOTE_LENGTH}, field="note")
    if way == WayOut.REPLACE and not note.strip():
        raise Invalid(_("Write down which goods are sent instead."), field="note")
    if number.strip() and numbers.clean(number) == parcel.tracking_number:
        raise Invalid(_("This is the lost parcel's number: what is sent again has its own."), field="number")


def _send_again(loss: Loss, carrier: Carrier | None, number: str, rule: LogisticsPolicy) -> None:
    parcel = loss.parcel
    if carrier is None:
        fastest = fastest_carriers(parcel.shop_id, parcel.province, now=loss.at)
        carrier = fastest[0].carrier if fastest else None
    if carrier is None:
        raise Invalid(_("Choose the carrier."), field="carrier")
    loss.amount_minor = rule.reship_cost_minor
    loss.reship = reship_for(
        parcel.order_id, key=f"parcel:{parcel.pk}:reship", carrier_text=carrier.code, number=number, by=loss.by, now=loss.at,
        payer=loss.payer, cost_minor=loss.amount_minor,
    )  # fmt: skip
    if Loss.objects.filter(reship=loss.reship).exists():
        raise Invalid(_("This number is the reship of another lost parcel."), field="number")


def _compensate(loss: Loss, amount_minor: int) -> None:
    order, most = loss.parcel.order, most_minor(loss.parcel.order)
    if not 0 < amount_minor <= most:
        raise Invalid(
            _("The compensation is more than nothing and at most %(most)s.") % {"most": yuan(most)}, field="amount"
        )
    loss.amount_minor = amount_minor
    book(loss.parcel, COMPENSATION[Payer(loss.payer)], "compensation", amount_minor, by=loss.by, now=loss.at)
    note_compensation_many({order.pk: amount_minor}, now=loss.at)

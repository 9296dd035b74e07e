"""What an interception costs: booked once on the carrier's word, storage by the day, and who pays (rules §4 "Fees").

The seller pays; after a cancel the responsible party does, which for what was booked before means that it is given back.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.audit.services import record
from foundation.jobs.chunks import in_chunks
from foundation.ledger.models import Transaction
from foundation.ledger.movements import Movement
from foundation.ledger.services import Draw, Posting, draw_many, post_many
from foundation.lifecycle.deadlines import day_start
from foundation.lifecycle.errors import Blocked

from ..models import CarrierEvent, CarrierFee, Interception
from ..models.carriers import ChargedOn
from ..movements import FEE, GIVEN_BACK, STORAGE, STORAGE_GIVEN_BACK
from ..states import Payer, Status
from .holding import hold_interception, hold_interceptions

DAY = timedelta(days=1)
CHUNK = 200
AT_ONCE = 20_000
CONFIRMS = {ChargedOn.ACCEPTED: ("accept", "begin", "succeed"), ChargedOn.SUCCEEDED: ("succeed",)}
IMPLY_SUCCESS = ("turn_back", "come_back")  # a word that came too late is not taken apart into the moves it means
OVER = (Status.CANCELLED, Status.REFUSED, Status.FAILED)
FEE_MOVEMENTS = tuple(one.code for group in (FEE, STORAGE, GIVEN_BACK) for one in group.values()) + (STORAGE_GIVEN_BACK.code,)


@dataclass(frozen=True, slots=True)
class Cost:
    """What an interception costs so far, in fen: what is booked, and storage of days that begun and are not booked yet."""

    fee_minor: int
    storage_minor: int

    @property
    def total_minor(self) -> int:
        return self.fee_minor + self.storage_minor


def after_move(interception: Interception, verb: str, *, by: Any, now: datetime) -> None:
    """Book what this move of a locked interception makes due."""
    if interception.fee_at is None and verb in CONFIRMS[ChargedOn(interception.charged_on)]:
        book_fee(interception, by=by, now=now)
    if verb == "come_back":
        _settle_storage(interception, by=by, now=now)


def book_fee(interception: Interception, *, by: Any, now: datetime) -> None:
    """Book the interception fee of a locked interception under `interception:N:fee`; twice is once.

    Nothing is booked when it costs nothing or the carrier pays.
    """
    movement = FEE.get(Payer(interception.payer))
    if movement is None or not interception.fee_minor or interception.fee_at is not None:
        return
    _book(interception, movement, "fee", interception.fee_minor, by, now)
    interception.fee_at = now
    interception.save(update_fields=["fee_at"])
    _record(interception, "logistics.interception_charged", interception.fee_minor, by, now)


def hand_over(interception: Interception, payer: str, *, by: Any, now: datetime) -> None:
    """After a cancel `payer` is responsible for a fee the shop already paid: it is given back to the shop, once."""
    if interception.fee_at is None or interception.payer != Payer.SHOP or payer == Payer.SHOP:
        return
    _book(interception, GIVEN_BACK[Payer(payer)], "fee:back", interception.fee_minor, by, now)
    payers = {"payer": Payer(payer).value, "payer_was": Payer(interception.payer).value}
    _record(interception, "logistics.interception_given_back", interception.fee_minor, by, now, **payers)


@transaction.atomic
def book_late_fee(pk: int, *, by: Any, now: datetime) -> Interception:
    """Operations: the fee of an interception that was over here when the carrier's word came that makes it due (rules §4.14).

    Which word that is says the fee row it was asked for by: accepted, or intercepted. Whoever was recorded as responsible
    pays. Blocked unless it ended without a return, such a word came, and there is a fee that is not booked yet and not
    the carrier's own.
    """
    interception = hold_interception(pk)
    if not with_late_fee(Interception.objects.filter(pk=pk)).exists():
        raise Blocked(
            _("There is no fee to book: it is booked, the carrier pays it itself, or it never said what makes it due.")
        )
    book_fee(interception, by=by, now=now)
    return interception


def with_late_fee(rows: "QuerySet[Interception]") -> "QuerySet[Interception]":
    """Those of `rows` that ended here before the carrier's word came that makes their fee due; it is not booked yet."""
    words = CarrierEvent.objects.filter(interception=OuterRef("pk"), moved=False)
    due = [Q(Exists(words.filter(verb__in=(*said, *IMPLY_SUCCESS))), charged_on=when) for when, said in CONFIRMS.items()]
    unpaid = rows.filter(status__in=OVER, fee_at=None, fee_minor__gt=0, payer__in=list(FEE))
    return unpaid.filter(reduce(or_, due))


def storage_days(interception: Interception, until: datetime) -> int:
    """Days of storage begun at `until`: after the free ones, from interception to return, the most the carrier charges."""
    if interception.succeeded_at is None:
        return 0
    end = min(until, interception.returned_at or until)
    beyond = end - interception.succeeded_at - timedelta(days=interception.storage_free_days)
    return min(max(-(-beyond // DAY), 0), interception.storage_most_days)


def cost_so_far(interception: Interception, now: datetime) -> Cost:
    """What it costs at `now`, whoever pays, in fen: booked fee, and storage begun."""
    stored = interception.storage_days
    if interception.status in (Status.SUCCEEDED, Status.RETURNING):
        stored = max(stored, storage_days(interception, now))
    fee_minor = interception.fee_minor if interception.fee_at is not None else 0
    return Cost(fee_minor, stored * interception.storage_minor_per_day)


def book_storage_due(now: datetime) -> dict[str, int]:
    """The daily job: book each begun day of storage that is not booked yet. Twice changes nothing."""
    rows = Interception.objects.filter(status__in=[Status.SUCCEEDED, Status.RETURNING], succeeded_at__lt=now)
    rows = rows.filter(storage_minor_per_day__gt=0).order_by("succeeded_at", "pk")
    due = [one.pk for one in rows.iterator() if storage_days(one, now) > one.storage_days][:AT_ONCE]
    done = in_chunks(due, partial(_storage_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"stored": done.done}


def _storage_chunk(pks: list[int], *, now: datetime) -> int:
    held = hold_interceptions(pks, skip_locked=True)
    return sum(_book_storage([one for one in held if one.status in (Status.SUCCEEDED, Status.RETURNING)], now))


def _book_storage(interceptions: Iterable[Interception], now: datetime, by: Any = None) -> list[int]:
    """Book the days begun of locked interceptions; how many days each."""
    booked: list[int] = []
    items: list[Posting] = []
    for one in interceptions:
        days = range(one.storage_days + 1, storage_days(one, now) + 1)
        booked.append(len(days))
        movement = STORAGE.get(Payer(one.payer))
        if not days:
            continue
        if movement is not None and one.storage_minor_per_day:
            items += [_item(one, movement, f"storage:{day}", one.storage_minor_per_day) for day in days]
        one.storage_days = days[-1]
        one.save(update_fields=["storage_days"])
        if movement is not None and one.storage_minor_per_day:
            _record(one, "logistics.storage_charged", len(days) * one.storage_minor_per_day, by, now, days=len(days))
    _book_all(items, by, now)
    return booked


def _settle_storage(interception: Interception, *, by: Any, now: datetime) -> None:
    """It came back: the days up to then are booked; those booked before the word came are given back."""
    _book_storage([interception], now, by)
    too_many = interception.storage_days - storage_days(interception, now)
    if too_many <= 0:
        return
    amount = too_many * interception.storage_minor_per_day
    if amount and interception.payer == Payer.SHOP:
        _book(interception, STORAGE_GIVEN_BACK, "storage:back", amount, by, now)
        _record(interception, "logistics.storage_given_back", amount, by, now, days=too_many)
    interception.storage_days -= too_many
    interception.save(update_fields=["storage_days"])


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A line of the monthly statement: `amount_minor` fen the shop paid (+) or got back (−), 0 when somebody else paid."""

    at: datetime
    interception: Interception
    label: str
    total_minor: int
    amount_minor: int
    payer: str


def monthly(shop: Shop, month: datetime) -> list[FeeLine]:
    """What interceptions cost in the Shanghai month `month` falls in, oldest first, read from the books."""
    first = month.date().replace(day=1) if isinstance(month, datetime) else month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    rows = Transaction.objects.filter(
        shop=shop, at__gte=day_start(first), at__lt=day_start(following), movement__in=FEE_MOVEMENTS
    ).order_by("at", "pk")
    booked = list(rows)
    known = Interception.objects.select_related("order", "carrier", "parcel").in_bulk({row.subject_id for row in booked})
    return [_line(row, known[row.subject_id]) for row in booked if row.subject_id in known]


def _line(row: Transaction, interception: Interception) -> FeeLine:
    back = row.movement in {STORAGE_GIVEN_BACK.code, *(one.code for one in GIVEN_BACK.values())}
    ours = row.movement in (FEE[Payer.SHOP].code, STORAGE[Payer.SHOP].code)
    amount = -row.total_minor if back else row.total_minor if ours else 0
    payer = next((one.value for group in (FEE, STORAGE) for one, move in group.items() if move.code == row.movement), "")
    return FeeLine(row.at, interception, row.movement_label, row.total_minor, amount, payer or interception.payer)


def price(fee: CarrierFee) -> dict[str, Any]:
    """The columns an interception copies from the fee row in force when it is asked for."""
    return {
        "fee_policy": fee, "fee_minor": fee.intercept_minor, "charged_on": fee.charged_on,
        "storage_free_days": fee.storage_free_days, "storage_minor_per_day": fee.storage_minor_per_day,
        "storage_most_days": fee.storage_most_days,
    }  # fmt: skip


def _book(interception: Interception, movement: Movement, part: str, amount_minor: int, by: Any, now: datetime) -> None:
    _book_all([_item(interception, movement, part, amount_minor)], by, now)


def _item(interception: Interception, movement: Movement, part: str, amount_minor: int) -> Posting:
    make = Draw if movement.is_draw else Posting
    return make(
        key=f"interception:{interception.pk}:{part}", movement=movement.code, shop_id=interception.shop_id,
        amount_minor=amount_minor, order_id=interception.order_id, subject=interception, note=interception.number,
    )  # fmt: skip


def _book_all(items: Iterable[Posting], by: Any, now: datetime) -> None:
    items = list(items)
    draw_many([item for item in items if isinstance(item, Draw)], by=by, now=now)
    post_many([item for item in items if not isinstance(item, Draw)], by=by, now=now)


def _record(interception: Interception, verb: str, amount_minor: int, by: Any, now: datetime, **more: Any) -> None:
    data = {"number": interception.number, "amount_minor": amount_minor, "payer": interception.payer, **more}
    record(verb, interception, by=by, now=now, data=data)

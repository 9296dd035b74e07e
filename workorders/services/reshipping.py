"""An answer that sends the goods again makes the parcel they travel in (rules §6.4), and earlier answers get theirs once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from foundation.lifecycle.errors import DomainError
from logistics.models import Parcel
from logistics.services import reship_for
from logistics.states import ParcelKind, Payer
from orders.services import lock_orders

from ..models import Answer, Draft
from ..states import Branch, Need

CHUNK = 500
NEEDED = ("work_order__policy", "submitted_by")


class Backfilled(NamedTuple):
    """`last` is the pk of the last answer looked at (0: none was left), `made` parcels, `refused` (case, why) each."""

    last: int
    made: int
    refused: list[tuple[str, str]]


def sends_again(said: Draft | Answer) -> bool:
    """Whether a draft or an answer says that the goods leave once more, with a number."""
    if not said.reship_number:
        return False
    return said.branch == Branch.RESHIP or (said.chosen is not None and Need.TRACKING in said.chosen.needs)


def reship(said: Draft | Answer, *, by: Any, now: datetime) -> Parcel:
    """The parcel of an answer, in the caller's transaction, its order held; the shop pays its freight itself.

    The same number again – a later stage names the same parcel – is the same parcel. Invalid as `reship_for` says.
    """
    case = said.work_order
    return reship_for(
        case.order_id, key=f"workorder:{case.pk}:reship:{said.reship_number.strip().upper()}"[:100],
        carrier_text=said.reship_carrier, number=said.reship_number, by=by, now=now, payer=Payer.SHOP,
    )  # fmt: skip


@transaction.atomic
def backfill_chunk(after: int, *, size: int = CHUNK) -> Backfilled:
    """Make the parcels of the next `size` answers behind the pk `after`, as of the moment each was sent.

    A chunk is one transaction. Idempotent: an answer whose parcel is there makes none. One whose number can't be a
    reship's is left out and named; it stays as it was answered.
    """
    answers = list(Answer.objects.exclude(reship_number="").filter(pk__gt=after).select_related(*NEEDED).order_by("pk")[:size])
    if not answers:
        return Backfilled(0, 0, [])
    orders = {answer.work_order.order_id for answer in answers}
    lock_orders(sorted(orders))
    there = _how_many(orders)
    refused = [refusal for answer in answers if sends_again(answer) and (refusal := _refusal(answer))]
    return Backfilled(answers[-1].pk, _how_many(orders) - there, refused)


def _how_many(orders: Iterable[int]) -> int:
    return Parcel.objects.filter(order_id__among=list(orders), kind=ParcelKind.RESHIP).count()


def _refusal(answer: Answer) -> tuple[str, str] | None:
    """Make the answer's parcel on a savepoint; what it was refused for, if it was."""
    try:
        with transaction.atomic():
            reship(answer, by=answer.submitted_by, now=answer.submitted_at)
    except DomainError as error:
        return answer.work_order.number, str(error)
    return None

"""What a file or the platform says of an order, checked and compared with what is known; writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from foundation.lifecycle.errors import Invalid

from ..models import Order
from ..states import LIFECYCLE, Flag, GroupState, OrderState

# Copied as given; empty or None in a re-import means "not said" and leaves what is known.
DETAILS = (
    "placed_at", "paid_at", "grouped_at", "promised_ship_at", "physically_shipped_at", "tracking_uploaded_at",
    "signed_at", "confirmed_at", "buyer_name", "buyer_phone", "province", "address", "buyer_remark", "goods_minor",
    "discount_minor", "postage_minor", "group_state", "carrier", "tracking_number",
)
PERSONAL = frozenset({"buyer_name", "buyer_phone", "address"})
STATES, FLAGS, GROUPS = frozenset(OrderState.values), frozenset(Flag.values), frozenset(GroupState.values)
LENGTHS = {name: getattr(Order._meta.get_field(name), "max_length", None) for name in (*DETAILS, "number", "staff_note")}


@dataclass(frozen=True)
class ArrivingLine:
    """One line of an arriving order; amounts in fen, `paid_minor` its share of what was paid."""

    title: str
    sku_name: str = ""
    quantity: int = 1
    price_minor: int = 0
    paid_minor: int = 0
    product_id: int | None = None
    sku_id: int | None = None


@dataclass(frozen=True)
class ArrivingOrder:
    """An order as it arrives. `status=None` lets the amounts decide: paid → completed, nothing left → refunded,

    never paid → cancelled (issue: a paid row without a state column arrives completed). Amounts in fen, times aware.
    """

    number: str
    placed_at: datetime
    paid_minor: int = 0
    refunded_minor: int = 0
    status: str | None = None
    paid_at: datetime | None = None
    grouped_at: datetime | None = None
    promised_ship_at: datetime | None = None
    physically_shipped_at: datetime | None = None
    tracking_uploaded_at: datetime | None = None
    signed_at: datetime | None = None
    confirmed_at: datetime | None = None
    buyer_name: str = ""
    buyer_phone: str = ""
    province: str = ""
    address: str = ""
    buyer_remark: str = ""
    staff_note: str = ""
    flag: str = ""
    tags: Sequence[str] = ()
    goods_minor: int = 0
    discount_minor: int = 0
    postage_minor: int = 0
    group_state: str = ""
    carrier: str = ""
    tracking_number: str = ""
    lines: Sequence[ArrivingLine] = field(default_factory=tuple)

    @property
    def state(self) -> str:
        """The state it arrives in. Nothing left of paid is `refunded`, unless it was cancelled before shipping."""
        emptied = self.paid_minor > 0 and self.refunded_minor == self.paid_minor
        if self.status is None and not self.paid_minor:
            return OrderState.CANCELLED
        if emptied and self.status != OrderState.CANCELLED:
            return OrderState.REFUNDED
        return self.status or OrderState.COMPLETED


@dataclass(frozen=True)
class Differences:
    """How an arriving order differs from the known one: `changes` maps column → (known, arriving).

    `refusals` are (column, sentence): one of them and nothing of the row is taken.
    """

    changes: dict[str, tuple[Any, Any]]
    refusals: list[tuple[str, str]]

    @property
    def kind(self) -> str:
        if self.refusals:
            return "refused"
        return "updated" if self.changes else "unchanged"


def refusals(arriving: ArrivingOrder) -> list[tuple[str, str]]:
    """(column, sentence) for whatever makes the order impossible in itself; empty when it can arrive."""
    found = [
        (name, _("At most %(count)s characters.") % {"count": limit})
        for name, limit in LENGTHS.items()
        if limit and len(getattr(arriving, name)) > limit
    ]
    left = arriving.paid_minor - arriving.refunded_minor
    if not arriving.number:
        found.append(("number", _("The order number is missing.")))
    elif not arriving.number.isprintable() or arriving.number != arriving.number.strip():
        found.append(("number", _("The order number has characters that can't be shown.")))
    if arriving.status is not None and arriving.status not in STATES:
        found.append(("status", _("Unknown order state.")))
    if arriving.flag not in FLAGS or arriving.group_state not in GROUPS:
        found.append(("flag", _("Unknown flag or group state.")))
    if arriving.paid_minor < 0 or arriving.refunded_minor < 0:
        found.append(("paid_minor", _("An amount can't be negative.")))
    elif left < 0:
        found.append(("refunded_minor", _("More was refunded than paid.")))
    elif arriving.status == OrderState.REFUNDED and (left or not arriving.paid_minor):
        found.append(("status", _("The state says refunded, but something is left of what was paid.")))
    elif arriving.status == OrderState.CANCELLED and left:
        found.append(("status", _("A cancelled order can't keep what was paid.")))
    if sum(line.paid_minor for line in arriving.lines) > arriving.paid_minor:
        found.append(("lines", _("The lines add up to more than was paid.")))
    return found


def check(arriving: ArrivingOrder) -> None:
    """Raises Invalid with the first refusal."""
    for column, sentence in refusals(arriving):
        raise Invalid(f"{arriving.number}: {sentence}", field=column)


def differences(order: Order, arriving: ArrivingOrder) -> Differences:
    """Compare without writing: what a re-import would change of a known order, and why it would refuse to.

    A booked paid amount never changes and a refunded one never falls: such a row is refused; unpaid → paid books
    (rules §2). A state may only go where the table leads.
    """
    refused = refusals(arriving)
    changes = {
        name: (getattr(order, name), getattr(arriving, name))
        for name in DETAILS
        if getattr(arriving, name) and not _says_the_same(name, getattr(order, name), getattr(arriving, name))
    }
    if order.paid_minor and arriving.paid_minor != order.paid_minor:
        refused.append(("paid_minor", _("What was paid is booked and can't change.")))
    elif arriving.paid_minor != order.paid_minor:
        changes["paid_minor"] = (order.paid_minor, arriving.paid_minor)
    if arriving.refunded_minor < order.refunded_minor:
        refused.append(("refunded_minor", _("Less refunded than is booked already.")))
    elif arriving.refunded_minor != order.refunded_minor:
        changes["refunded_minor"] = (order.refunded_minor, arriving.refunded_minor)
    state = _next_state(order, arriving, changes)
    if state != order.status:
        changes["status"] = (order.status, state)
        if state not in reachable(order.status):
            names = {"old": OrderState(order.status).label, "new": OrderState(state).label}
            refused.append(("status", _("An order can't go from “%(old)s” to “%(new)s”.") % names))
    return Differences(changes, refused)


def _says_the_same(name: str, known: Any, arriving: Any) -> bool:
    """Files know seconds, not what lies below, and lose blanks; a masked name, phone or address says nothing new."""
    if name in PERSONAL and known and "*" in arriving:
        return True
    if isinstance(known, datetime) and not arriving.microsecond:
        return arriving == known.replace(microsecond=0)
    if isinstance(known, str) and isinstance(arriving, str):
        return arriving.split() == known.split()
    return arriving == known


def _next_state(order: Order, arriving: ArrivingOrder, changes: dict[str, Any]) -> str:
    """The state after the re-import: as said; without a state column only money moves it."""
    if arriving.status not in STATES or arriving.status is None:
        return arriving.state if "paid_minor" in changes or _emptied(arriving, changes) else order.status
    return arriving.state


def _emptied(arriving: ArrivingOrder, changes: dict[str, Any]) -> bool:
    return "refunded_minor" in changes and arriving.refunded_minor == arriving.paid_minor


def reachable(status: str) -> set[str]:
    """Every state the table leads to from `status`, in any number of moves."""
    seen: set[str] = set()
    waiting = {status}
    while waiting:
        source = waiting.pop()
        onward = {move.target for move in LIFECYCLE.moves if source in move.sources} - seen
        seen |= onward
        waiting |= onward
    return seen

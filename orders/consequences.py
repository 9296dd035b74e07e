"""What a refund would do, worked out before it is done: shown beside the button that does it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deposits.services import quota
from foundation.ledger.kinds import DRAW_ORDER, KIND_LABELS, Kind
from foundation.ledger.services import balances, pending_of
from foundation.lifecycle.errors import Blocked

from . import refund_gates
from .models import Order


@dataclass(frozen=True)
class Part:
    """How much one of the shop's accounts would give, in fen."""

    kind: str
    label: str
    amount_minor: int


@dataclass(frozen=True)
class Consequences:
    """`left_minor` stays of what was paid; `empties` ends the order; `why_not` is a gate's sentence, or the quota's."""

    amount_minor: int
    parts: tuple[Part, ...]
    left_minor: int
    empties: bool
    why_not: str

    @property
    def debt_minor(self) -> int:
        return sum(part.amount_minor for part in self.parts if part.kind == Kind.DEBT)


def of_refund(order: Order, amount_minor: int, cause: str, shop: Any, now: datetime) -> Consequences:
    """Reads the accounts unlocked: the real draw follows the same order on the locked ones (rules §2)."""
    has = balances(shop) | {Kind.PENDING: pending_of([order.pk]).get(order.pk, 0)}
    rest, parts = amount_minor, []
    for kind in DRAW_ORDER:
        taken = rest if kind == Kind.DEBT else min(rest, max(has.get(kind, 0), 0))
        if taken:
            parts.append(Part(kind, str(KIND_LABELS[kind]), taken))
            rest -= taken
    left = order.left_minor - amount_minor
    return Consequences(amount_minor, tuple(parts), left, left == 0, _why_not(order, cause, amount_minor, now))


def _why_not(order: Order, cause: str, amount_minor: int, now: datetime) -> str:
    try:
        refund_gates.ask(order, cause, amount_minor)
    except Blocked as blocked:
        return str(blocked)
    return quota.why_not(order.shop_id, amount_minor, now)

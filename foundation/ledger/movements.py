"""The table of movements: where money comes from and where it goes, one line each (rules §2).

Later rooms bring their own lines with `register()`; the laws (debt first, deposit up to what is required, the order of
a draw) are the engine's and the same for all.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from .kinds import Kind, Platform

DRAW = "draw"


@dataclass(frozen=True)
class Movement:
    """One line of the table.

    `source` is an account kind, or DRAW for what the shop must pay from wherever it has money. `targets` fill in order:
    debt takes what is owed, a deposit that is not last takes what it lacks, the last takes the rest.
    `whole_order` moves whatever is left pending of the order instead of a given amount. `first` are accounts a draw
    empties before the usual order begins.
    """

    code: str
    label: Any
    source: str
    targets: tuple[str, ...]
    needs_order: bool = False
    whole_order: bool = False
    first: tuple[str, ...] = ()

    @property
    def is_draw(self) -> bool:
        return self.source == DRAW

    @property
    def reads_pending(self) -> bool:
        """Whether the amount depends on what is left pending of the order."""
        return self.is_draw or self.whole_order


MOVEMENTS: dict[str, Movement] = {}


def register(movement: Movement) -> Movement:
    """Add a line; a code that is taken, or targets that could not take everything, are mistakes in the code."""
    if MOVEMENTS.setdefault(movement.code, movement) != movement:
        raise ValueError(f"The movement {movement.code!r} is registered twice.")
    if not movement.targets or movement.targets[-1] == Kind.DEBT:
        raise ValueError(f"The last account of {movement.code!r} can't take the rest.")
    return movement


def get(code: str) -> Movement:
    try:
        return MOVEMENTS[code]
    except KeyError:
        raise ValueError(f"The ledger knows no movement {code!r}.") from None


def label_of(code: str) -> str:
    movement = MOVEMENTS.get(code)
    return str(movement.label) if movement else code


register(Movement("order_paid", _("Order paid"), Platform.BUYERS, (Kind.PENDING,), needs_order=True))
register(
    Movement(
        "order_settled", _("Order settled"), Kind.PENDING, (Kind.DEBT, Kind.SETTLEMENT),
        needs_order=True, whole_order=True,
    )
)  # fmt: skip
register(Movement("refund", _("Refund"), DRAW, (Platform.BUYERS,)))
register(Movement("compensation", _("Fair compensation"), DRAW, (Platform.BUYERS,)))
register(Movement("topup", _("Top-up"), Platform.OUTSIDE, (Kind.DEBT, Kind.DEPOSIT, Kind.SETTLEMENT)))
register(Movement("deposit_paid", _("Deposit paid"), Kind.SETTLEMENT, (Kind.DEPOSIT,)))

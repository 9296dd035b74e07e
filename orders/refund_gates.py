"""Who may hold back a refund the seller causes: quota, cool-down, restriction (rules §3).

A gate is `callable(order, cause, amount_minor) -> sentence | None`; the sentence says why not. Gates fail closed: one
that raises holds the refund back. `Cause.PLATFORM` and arrivals never ask.
"""

import logging
from collections.abc import Callable

from django.utils.translation import gettext as _

from foundation.lifecycle.errors import Blocked

from .models import SELLER_CAUSES, Order

log = logging.getLogger(__name__)
Gate = Callable[[Order, str, int], str | None]
GATES: list[Gate] = []


def register(gate: Gate) -> Gate:
    GATES.append(gate)
    return gate


def ask(order: Order, cause: str, amount_minor: int) -> None:
    """Raises Blocked with the first gate's sentence; silent when all let it pass or the cause isn't the seller's."""
    if cause not in SELLER_CAUSES:
        return
    for gate in GATES:
        try:
            why_not = gate(order, cause, amount_minor)
        except Exception:
            log.exception("The refund gate %r failed on order %s", gate, order.pk)
            why_not = _("A check of this refund failed, so it is held back. Try again later or ask the platform.")
        if why_not:
            raise Blocked(why_not, code="refund_gate")

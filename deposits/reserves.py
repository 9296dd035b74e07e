"""What is open and could still cost the shop money: kept back from a deposit refund, case by case (rules §7.4).

Apps above register what they hold open, in a `reserves.py` of their own, found by itself. An asker says how much all of
its cases could cost at most, by one aggregate, and names the first few with links.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.ledger.kinds import Kind
from foundation.ledger.models import Account
from foundation.shell.urls_for import shop_url

log = logging.getLogger(__name__)
LINES = 20


@dataclass(frozen=True)
class ReserveLine:
    """One open case and what it could cost at most, in fen; `desk_url` is the platform's page of it, if there is one."""

    label: str
    url: str
    amount_minor: int
    desk_url: str = ""


@dataclass(frozen=True)
class Reserve:
    """All open cases of one sort: their sum in fen, their count, the first of them; `url` leads to all of them.

    `known` False: the asker failed, so nobody knows the sum and nothing may be refunded until it can be told again.
    """

    code: str
    label: Any
    url: str
    amount_minor: int
    count: int
    lines: tuple[ReserveLine, ...] = ()
    known: bool = True

    @property
    def more(self) -> int:
        """How many cases the lines leave out."""
        return self.count - len(self.lines)


class Ask(Protocol):
    """`amount_minor` over all cases; at most `lines` of them named, none at 0. None when nothing is open."""

    def __call__(self, shop: Shop, now: datetime, *, lines: int) -> Reserve | None: ...


ASKERS: dict[str, Ask] = {}


def register(code: str, ask: Ask) -> Ask:
    """Add an asker; a code that is taken by another one is a mistake in the code."""
    if ASKERS.setdefault(code, ask) is not ask:
        raise ValueError(f"The reserve {code!r} is registered twice.")
    return ask


def asks(code: str) -> Callable[[Ask], Ask]:
    """`register` as a decorator."""
    return lambda ask: register(code, ask)


def reserves_of(shop: Shop, now: datetime, lines: int = LINES) -> list[Reserve]:
    """What is kept back at `now`, by code. Fails closed: an asker that raises gives a Reserve that is not `known`.

    Inside a transaction a broken statement spoils the rest of it, which refuses the whole verb: closed as well.
    """
    found = []
    for code, ask in sorted(ASKERS.items()):
        try:
            reserve = ask(shop, now, lines=lines)
        except Exception:
            log.exception("The reserve %r failed for shop %s", code, shop.pk)
            reserve = Reserve(code, _("A check that failed"), "", 0, 0, known=False)
        if reserve is not None and (reserve.amount_minor or not reserve.known):
            found.append(reserve)
    return found


@asks("debt")
def debt(shop: Shop, now: datetime, *, lines: int) -> Reserve | None:
    """What the shop owes, from the books."""
    owed = -sum(Account.objects.filter(shop=shop, kind=Kind.DEBT).values_list("balance_minor", flat=True))
    if not owed:
        return None
    return Reserve("debt", _("Debt"), shop_url(shop, "ledger:statement"), owed, 1)

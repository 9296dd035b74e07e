"""The seam to whoever pays money out: what a gateway answers, and how it refuses.

A gateway is called outside every transaction, with plain values only, and pays a key **once**, however often it is
told to. It raises one of three errors:

- `Retryable`: it certainly did not arrive – the same key may be sent again, later;
- `Final`: it said no, for good: nothing was and nothing will be paid under this key;
- `Unknown`: it may have arrived. Anything else that goes wrong after the call counts as that too. It is never sent
  again by itself: the gateway is asked, or operations settle it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class GatewayError(Exception):
    """The sentence is for operations, in English."""


class Retryable(GatewayError):
    pass


class Final(GatewayError):
    pass


class Unknown(GatewayError):
    pass


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a key, for good: `paid` or never to be; `reference` is the gateway's, `text` its words."""

    paid: bool
    reference: str = ""
    text: str = ""


class Gateway(Protocol):
    """One way to pay out. `name` stands on the payouts it was given."""

    name: str

    def pay(self, *, key: str, amount_minor: int, payee: str, memo: str) -> Answer:
        """Pay `amount_minor` fen to the account the shop `payee` (its public ID) gave; `memo` is what it reads."""

    def ask(self, *, key: str) -> Answer | None:
        """What became of the key; None when the gateway has nothing of it. Raises what `pay` raises."""


Told = Callable[[str, Answer], object]  # where a gateway says (key, answer) unasked: its callback
GATEWAYS: dict[str, Callable[[Told], Gateway]] = {}


def register(name: str, make: Callable[[Told], Gateway]) -> None:
    GATEWAYS[name] = make


def gateway(name: str, told: Told) -> Gateway:
    """The gateway of that name; KeyError for one nobody registered."""
    return GATEWAYS[name](told)

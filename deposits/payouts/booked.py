"""Payouts booked here and carried out by people: the platform's finance wires what the books say was paid."""

from .base import Answer, Told

NAME = "booked"


class Booked:
    """The gateway (`base.Gateway`) without an outside call: saying so is paying."""

    name = NAME

    def __init__(self, told: Told) -> None:
        """Nobody outside could say anything unasked."""

    def pay(self, *, key: str, amount_minor: int, payee: str, memo: str) -> Answer:
        return Answer(paid=True, reference=key)

    def ask(self, *, key: str) -> Answer | None:
        """Nothing ever left, so a payout whose sender died is simply booked again."""
        return None

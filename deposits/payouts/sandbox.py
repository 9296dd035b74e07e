"""The sandbox gateway: pays nobody, and does on demand whatever a real one may do. What it does follows from the amount.

The last digits of the amount decide (fen): …01 refused, …02 silence and paid, …03 silence and never arrived, …04 not
reached the first time, …05 answers twice, …06 silence and refused; all others are paid at once. What a real gateway
would remember it reads from the house.
"""

from ..models import Payout
from .base import Answer, Final, Retryable, Told, Unknown

NAME = "sandbox"
REFUSED, SILENT_PAID, SILENT_LOST, UNREACHED, TWICE, SILENT_REFUSED = 1, 2, 3, 4, 5, 6
NO = "the account is closed"


class Sandbox:
    """The gateway (`base.Gateway`)."""

    name = NAME

    def __init__(self, told: Told) -> None:
        self.told = told

    def pay(self, *, key: str, amount_minor: int, payee: str, memo: str) -> Answer:
        does = amount_minor % 100
        if does == REFUSED:
            raise Final(NO)
        if does == UNREACHED and self._tries(key) < 2:
            raise Retryable("connection refused")
        if does in (SILENT_PAID, SILENT_LOST, SILENT_REFUSED):
            raise Unknown("no answer within 10 s")
        answer = _paid(key)
        if does == TWICE:
            self.told(key, answer)
        return answer

    def ask(self, *, key: str) -> Answer | None:
        amount = Payout.objects.filter(key=key, tries__gt=0).values_list("amount_minor", flat=True).first()
        if amount is None or amount % 100 in (SILENT_LOST, UNREACHED):
            return None
        return Answer(paid=False, text=NO) if amount % 100 in (REFUSED, SILENT_REFUSED) else _paid(key)

    def _tries(self, key: str) -> int:
        return Payout.objects.filter(key=key).values_list("tries", flat=True).first() or 0


def _paid(key: str) -> Answer:
    return Answer(paid=True, reference=f"SB:{key}"[:64], text="paid")

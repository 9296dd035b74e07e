"""The rules of deposit, refund and quota once more, in plain Python: what the state machine compares the house with."""

from datetime import date, timedelta

from deposits.states import Severity

DAY = timedelta(days=1)
LISTED, LOOK_BACK, LEAST, FOUR_EYES, DAILY = 2, 3, 100, 5_000, 2_000
ORDER = ("settlement", "deposit", "temporary", "held")  # what a draw takes from; the rest is debt
DEDUCTS = {Severity.MINOR: 700, Severity.MAJOR: 3_000}


class Twin:
    """What the rules say, said again."""

    def __init__(self, today: date) -> None:
        self.money = dict.fromkeys([*ORDER, "debt"], 0)
        self.listed: dict[date, bool] = {today - n * DAY: True for n in range(1, LISTED + 1)}
        self.majors: list[date] = []
        self.case = self.paid_in = self.paid_out = 0
        self.used: dict[date, int] = {}

    def draw(self, minor: int, order: tuple[str, ...] = ORDER) -> None:
        for kind in order:
            take = min(minor, self.money[kind])
            self.money[kind] -= take
            minor -= take
        self.money["debt"] -= minor

    def income(self, minor: int) -> None:
        """Debt first, then settlement: no deposit is required here."""
        pays = min(minor, -self.money["debt"])
        self.money["debt"] += pays
        self.money["settlement"] += minor - pays

    def shift(self, minor: int, source: str, target: str) -> None:
        self.money[source] -= minor
        self.money[target] += minor

    def conditions_met(self, today: date) -> bool:
        listed = all(self.listed.get(today - n * DAY) for n in range(1, LISTED + 1))
        return listed and not any(today < day + LOOK_BACK * DAY for day in self.majors)

    def covers(self, minor: int, own: int, today: date) -> bool:
        there = self.money["deposit"] + own
        refundable = self.money["deposit"] + self.money["held"] + self.money["debt"] - self.case
        return self.conditions_met(today) and self.money["held"] >= own and minor <= min(there, refundable)

    def quota_left(self, today: date) -> int:
        return DAILY + self.money["temporary"] - self.used.get(today, 0)

    def unfreezable(self, today: date) -> int:
        return self.money["temporary"] - min(self.money["temporary"], max(0, self.used.get(today, 0) - DAILY))

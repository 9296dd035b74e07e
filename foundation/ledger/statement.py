"""The statement 台账 of one account: opening and closing balance, and the balance after every line.

Lines are ordered by the moment they were booked. Balances are worked out from the nearer end: what was booked after
the page's newest line is taken off the account's balance, or, on the last page, what was booked before its oldest is
added up. So no page depends on how many years lie before it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from foundation.accounts.models import Shop
from foundation.lifecycle.deadlines import day_start
from foundation.lists.filters import period_start
from foundation.lists.keyset import Cursor, beyond
from foundation.lists.page import ListPage
from foundation.lists.query import ListQuery

from .kinds import Kind
from .models import Account, Entry

# The shop's own money first; that is what people come for.
SHOWN_ORDER = (Kind.SETTLEMENT, Kind.PENDING, Kind.DEPOSIT, Kind.TEMPORARY, Kind.HELD, Kind.DEBT)


@dataclass(frozen=True)
class Period:
    """Half-open, UTC; None where it is not bounded."""

    start: datetime | None = None
    end: datetime | None = None

    @property
    def inside(self) -> Q:
        return (Q(at__gte=self.start) if self.start else Q()) & (Q(at__lt=self.end) if self.end else Q())

    @property
    def after(self) -> Q:
        return Q(at__gte=self.end) if self.end else Q(pk__in=[])


class Statement:
    """One account of one shop as the page and the file show it; `page` is None where only a file is written."""

    def __init__(self, query: ListQuery, page: ListPage | None = None):
        self.shop: Shop = query.shop
        self.query = query
        self.page: Any = page
        self.kind = Kind(query.tab.key)
        self.entries: QuerySet[Entry] = Entry.objects.filter(shop_id=self.shop.pk, kind=self.kind)
        self.chosen = self._chosen()
        self.period = self._period()

    def _chosen(self) -> dict[str, Any]:
        if not self.query.has_filters:
            return {}
        self.query.filterset.form.is_valid()
        return self.query.filterset.form.cleaned_data

    def _period(self) -> Period:
        """What the period and the two days say together: the later start, the day's end."""
        starts = []
        if self.chosen.get("period"):
            starts.append(period_start(self.chosen["period"], self.query.now))
        if self.chosen.get("booked_from"):
            starts.append(day_start(self.chosen["booked_from"]))
        last_day = self.chosen.get("booked_to")
        return Period(max(starts, default=None), day_start(last_day + timedelta(days=1)) if last_day else None)

    @property
    def movement(self) -> str:
        return self.chosen.get("movement") or ""

    @property
    def accounts(self) -> list[Account]:
        """All six, in the order of the tabs; those never opened stand at zero."""
        return self._read[0]

    @cached_property
    def figures(self) -> dict[str, int]:
        """Opening, closing, taken in and paid out of the period, in fen. Without a period it begins at zero."""
        if not self.period.start and not self.period.end:
            return {"opening": 0, "closing": self._balance}
        sums = self._read[1]
        closing = self._balance - sums["after"]
        moved = {"taken_in": sums["taken_in"], "paid_out": sums["paid_out"]}
        return {**moved, "closing": closing, "opening": closing - sum(moved.values())}

    @cached_property
    def lines(self) -> list[Entry]:
        """The page's rows, each with `balance_minor` after it."""
        balance = self._after_newest() if self._newest_first else 0
        for row, gap in zip(self._newest_first, self._gaps(), strict=True):
            row.balance_minor = balance
            balance -= gap
        return list(self.page.rows)

    @cached_property
    def _newest_first(self) -> list[Any]:
        if self.page is None:
            return []
        rows = list(self.page.rows)
        return rows if self.page.descending else rows[::-1]

    @property
    def _nothing_older(self) -> bool:
        """The page ends where the account begins, so what is older than its oldest line is the shorter sum."""
        more = self.page.slice.next if self.page.descending else self.page.slice.previous
        return not more and not self.movement

    def _after_newest(self) -> int:
        """The balance right after the newest row, worked out from the nearer end of the account."""
        if self._nothing_older:
            return self._read[1]["older"] + sum(row.amount_minor for row in self._newest_first)
        return self._balance - self._read[1]["newer"]

    def _gaps(self) -> list[int]:
        """What lies between each row, itself included, and the next older one; with all movements shown, only itself."""
        rows = self._newest_first
        if not self.movement:
            return [row.amount_minor for row in rows]
        return [*(self._read[1][f"gap_{number}"] for number in range(len(rows) - 1)), *([0] if rows else [])]

    @property
    def _balance(self) -> int:
        return next(account.balance_minor for account in self.accounts if account.kind == self.kind)

    def _conditions(self) -> dict[str, Q]:
        """Every sum the page says or needs."""
        found: dict[str, Q] = {}
        if self.period.start or self.period.end:
            inside = self.period.inside
            found = {
                "after": self.period.after,
                "taken_in": inside & Q(amount_minor__gt=0),
                "paid_out": inside & Q(amount_minor__lt=0),
            }
        rows = self._newest_first
        if rows:
            found |= {"older": _older(rows[-1])} if self._nothing_older else {"newer": _newer(rows[0])}
        if self.movement:
            pairs = enumerate(zip(rows, rows[1:], strict=False))
            found |= {f"gap_{number}": _newer(older) & ~_newer(row) for number, (row, older) in pairs}
        return found

    @cached_property
    def _read(self) -> tuple[list[Account], dict[str, int]]:
        """The six accounts and all sums of this one's entries, in one statement: a booking between two would shift them.

        Every sum is its own range of the statement's index, worked out once beside all six accounts.
        """

        def total(condition: Q) -> Coalesce:
            matching = self.entries.filter(condition).order_by().values("kind").annotate(all=Sum("amount_minor"))
            return Coalesce(Subquery(matching.values("all"), output_field=BigIntegerField()), 0)

        sums = {name: total(condition) for name, condition in self._conditions().items()}
        found = {account.kind: account for account in Account.objects.filter(shop=self.shop).annotate(**sums)}
        own = found.get(self.kind)
        accounts = [found.get(kind) or Account(shop=self.shop, kind=kind) for kind in SHOWN_ORDER]
        return accounts, {name: getattr(own, name, 0) for name in sums}


def _newer(row: Any) -> Q:
    return beyond("at", Cursor(row.at, row.pk), descending=False)


def _older(row: Any) -> Q:
    return beyond("at", Cursor(row.at, row.pk), descending=True)

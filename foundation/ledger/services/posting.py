"""Booking: `post_many` and `draw_many`, set-wise (architecture law 3) and once per key (rules §2).

A chunk locks its shops' accounts once, works out every entry in Python in the order given, then writes transactions,
entries and balances in a handful of statements. A chunk of N therefore leaves exactly what N chunks of one would.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from foundation.accounts.models import RestrictionReason, User
from foundation.accounts.services import lift, restrict
from foundation.audit.history import yuan
from foundation.audit.subjects import subject_type_of
from foundation.lifecycle.bulk import maker
from foundation.lifecycle.errors import DomainError, InsufficientFunds

from .. import movements, writing
from ..kinds import DRAW_ORDER, KIND_LABELS, Kind
from ..models import Account, Transaction
from ..movements import Movement
from ..signals import deposit_moved
from ..writing import Line
from .accounts import accounts_for, add_to_balances
from .story import pending_of

KEY_LENGTH = 120
NOTE_LENGTH = 200


class KeyReused(DomainError):
    """The key was booked before with another movement, shop, order or amount."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement to book. `amount_minor` is fen > 0; movements of a whole order take None and move what is left."""

    key: str
    movement: str
    shop_id: int
    amount_minor: int | None = None
    order_id: int | None = None
    subject: Model | tuple[str, int] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Draw(Posting):
    """What the shop must pay, from wherever it has money; what it has not becomes debt."""


def post(posting: Posting, *, by: User | None, now: datetime) -> Transaction:
    """`post_many` of one."""
    return post_many([posting], by=by, now=now)[0]


def draw(item: Draw, *, by: User | None, now: datetime) -> Transaction:
    """`draw_many` of one."""
    return draw_many([item], by=by, now=now)[0]


def post_many(postings: Iterable[Posting], *, by: User | None, now: datetime) -> list[Transaction]:
    """Book movements between accounts and return their transactions in the order given (rules §2).

    Income pays debt first, a top-up then fills the deposit up to what is required. A key booked before returns the
    first transaction; with anything else in it KeyReused is raised. InsufficientFunds when an own account is short.
    Either all of them are booked or none.
    """
    return _book(list(postings), drawing=False, by=by, now=now)


def draw_many(draws: Iterable[Draw], *, by: User | None, now: datetime) -> list[Transaction]:
    """Book what shops must pay: this order's pending → settlement → deposit → temporary → held → debt (rules §2).

    Never refused for want of money: the rest is debt, and the first fen of debt opens the shop's `debt` restriction,
    the last fen paid lifts it. Keys as in `post_many`.
    """
    return _book(list(draws), drawing=True, by=by, now=now)


@transaction.atomic
def _book(items: Sequence[Posting], *, drawing: bool, by: User | None, now: datetime) -> list[Transaction]:
    if not items:
        return []
    lines = [_checked(item, drawing) for item in items]
    accounts = accounts_for(item.shop_id for item in items)
    # Read under the lock: whoever booked the same key or the same order a moment ago has committed by now.
    keys = [item.key for item in items]
    booked: dict[str, Transaction] = {
        row.idempotency_key: row for row in Transaction.objects.filter(idempotency_key__among=keys)
    }
    reading = {item.order_id for item, line in zip(items, lines, strict=True) if line.reads_pending and item.order_id}
    book = _Book(accounts, pending_of(reading), by, now)
    for item, line in zip(items, lines, strict=True):
        first = booked.get(item.key)
        if first is None:
            booked[item.key] = book.enter(item, line)
        else:
            _same_again(first, item, line)
    writing.insert(book.transactions, book.lines)
    add_to_balances(book.changes)
    book.mind_debt()
    moved = book.deposits_moved()
    if moved:
        deposit_moved.send(Account, shop_ids=moved, by=by, now=now)
    return [booked[key] for key in keys]


def _checked(item: Posting, drawing: bool) -> Movement:
    """The item's line of the table; ValueError for what only a mistake in the code can ask."""
    movement = movements.get(item.movement)
    if movement.is_draw != drawing:
        raise ValueError(f"{item.movement} is booked by {'draw_many' if movement.is_draw else 'post_many'}.")
    if not 0 < len(item.key) <= KEY_LENGTH:
        raise ValueError(f"An idempotency key has 1 to {KEY_LENGTH} characters.")
    if movement.needs_order and item.order_id is None:
        raise ValueError(f"{item.movement} needs an order.")
    amount = item.amount_minor
    if not movement.whole_order and (not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0):
        raise ValueError(f"{item.movement} takes a whole number of fen above zero, not {amount!r}.")
    return movement


def _same_again(first: Transaction, item: Posting, movement: Movement) -> None:
    same = (first.movement, first.shop_id, first.order_id) == (item.movement, item.shop_id, item.order_id)
    if not same or not (movement.whole_order or first.total_minor == item.amount_minor):
        raise KeyReused(_("The key “%(key)s” was already booked for something else.") % {"key": item.key})


class _Book:
    """The open page: balances as they become, item by item, and the rows to write at the end."""

    def __init__(self, accounts: list[Account], pending: dict[int, int], by: User | None, now: datetime):
        self.accounts = {(account.shop_id, account.kind): account for account in accounts}
        self.pending = pending
        self.by = by
        self.now = now
        self.transactions: list[Transaction] = []
        self.lines: list[Line] = []
        self.changes: dict[int, int] = {}
        self.make = maker(Transaction)
        self.debts: list[tuple[int, bool]] = []  # (shop, opened?) in the order it happened

    def enter(self, item: Posting, movement: Movement) -> Transaction:
        amount = self.pending.get(item.order_id or 0, 0) if movement.whole_order else item.amount_minor or 0
        legs = self._out(item, movement, amount)
        booked = self._transaction(item, amount)
        self.transactions.append(booked)
        for kind, change in legs:
            self._leg(booked, kind, change)
        for kind, change in self._in(item.shop_id, movement, amount):
            self._leg(booked, kind, change)
        return booked

    def _out(self, item: Posting, movement: Movement, amount: int) -> list[tuple[str, int]]:
        """Where the money comes from; InsufficientFunds if a named account of the shop holds too little."""
        if not movement.is_draw:
            account = self.accounts.get((item.shop_id, movement.source))
            if account is not None and account.balance_minor < amount:
                raise InsufficientFunds(
                    _("%(account)s holds %(has)s, %(needs)s are needed.")
                    % {
                        "account": KIND_LABELS[movement.source],
                        "has": yuan(account.balance_minor),
                        "needs": yuan(amount),
                    },
                    code=movement.source,
                )
            return [(movement.source, -amount)]
        legs: list[tuple[str, int]] = []
        for kind in (*movement.first, *(one for one in DRAW_ORDER if one not in movement.first)):
            if kind == Kind.DEBT:
                take = amount
            elif kind == Kind.PENDING:
                take = min(amount, max(self.pending.get(item.order_id or 0, 0), 0))
            else:
                take = min(amount, self.accounts[item.shop_id, kind].balance_minor)
            legs.append((kind, -take))
            amount -= take
        return legs

    def _in(self, shop_id: int, movement: Movement, amount: int) -> list[tuple[str, int]]:
        """Where it goes: debt takes what is owed, a deposit before the last what it lacks, the last the rest."""
        legs: list[tuple[str, int]] = []
        for kind in movement.targets[:-1]:
            account = self.accounts[shop_id, kind]
            room = -account.balance_minor if kind == Kind.DEBT else account.required_minor - account.balance_minor
            take = min(amount, max(room, 0))
            legs.append((kind, take))
            amount -= take
        return [*legs, (movement.targets[-1], amount)]

    def _leg(self, booked: Transaction, kind: str, change: int) -> None:
        if not change:
            return
        account = self.accounts.get((booked.shop_id, kind))
        if account is None:  # the platform's side keeps no balance
            self.lines.append(Line(booked, None, None, kind, change, None))
            return
        before = account.balance_minor
        account.balance_minor += change
        self.changes[account.pk] = self.changes.get(account.pk, 0) + change
        if kind == Kind.DEBT and 0 in (before, account.balance_minor):
            self.debts.append((booked.shop_id, before == 0))
        if kind == Kind.PENDING and booked.order_id is not None:
            self.pending[booked.order_id] = self.pending.get(booked.order_id, 0) + change
        self.lines.append(Line(booked, account.pk, booked.shop_id, kind, change, account.balance_minor))

    def _transaction(self, item: Posting, amount: int) -> Transaction:
        subject = item.subject
        named = (subject_type_of(subject), subject.pk) if isinstance(subject, Model) else subject or ("", None)
        return self.make(
            idempotency_key=item.key,
            movement=item.movement,
            shop_id=item.shop_id,
            order_id=item.order_id,
            subject_type=named[0],
            subject_id=named[1],
            total_minor=amount,
            note=item.note[:NOTE_LENGTH],
            by_id=self.by.pk if self.by else None,
            at=self.now,
        )

    def mind_debt(self) -> None:
        """Open and lift the `debt` restriction, in the order debts began and ended within the chunk."""
        for shop_id, began in self.debts:
            if began:
                restrict(shop_id, RestrictionReason.DEBT, by=self.by, now=self.now)
            else:
                lift(shop_id, RestrictionReason.DEBT, by=self.by, now=self.now)

    def deposits_moved(self) -> list[int]:
        """Shops that must keep a deposit and whose deposit and held together are not what they were."""
        found = []
        for (shop_id, kind), account in sorted(self.accounts.items()):
            if kind == Kind.DEPOSIT and account.required_minor:
                held = self.accounts[shop_id, Kind.HELD]
                if self.changes.get(account.pk, 0) + self.changes.get(held.pk, 0):
                    found.append(shop_id)
        return found

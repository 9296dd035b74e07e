"""The daily refund quota 售后退款额度 and the temporary deposit 临时保证金 that raises it (rules §7.7).

Allowed today = the rule's sum for the shop's level + what is frozen as temporary deposit. A day is a Shanghai day; a new
one begins by its date, no job has to run. Every verb here holds the shop's deposit account first, so that two people
refunding, freezing or unfreezing at once see each other.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.audit.history import yuan
from foundation.audit.services import record
from foundation.ledger.kinds import Kind
from foundation.ledger.models import Account
from foundation.ledger.services import Posting, accounts_for, post
from foundation.lifecycle.deadlines import shanghai_day
from foundation.lifecycle.errors import Blocked, InsufficientFunds, Invalid
from foundation.lifecycle.prepared import Prepared
from foundation.notifications.services import Tell, tell_many
from foundation.policies.models import NoPolicy

from ..models import QuotaDay, QuotaPolicy, QuotaUse, TemporaryMove
from ..models.accounts import Level
from .accounts import hold

_frozen = Account.objects.filter(shop=OuterRef("pk"), kind=Kind.TEMPORARY)
NEARLY = 80  # percent of the quota used: those who refund are told once a day


@dataclass(frozen=True)
class QuotaState:
    """How the quota stands on `day`; all sums in fen."""

    day: date
    daily_minor: int
    temporary_minor: int
    used_minor: int

    @property
    def allowed_minor(self) -> int:
        return self.daily_minor + self.temporary_minor

    @property
    def left_minor(self) -> int:
        return max(0, self.allowed_minor - self.used_minor)

    @property
    def in_use_minor(self) -> int:
        """What of the temporary deposit today's refunds stand on."""
        return min(self.temporary_minor, max(0, self.used_minor - self.daily_minor))

    @property
    def unfreezable_minor(self) -> int:
        return self.temporary_minor - self.in_use_minor

    @property
    def percent(self) -> int:
        """Used of allowed, 0 to 100."""
        if not self.allowed_minor:
            return 100
        return min(100, self.used_minor * 100 // self.allowed_minor)


@dataclass(frozen=True)
class Spend:
    """One refund that takes from the quota: `key` is the refund's own, `amount_minor` fen > 0."""

    shop_id: int
    key: str
    amount_minor: int
    order_id: int | None = None


def state(shop_id: int, now: datetime) -> QuotaState:
    """How the shop's quota stands at `now`, in one statement; for pages without locks, under `hold` for the verbs.

    NoPolicy if no rule is in force for the shop's level.
    """
    day = shanghai_day(now)
    row: Any = STATE.first(shop_id, day, now)
    if row is None:
        raise Shop.DoesNotExist
    if row.daily is None:
        raise NoPolicy(f"deposits.QuotaPolicy {row.level} at {now.isoformat()}")
    return QuotaState(day, row.daily, row.temporary or 0, row.used or 0)


def _state(shop: int, day: date, now: datetime) -> Any:
    rule = QuotaPolicy.objects.filter(level=OuterRef("level"), effective_from__lte=now).order_by("-effective_from", "-pk")
    return (
        Shop.objects.filter(pk=shop)
        .annotate(
            level=Coalesce("deposit_account__level", Value(Level.BASIC.value)),
            daily=Subquery(rule.values("daily_minor")[:1]),
            temporary=Subquery(_frozen.values("balance_minor")),
            used=Subquery(QuotaDay.objects.filter(shop=OuterRef("pk"), day=day).values("used_minor")),
        )
        .values_list("daily", "temporary", "used", "level", named=True)
    )


STATE: Prepared[Any] = Prepared(_state, int, date, datetime)


@transaction.atomic
def spend_many(items: Sequence[Spend], *, by: Any, now: datetime) -> None:
    """Take refunds out of today's quota, all of them or none; a key taken before takes nothing again.

    The caller holds the orders and books the refunds in the same transaction. Blocked, naming what is left and what to
    freeze, when one does not fit.
    """
    if not items:
        return
    accounts = hold({item.shop_id for item in items})
    # The temporary balance is read under its own lock: a draw elsewhere takes it without holding the deposit account.
    accounts_for(accounts)
    seen = set(QuotaUse.objects.filter(key__among=[item.key for item in items]).values_list("key", flat=True))
    fresh: dict[int, dict[str, Spend]] = defaultdict(dict)
    for item in items:
        if item.key not in seen:
            fresh[item.shop_id].setdefault(item.key, item)
    for shop_id, spends in sorted(fresh.items()):
        before = state(shop_id, now)
        _check(before, list(spends.values()))
        _take(before, shop_id, list(spends.values()), by=by, now=now)


def why_not(shop_id: int, amount_minor: int, now: datetime) -> str:
    """The sentence `spend_many` would refuse this amount with, or ""; reads only."""
    try:
        _check(state(shop_id, now), [Spend(shop_id, "", amount_minor)])
    except Blocked as blocked:
        return str(blocked)
    return ""


def _check(before: QuotaState, spends: Sequence[Spend]) -> None:
    left = before.left_minor
    for spend in spends:
        if spend.amount_minor > left:
            raise Blocked(
                _(
                    "Today's refund quota has %(left)s left, this refund takes %(amount)s. Freeze %(short)s as temporary "
                    "deposit to raise it at once, or wait for midnight (Beijing time)."
                )
                % {
                    "left": yuan(left), "amount": yuan(spend.amount_minor),
                    "short": yuan(spend.amount_minor + before.used_minor - before.allowed_minor),
                },
                code="quota",
            )  # fmt: skip
        left -= spend.amount_minor


def _take(before: QuotaState, shop_id: int, spends: Sequence[Spend], *, by: Any, now: datetime) -> None:
    total = sum(spend.amount_minor for spend in spends)
    QuotaUse.objects.bulk_create(
        QuotaUse(
            shop_id=shop_id, key=spend.key, day=before.day, at=now, amount_minor=spend.amount_minor, by=by,
            order_id=spend.order_id,
        )
        for spend in spends
    )  # fmt: skip
    today, _new = QuotaDay.objects.get_or_create(shop_id=shop_id, day=before.day)
    QuotaDay.objects.filter(pk=today.pk).update(used_minor=F("used_minor") + total)
    after = QuotaState(before.day, before.daily_minor, before.temporary_minor, before.used_minor + total)
    if before.percent < NEARLY <= after.percent:
        data = {"used_minor": after.used_minor, "left_minor": after.left_minor}
        tell_many("deposits.quota_nearly_used", [Tell(today, shop_id=shop_id, url="", data=data)], now=now)


@transaction.atomic
def freeze(shop_id: int, *, amount_minor: int, key: str, by: Any, now: datetime) -> TemporaryMove:
    """Freeze settlement money as temporary deposit: today's quota is higher in the same transaction.

    The same `key` again gives the first movement. Invalid for an amount of nothing; InsufficientFunds when settlement
    holds too little.
    """
    return _move(shop_id, amount_minor, "temporary_frozen", key=key, by=by, now=now)


@transaction.atomic
def unfreeze(shop_id: int, *, amount_minor: int, key: str, by: Any, now: datetime) -> TemporaryMove:
    """Give temporary deposit back to settlement (debt first), only what today's refunds do not stand on.

    The same `key` again gives the first movement. Blocked, naming what is free, for more than that.
    """
    return _move(shop_id, -amount_minor, "temporary_unfrozen", key=key, by=by, now=now)


def _move(shop_id: int, change_minor: int, movement: str, *, key: str, by: Any, now: datetime) -> TemporaryMove:
    account = hold([shop_id])[shop_id]
    accounts_for([shop_id])
    first = TemporaryMove.objects.filter(key=key).first()
    if first is not None:
        if (first.shop_id, first.amount_minor) != (shop_id, change_minor):
            raise Invalid(_("This form was already sent with another amount."), field="amount", code="key_reused")
        return first
    amount = abs(change_minor)
    if not amount or (change_minor > 0) != (movement == "temporary_frozen"):
        raise Invalid(_("An amount is more than ¥0.00."), field="amount")
    before = state(shop_id, now)
    if change_minor < 0 and amount > before.unfreezable_minor:
        raise Blocked(
            _("Only %(free)s can be unfrozen: today's refunds stand on %(in_use)s of the temporary deposit.")
            % {"free": yuan(before.unfreezable_minor), "in_use": yuan(before.in_use_minor)},
            field="amount", code="in_use",
        )  # fmt: skip
    try:
        booked = post(
            Posting(f"temporary:{key}", movement, shop_id, amount, subject=account), by=by, now=now
        )
    except InsufficientFunds as short:
        raise InsufficientFunds(str(short), field="amount", code=short.code) from short
    move = TemporaryMove.objects.create(
        shop_id=shop_id, key=key, amount_minor=change_minor, at=now, by=by, transaction=booked
    )
    after = state(shop_id, now)
    record(
        f"deposits.{movement}", account, by=by, now=now,
        data={"amount_minor": amount, "allowed_minor": after.allowed_minor, "was_minor": before.allowed_minor},
    )  # fmt: skip
    return move

"""A shop's deposit account: the lock everything about its deposit takes first, and what must be on it (rules §7.1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from foundation.accounts import access
from foundation.accounts.models import Restriction, RestrictionReason, Shop, ShopStatus
from foundation.accounts.services import lift_many, restrict
from foundation.audit.services import record
from foundation.jobs.chunks import in_chunks
from foundation.ledger.kinds import Kind
from foundation.ledger.models import Account, Transaction
from foundation.ledger.services import Posting, accounts_for, post, require_deposit
from foundation.lifecycle.errors import Forbidden, InsufficientFunds, Invalid
from foundation.lifecycle.locks import lock
from foundation.notifications.services import Tell, cancel_about_many, tell_many
from foundation.policies.models import NoPolicy
from foundation.shell.urls_for import shop_url

from ..models import Category, DepositAccount, DepositPolicy, Level

CHUNK = 200


def hold(shop_ids: Iterable[int]) -> dict[int, DepositAccount]:
    """Lock the deposit accounts of these shops, by shop, and return them by shop; a shop without one gets it.

    After orders and their children, before ledger accounts (architecture law 2). Of several shops missing rows are
    inserted before anything is locked, so that two first comers can't wait for each other in a circle; one shop alone
    can't be a circle and is looked for only once. Needs a transaction.
    """
    wanted = sorted(set(shop_ids))
    if len(wanted) > 1:
        _open(set(wanted).difference(DepositAccount.objects.filter(shop_id__in=wanted).values_list("shop_id", flat=True)))
    rows = _locked(wanted)
    if len(rows) < len(wanted):
        _open(wanted)
        rows = _locked(wanted)
    return rows


def _open(shop_ids: Iterable[int]) -> None:
    DepositAccount.objects.bulk_create([DepositAccount(shop_id=pk) for pk in sorted(shop_ids)], ignore_conflicts=True)


def _locked(shop_ids: list[int]) -> dict[int, DepositAccount]:
    return {row.shop_id: row for row in lock(DepositAccount.objects.filter(shop_id__in=shop_ids), order=("shop_id",))}


@dataclass(frozen=True)
class DepositSummary:
    """A shop's deposit at a glance, in fen: what is there, what must be, and what could be paid in."""

    balance_minor: int
    held_minor: int
    required_minor: int
    temporary_minor: int
    settlement_minor: int
    debt_minor: int

    @property
    def short_minor(self) -> int:
        """What is missing; what is held for a refund still counts until it is paid (rules §7.1)."""
        return max(0, self.required_minor - self.balance_minor - self.held_minor)


def summary(shop: Shop) -> DepositSummary:
    """How the shop's deposit stands, from the books; zeros for a shop without any booking. Reads, never locks."""
    rows = {row.kind: row for row in Account.objects.filter(shop=shop)}

    def balance(kind: str) -> int:
        return rows[kind].balance_minor if kind in rows else 0

    return DepositSummary(
        balance_minor=balance(Kind.DEPOSIT),
        held_minor=balance(Kind.HELD),
        required_minor=rows[Kind.DEPOSIT].required_minor if Kind.DEPOSIT in rows else 0,
        temporary_minor=balance(Kind.TEMPORARY),
        settlement_minor=balance(Kind.SETTLEMENT),
        debt_minor=-balance(Kind.DEBT),
    )


@transaction.atomic
def set_required(shop_ids: Iterable[int], *, by: Any, now: datetime) -> None:
    """Write what the rule in force at `now` asks of these shops to their books; shortness follows (rules §7.1).

    Idempotent. A category without a rule asks what general goods ask; NoPolicy without that one either.
    """
    accounts = hold(shop_ids)
    shops = Shop.objects.in_bulk(accounts)
    asked = asked_by_rule(now)
    accounts_for(accounts)
    for shop_id, account in accounts.items():
        require_deposit(shop_id, asked(shops[shop_id].kind, account.category), by=by, now=now)
    mind_short(accounts, by=by, now=now)


def set_required_due(now: datetime) -> dict[str, int]:
    """The job: shops that are new, and those whose rule changed, get what is asked of them now. Safe to run twice."""
    asked = asked_by_rule(now)
    written = Account.objects.filter(shop=OuterRef("pk"), kind=Kind.DEPOSIT).values("required_minor")
    rows = Shop.objects.filter(status=ShopStatus.ACTIVE).annotate(written=Coalesce(Subquery(written), 0)).order_by("pk")
    other = [
        pk
        for pk, kind, category, minor in rows.values_list("pk", "kind", "deposit_account__category", "written")
        if asked(kind, category or Category.GENERAL) != minor
    ]
    done = in_chunks(other, partial(_set_chunk, now=now), park=lambda pk, reason: None, size=CHUNK)
    return {"set": done.done}


def _set_chunk(shop_ids: list[int], *, now: datetime) -> int:
    set_required(shop_ids, by=None, now=now)
    return len(shop_ids)


def asked_by_rule(now: datetime) -> Callable[[str, str], int]:
    """(kind, category) → fen, by the rules in force at `now`, read once."""
    rows = DepositPolicy.objects.filter(effective_from__lte=now).order_by("effective_from", "pk")
    rules = {(row.kind, row.category): row.required_minor for row in rows}

    def asked(kind: str, category: str) -> int:
        for key in ((kind, category), (kind, Category.GENERAL)):
            if key in rules:
                return rules[key]
        raise NoPolicy(f"deposits.DepositPolicy {kind} {category} at {now.isoformat()}")

    return asked


def mind_short(shop_ids: Iterable[int], *, by: Any, now: datetime) -> None:
    """Open or lift the `short_deposit` restriction of these shops, as their books stand, and tell them (rules §7.1).

    In the transaction of whatever moved the deposit, which has the ledger accounts locked; locks nothing before them.
    """
    wanted = sorted(set(shop_ids))
    short: dict[int, int] = dict.fromkeys(wanted, 0)
    for row in Account.objects.filter(shop_id__in=wanted, kind__in=[Kind.DEPOSIT, Kind.HELD]):
        short[row.shop_id] += row.required_minor - row.balance_minor
    reason = RestrictionReason.SHORT_DEPOSIT
    rows = Restriction.objects.filter(shop_id__in=wanted, reason=reason, lifted_at=None)
    restricted = {row.shop_id: row for row in rows.select_related("shop")}
    began = [shop_id for shop_id in wanted if short[shop_id] > 0 and shop_id not in restricted]
    ended = [shop_id for shop_id in wanted if short[shop_id] <= 0 and shop_id in restricted]
    if began:
        shops = Shop.objects.in_bulk(began)
        opened = [restrict(shop_id, reason, by=by, now=now) for shop_id in began]
        tells = [_tell(row, shops[row.shop_id], short_minor=short[row.shop_id]) for row in opened]
        tell_many("deposits.short", tells, now=now)
    if ended:
        lift_many(ended, reason, by=by, now=now)
        cancel_about_many([restricted[shop_id] for shop_id in ended], now=now)
        tell_many("deposits.short_ended", [_tell(row, row.shop) for row in map(restricted.get, ended) if row], now=now)


def _tell(restriction: Restriction, shop: Shop, **data: Any) -> Tell:
    return Tell(restriction, shop_id=shop.pk, url=shop_url(shop, "deposits:account"), data=data)


@transaction.atomic
def pay_in(shop_id: int, *, amount_minor: int, key: str, by: Any, now: datetime) -> Transaction:
    """Move settlement money into the deposit 缴纳; the same `key` again gives the first booking (rules §7.1).

    What shortness it ends is lifted in the same transaction. Invalid for an amount of nothing; InsufficientFunds when
    settlement holds too little; KeyReused when the key moved another amount.
    """
    account = hold([shop_id])[shop_id]
    if amount_minor <= 0:
        raise Invalid(_("An amount is more than ¥0.00."), field="amount")
    posting = Posting(f"deposit_paid:{key}", "deposit_paid", shop_id, amount_minor, subject=account)
    known = Transaction.objects.filter(idempotency_key=posting.key).exists()
    try:
        booked = post(posting, by=by, now=now)
    except InsufficientFunds as short:
        raise InsufficientFunds(str(short), field="amount", code=short.code) from short
    if not known:
        record("deposits.paid_in", account, by=by, now=now, data={"amount_minor": amount_minor})
    return booked


@transaction.atomic
def change_account(pk: int, *, category: str, level: str, by: Any, now: datetime) -> DepositAccount:
    """The platform gives a shop another main category or level; the required deposit follows (rules §7.1).

    Forbidden for whoever works or worked for the shop; Invalid for a category or level that is none. Nothing happens
    when nothing changes.
    """
    shop_id = DepositAccount.objects.values_list("shop_id", flat=True).get(pk=pk)
    account = hold([shop_id])[shop_id]
    if access.conflict_of_interest(by, shop_id):
        raise Forbidden(_("You belong or belonged to this shop. Leave it to a colleague."))
    if category not in Category.values:
        raise Invalid(_("There is no such category."), field="category")
    if level not in Level.values:
        raise Invalid(_("There is no such level."), field="level")
    if (account.category, account.level) == (category, level):
        return account
    data = {
        "was": f"{account.get_category_display()}, {account.get_level_display()}",
        "now": f"{Category(category).label}, {Level(level).label}",
    }
    account.category, account.level, account.version = category, level, account.version + 1
    account.save(update_fields=["category", "level", "version"])
    record("deposits.account_changed", account, by=by, now=now, data=data)
    set_required([shop_id], by=by, now=now)
    return account

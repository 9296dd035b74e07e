"""May this shop have its deposit back, how much of it, and if not: what broke it and when it can turn (rules §7.3–7.4).

One function decides on the page, at apply, at approve and at pay. Days are finished Shanghai days: yesterday is the last
one that counts, whatever the clock of the server says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.accounts.models import Restriction, RestrictionReason, Shop
from foundation.accounts.services import restrictions_of
from foundation.audit.history import yuan
from foundation.catalog.models import ListingDay
from foundation.ledger.kinds import Kind
from foundation.ledger.models import Account
from foundation.lifecycle.deadlines import SHANGHAI, day_start, shanghai_day
from foundation.lifecycle.errors import Blocked

from .models import RefundPolicy, Violation
from .reserves import LINES, Reserve, reserves_of
from .states import Severity, ViolationStatus

PASS, FAIL, NOT_YET = "pass", "fail", "not_yet"
LISTED, EMPTY, UNKNOWN = "listed", "empty", "unknown"
COOL_DOWNS = (RestrictionReason.PHONE_CHANGE, RestrictionReason.RECOVERY)
HOLDS_BACK = (*COOL_DOWNS, RestrictionReason.REVIEWER)  # not short_deposit, and not debt: that is a reserve
DAY = timedelta(days=1)
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Day:
    """A Shanghai day: `listed_count` products at the fullest look, None when nobody looked; `state` says it in a word."""

    day: date
    listed_count: int | None

    @property
    def state(self) -> str:
        if self.listed_count is None:
            return UNKNOWN
        return LISTED if self.listed_count else EMPTY


@dataclass(frozen=True)
class Condition:
    """One condition and how it stands, with a sentence.

    `state`: pass; not_yet where nothing went wrong and time alone turns it; fail. `earliest` is the first Shanghai day
    on which it can be met, if nothing new happens; None when it is met, or when no day can be named.
    """

    code: str
    label: str
    state: str
    sentence: str
    earliest: date | None = None

    @property
    def met(self) -> bool:
        return self.state == PASS


@dataclass(frozen=True)
class Eligibility:
    """What a look found; sums in fen. `broke` is the last day that was not listed, `earliest` when all can be met."""

    day: date
    policy: RefundPolicy
    conditions: tuple[Condition, ...]
    days: tuple[Day, ...]
    broke: date | None
    reserves: tuple[Reserve, ...]
    deposit_minor: int
    held_minor: int

    @property
    def met(self) -> bool:
        return all(one.met for one in self.conditions)

    @property
    def earliest(self) -> date | None:
        """The first day on which every condition can be met; None when they are, or when no day can be named."""
        waiting = [one.earliest for one in self.conditions if not one.met]
        named = [day for day in waiting if day is not None]
        return max(named) if waiting and len(named) == len(waiting) else None

    @property
    def reserved_minor(self) -> int:
        return sum(one.amount_minor for one in self.reserves)

    @property
    def known(self) -> bool:
        """Whether every reserve could be told; otherwise nothing is refunded."""
        return all(one.known for one in self.reserves)

    @property
    def refundable_minor(self) -> int:
        """Deposit + held − reserves, never below 0; 0 while a reserve can't be told."""
        return max(0, self.deposit_minor + self.held_minor - self.reserved_minor) if self.known else 0

    @property
    def listed_days(self) -> int:
        """How many of the days were listed."""
        return sum(one.state == LISTED for one in self.days)

    @property
    def months(self) -> list[tuple[date, list[Day]]]:
        """The days by month, each month by its first day."""
        return [(month, list(days)) for month, days in groupby(self.days, key=lambda one: one.day.replace(day=1))]


def look(shop: Shop, now: datetime, *, lines: int = LINES) -> Eligibility:
    """How the shop stands at `now`, with at most `lines` cases named per reserve. Reads, never writes or locks.

    On a page what it finds is a preview; verbs ask `check` once more on the locked deposit account. NoPolicy without a
    rule in force.
    """
    policy = RefundPolicy.objects.in_force(now)
    today = shanghai_day(now)
    days = _days(shop, today, policy.listed_days)
    broke = next((one for one in reversed(days) if one.state != LISTED), None)
    money = dict(Account.objects.filter(shop=shop).values_list("kind", "balance_minor"))
    return Eligibility(
        day=today,
        policy=policy,
        conditions=tuple(_conditions(shop, policy, days, broke, today, now)),
        days=days,
        broke=broke.day if broke else None,
        reserves=tuple(reserves_of(shop, now, lines)),
        deposit_minor=money.get(Kind.DEPOSIT, 0),
        held_minor=money.get(Kind.HELD, 0),
    )


def check(shop: Shop, amount_minor: int, now: datetime, *, own_held: int = 0) -> None:
    """Blocked with the first sentence in the way of refunding `amount_minor` fen now; silent when nothing is.

    The caller holds the shop's deposit account. `own_held` is what stands in `held` for this very refund: 0 at apply,
    its amount at approve and at pay. Codes: the condition's, "unknown_reserve", "drawn" (held lost some of it),
    "reserved" and "deposit" (more than there is).
    """
    found = look(shop, now, lines=0)
    for condition in found.conditions:
        if not condition.met:
            raise Blocked(condition.sentence, code=condition.code)
    short = not_covered(found, amount_minor, own_held=own_held)
    if short is not None:
        raise short


def not_covered(found: Eligibility, amount_minor: int, *, own_held: int = 0) -> Blocked | None:
    """Why the money does not reach for `amount_minor` fen, conditions aside, as `check` raises it; None when it does."""
    if not found.known:
        return Blocked(
            _("What open cases may cost can't be told at the moment, so nothing is refunded. Try again later."),
            code="unknown_reserve",
        )
    if found.held_minor < own_held:
        return Blocked(_("Part of the held amount was needed for something else."), code="drawn")
    if amount_minor > found.deposit_minor + own_held:
        return Blocked(
            _("Of the deposit %(there)s are there, less than %(amount)s.")
            % {"there": yuan(found.deposit_minor + own_held), "amount": yuan(amount_minor)},
            code="deposit",
        )
    return Blocked(_too_much(found, amount_minor), code="reserved") if amount_minor > found.refundable_minor else None


def _too_much(found: Eligibility, amount_minor: int) -> str:
    parts = ", ".join(f"{one.label} {yuan(one.amount_minor)}" for one in found.reserves)
    return _("%(free)s of the %(amount)s can be refunded now. Kept back for what is open: %(parts)s.") % {
        "free": yuan(found.refundable_minor), "amount": yuan(amount_minor), "parts": parts,
    }  # fmt: skip


def _days(shop: Shop, today: date, count: int) -> tuple[Day, ...]:
    """The last `count` finished days, oldest first."""
    first = today - count * DAY
    rows = ListingDay.objects.filter(shop=shop, day__gte=first, day__lt=today) if count else ListingDay.objects.none()
    known = dict(rows.values_list("day", "listed_count"))
    return tuple(Day(first + n * DAY, known.get(first + n * DAY)) for n in range(count))


def _conditions(
    shop: Shop, policy: RefundPolicy, days: tuple[Day, ...], broke: Day | None, today: date, now: datetime
) -> Iterator[Condition]:
    """The conditions the rule asks for; a rule of 0 days asks for none."""
    if policy.listed_days:
        yield _listed(days, broke)
    if policy.look_back_days:
        yield _violations(shop, policy.look_back_days, today)
    yield from _restrictions(shop, now)


def _listed(days: tuple[Day, ...], broke: Day | None) -> Condition:
    count = len(days)
    label = ngettext("Products listed on %(count)d day", "Products listed %(count)d days in a row", count) % {"count": count}
    if broke is None:
        sentence = _("Products were listed every day from %(first)s to %(last)s.")
        return Condition("listed", label, PASS, sentence % {"first": days[0].day, "last": days[-1].day})
    earliest = broke.day + (count + 1) * DAY
    since = (days[-1].day - broke.day).days
    if broke.state == EMPTY:
        state, sentence = FAIL, _("On %(day)s no product was listed: that day broke it. %(since)d of %(count)d days since then.")
    else:
        state, sentence = NOT_YET, _("There is no record of %(day)s. %(since)d of %(count)d days in a row since then.")
    return Condition("listed", label, state, sentence % {"day": broke.day, "since": since, "count": count}, earliest)


def _violations(shop: Shop, look_back: int, today: date) -> Condition:
    """Fails while the day is before that of the violation + `look_back` days; reversed ones do not count."""
    label = ngettext(
        "No major violation in the last day", "No major violation in the last %(count)d days", look_back
    ) % {"count": look_back}
    rows = Violation.objects.filter(shop=shop, severity=Severity.MAJOR, status=ViolationStatus.STANDING)
    # The rule row is read with it: its name is what people read.
    last = rows.filter(at__gte=day_start(today - (look_back - 1) * DAY)).select_related("policy").order_by("at", "pk").last()
    if last is None:
        return Condition("violations", label, PASS, _("None was recorded in that time."))
    when = last.at.astimezone(SHANGHAI)
    sentence = _("%(name)s (%(number)s) on %(when)s is a major violation. It counts for %(count)d days, that day included.") % {
        "name": last.policy.name, "number": last.number, "when": f"{when:%Y-%m-%d %H:%M:%S}", "count": look_back,
    }  # fmt: skip
    return Condition("violations", label, FAIL, sentence, when.date() + look_back * DAY)


def _restrictions(shop: Shop, now: datetime) -> Iterator[Condition]:
    found = {row.reason: row for row in restrictions_of(shop.pk, now) if row.reason in HOLDS_BACK}
    cooling = [found[reason] for reason in COOL_DOWNS if reason in found]
    yield _restriction(
        "cool_down", _("No cool-down after a change of phone or a recovery"), cooling, _("Neither is less than a cool-down ago.")
    )
    held = [found[RestrictionReason.REVIEWER]] if RestrictionReason.REVIEWER in found else []
    yield _restriction("reviewer", _("Not held back by a reviewer"), held, _("No reviewer holds the deposit back."))


def _restriction(code: str, label: Any, rows: list[Restriction], fine: str) -> Condition:
    """The restriction that lasts longest speaks; one without an end has no earliest day."""
    if not rows:
        return Condition(code, label, PASS, fine)
    last = max(rows, key=lambda row: row.until or FOREVER)
    if last.until is None:
        said = {"reason": last.get_reason_display(), "since": shanghai_day(last.since)}
        return Condition(code, label, FAIL, _("%(reason)s, since %(since)s, until it is lifted.") % said)
    until = last.until.astimezone(SHANGHAI)
    said = {"reason": last.get_reason_display(), "until": f"{until:%Y-%m-%d %H:%M}"}
    return Condition(code, label, NOT_YET, _("%(reason)s: it ends at %(until)s.") % said, until.date())

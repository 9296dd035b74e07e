"""What applying for a deposit refund would do, and why it can't be done, worked out before it is done."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.audit.history import yuan
from foundation.lifecycle.errors import Blocked, Invalid

from .eligibility import Eligibility, not_covered
from .models import RefundApplication, RefundPolicy
from .services import accounts
from .states import OPEN


@dataclass(frozen=True)
class Consequences:
    """What stands after applying and once it is paid; sums in fen, `review_due_at` is the platform's promise."""

    amount_minor: int
    deposit_after_minor: int
    reserved_minor: int
    required_minor: int
    short_after_minor: int
    review_due_at: datetime
    needs_two: bool
    policy: RefundPolicy


def consequences(shop: Shop, found: Eligibility, amount_minor: int, now: datetime) -> Consequences:
    """Reads unlocked; `applications.apply` looks again under the lock."""
    deposit, policy = accounts.summary(shop), found.policy
    return Consequences(
        amount_minor=amount_minor,
        deposit_after_minor=deposit.balance_minor - amount_minor,
        reserved_minor=found.reserved_minor,
        required_minor=deposit.required_minor,
        short_after_minor=max(0, deposit.required_minor - deposit.balance_minor - deposit.held_minor + amount_minor),
        review_due_at=now + timedelta(days=policy.review_days),
        needs_two=amount_minor >= policy.four_eyes_minor,
        policy=policy,
    )


def most_minor(found: Eligibility) -> int:
    """How much can be applied for now, in fen: never what is held for an application already, 0 while a condition is unmet."""
    return min(found.refundable_minor, found.deposit_minor) if found.met else 0


def check_amount(found: Eligibility, amount_minor: int) -> None:
    """Invalid below the rule's least, Blocked for more than can be refunded now; both name the field."""
    if amount_minor < found.policy.least_minor:
        raise Invalid(_("At least %(least)s.") % {"least": yuan(found.policy.least_minor)}, field="amount")
    short = not_covered(found, amount_minor)
    if short is not None:
        raise Blocked(str(short), field="amount", code=short.code)


def open_application(shop: Shop) -> RefundApplication | None:
    """The one that is not over yet; at most one is (database)."""
    return RefundApplication.objects.select_related("policy", "shop").filter(shop=shop, status__in=OPEN).first()


def why_not(found: Eligibility) -> str:
    """Why nothing can be applied for now, in a sentence; "" when it can. The condition that lasts longest speaks."""
    unmet = [one for one in found.conditions if not one.met]
    if unmet:
        return max(unmet, key=lambda one: one.earliest or date.max).sentence
    return _nothing_free(found)


def _nothing_free(found: Eligibility) -> str:
    """The conditions are met; whether the money is free."""
    if not found.known:
        return str(not_covered(found, found.policy.least_minor))
    if found.refundable_minor >= found.policy.least_minor:
        return ""
    if not found.deposit_minor:
        return _("The deposit is empty: there is nothing to refund.")
    return _("Of the deposit of %(deposit)s nothing is free: %(reserved)s are kept back for what is open.") % {
        "deposit": yuan(found.deposit_minor), "reserved": yuan(found.reserved_minor),
    }  # fmt: skip

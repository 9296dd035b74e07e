"""What a reviewer of deposit refunds sees side by side: checklist, shop, money, messages, and what each verb would do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from foundation.accounts import access
from foundation.accounts.services import restrictions_of
from foundation.audit.history import yuan
from foundation.ledger.kinds import Kind
from foundation.ledger.models import Entry
from foundation.lifecycle.deadlines import SHANGHAI

from .eligibility import FAIL, PASS, Condition, Eligibility, look, not_covered
from .models import ApplicationMessage, DepositAccount, RefundApplication, Violation
from .reserves import Reserve, ReserveLine
from .review_forms import FORMS, VerbForm
from .services import accounts
from .services.accounts import DepositSummary
from .services.reviewing import AGREED_ALREADY, CONFLICT, NOT_OF_THE_DESK
from .states import HOLDS, REVIEWED, Status

LINES = 10  # of each: violations, movements, earlier applications, cases per reserve


@dataclass(frozen=True)
class Verb:
    """One verb as the page draws it; `why` is a sentence when it can't be pressed."""

    name: str
    form: VerbForm
    why: str


@dataclass(frozen=True)
class Effect:
    """What approving would do; sums in fen. `waits_for` is what is in its way now, "" for nothing."""

    amount_minor: int
    deposit_after_minor: int
    short_after_minor: int
    needs_two: bool
    waits_for: str

    @property
    def is_short(self) -> bool:
        return self.short_after_minor > 0


def decision_context(
    application: RefundApplication, request: HttpRequest, now: datetime, typed: VerbForm | None = None
) -> dict[str, Any]:
    """Everything the decision page shows; `typed` is the form that was refused, shown as it was sent."""
    shop, user = application.shop, request.user
    conflict = access.conflict_of_interest(user, shop.pk)
    kept_out = not_theirs(user, conflict=conflict)
    found = look(shop, now, lines=LINES) if application.status in HOLDS else None
    deposit = accounts.summary(shop)
    verbs = {} if application.status not in REVIEWED else {
        name: Verb(name, _form(name, application, typed), kept_out or _why_not(name, application, user)) for name in FORMS
    }  # fmt: skip
    return {
        "application": application,
        "now": now,
        "conflict": conflict,
        "kept_out": kept_out if verbs else "",
        "verbs": verbs,
        "opened": typed.verb if typed else "",
        "unsent": _unsent(typed) if not verbs else "",
        "may_decide": any(not verb.why for verb in verbs.values()),
        "eligibility": found,
        "checklist": list(checklist(found, application)) if found else [],
        "reserves": [(one, _followable(one, request)) for one in found.reserves] if found else [],
        "effect": effect(found, application, deposit) if found and verbs else None,
        "deposit": deposit,
        "account": DepositAccount.objects.filter(shop=shop).first(),
        "restrictions": restrictions_of(shop.pk, now),
        "violations": _violations(application),
        "movements": _movements(shop.pk),
        "earlier": _earlier(application),
        "sayings": _messages(application),
        "payouts": application.payouts.order_by("-attempt"),
    }


def not_theirs(user: Any, *, conflict: bool) -> str:
    """Why this person decides nothing here, whatever its state; "" for a reviewer of deposits from elsewhere.

    A superuser who is not in the group looks and does not decide: money goes out by the desk, not by the machine room.
    """
    if not access.reviewers(access.REVIEW_DEPOSITS).filter(pk=user.pk).exists():
        return str(NOT_OF_THE_DESK)
    return str(CONFLICT) if conflict else ""


def _form(name: str, application: RefundApplication, typed: VerbForm | None) -> VerbForm:
    return typed if typed is not None and typed.verb == name else FORMS[name](application=application)


def _unsent(typed: VerbForm | None) -> str:
    """What was typed into a form that is drawn no more, because a colleague was quicker."""
    return str(typed.data.get("note") or typed.data.get("text") or "") if typed is not None else ""


def _why_not(verb: str, application: RefundApplication, user: Any) -> str:
    if application.LIFECYCLE.can(verb, application.status):
        return str(AGREED_ALREADY) if verb == "approve" and application.first_by_id == user.pk else ""
    if application.status == Status.APPLIED:
        return _("Take it into review first.")
    if application.status == Status.NEED_INFO and application.answer_due_at:
        until = application.answer_due_at.astimezone(SHANGHAI)
        return _("It is the shop's turn: it has until %(until)s to answer.") % {"until": f"{until:%Y-%m-%d %H:%M}"}
    return application.LIFECYCLE.why_not(verb, application.status)


def checklist(found: Eligibility, application: RefundApplication) -> Iterator[Condition]:
    """The conditions, and whether the money reaches: what approving and paying look at once more."""
    yield from found.conditions
    amount = application.amount_minor
    short = not_covered(found, amount, own_held=amount)
    said = {"free": yuan(found.refundable_minor), "amount": yuan(amount)}
    yield Condition(
        "covered", _("The money reaches, less what open cases could cost"), FAIL if short else PASS,
        str(short) if short else _("%(free)s could be refunded, %(amount)s are applied for.") % said,
    )  # fmt: skip


def effect(found: Eligibility, application: RefundApplication, deposit: DepositSummary) -> Effect:
    """What approving would do, as things stand."""
    after = max(0, deposit.balance_minor + deposit.held_minor - application.amount_minor)
    in_the_way = next((one.sentence for one in checklist(found, application) if not one.met), "")
    return Effect(
        application.amount_minor, after, max(0, deposit.required_minor - after), application.needs_two, in_the_way
    )


def _followable(reserve: Reserve, request: HttpRequest) -> list[tuple[ReserveLine, str]]:
    """The cases of a reserve, each with its page for the platform if this person may open that."""
    return [(line, line.desk_url if _may_follow(line.desk_url, request) else "") for line in reserve.lines]


def _may_follow(url: str, request: HttpRequest) -> bool:
    try:
        desk = getattr(resolve(url).func, "model_admin", None) if url else None
    except Resolver404:
        return False
    return desk is not None and desk.has_view_permission(request)


def _violations(application: RefundApplication) -> "QuerySet[Violation]":
    return Violation.objects.filter(shop_id=application.shop_id).select_related("policy").order_by("-at", "-pk")[:LINES]


def _movements(shop_id: int) -> list[Entry]:
    """The newest entries of the deposit and of what is held of it; one account at a time, each along its index."""
    rows = [
        entry
        for kind in (Kind.DEPOSIT, Kind.HELD)
        for entry in Entry.objects.filter(shop_id=shop_id, kind=kind).select_related("transaction").order_by("-at", "-pk")[:LINES]
    ]
    return sorted(rows, key=lambda entry: (entry.at, entry.pk), reverse=True)[:LINES]


def _earlier(application: RefundApplication) -> "QuerySet[RefundApplication]":
    others = RefundApplication.objects.filter(shop_id=application.shop_id).exclude(pk=application.pk)
    return others.select_related("decided_by").order_by("-applied_at", "-pk")[:LINES]


def _messages(application: RefundApplication) -> "QuerySet[ApplicationMessage]":
    return application.messages.select_related("by").prefetch_related("files")


def waiting_for(user: Any) -> "QuerySet[RefundApplication]":
    """What this reviewer can go on with, the nearest promise first.

    What nobody took, their own that wait for nothing, and what another reviewer agreed to; never of a shop they worked for.
    """
    own = Q(first_by=None, reviewer=user)
    second = Q(first_by__isnull=False) & ~Q(first_by=user)
    rows = RefundApplication.objects.filter(
        Q(status=Status.APPLIED) | Q(status=Status.IN_REVIEW, waits_for="") & (own | second)
    )
    return rows.exclude(shop_id__in=user.memberships.values("shop_id")).order_by(F("review_due_at"), "pk")

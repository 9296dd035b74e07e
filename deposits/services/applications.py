"""Refund applications 保证金退还 (rules §7.5): what the shop does here; reviewers in `reviewing`, the clock in `deadlines`.

Every verb locks the shop's deposit account first (`accounts.hold`), so that no case, draw or colleague slips between a
check and its deed; the ledger's accounts come last.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.audit.history import yuan
from foundation.audit.services import record
from foundation.files.models import Purpose, StoredFile
from foundation.files.services import discard, limits, store_image
from foundation.ledger.services import Posting, post
from foundation.lifecycle.deadlines import is_overdue
from foundation.lifecycle.errors import Blocked, DeadlinePassed, IllegalMove, Invalid

from .. import eligibility
from ..models import ApplicationMessage, RefundApplication, RefundPolicy
from ..models.refunds import BANDS
from ..movements import HELD
from ..states import OPEN
from . import accounts
from .covering import Waits
from .deadlines import escalate_due, expire_due, look_again_due, remind_due, stop_for, stop_short_due
from .refund_moves import hold_application, move, release_many, tell_desk, tell_shops
from .reviewing import TEXT_LENGTH, approve, ask, reject, take

__all__ = [
    "Waits",
    "answer",
    "apply",
    "approve",
    "ask",
    "escalate_due",
    "expire_due",
    "look_again_due",
    "reject",
    "remind_due",
    "stop_for",
    "stop_short_due",
    "take",
    "withdraw",
]
REASON_LENGTH = 300


@transaction.atomic
def apply(shop_id: int, *, amount_minor: int, reason: str, key: str, by: Any, now: datetime) -> RefundApplication:
    """The shop wants `amount_minor` fen of its deposit back; the amount is held from this moment.

    The same request `key` gives the first application. Invalid for an amount below the rule's least or a reason of more
    than 300 characters; Blocked while another application is open, and by whatever `eligibility.check` finds on the
    locked account: a condition, a restriction, or reserves that leave less than the amount.
    """
    accounts.hold([shop_id])
    known = RefundApplication.objects.filter(key=key).first()
    if known is not None:
        return _same(known, shop_id, amount_minor)
    policy = RefundPolicy.objects.in_force(now)
    _check(policy, amount_minor, reason)
    running = RefundApplication.objects.filter(shop_id=shop_id, status__in=OPEN).first()
    if running is not None:
        raise Blocked(_("An application is open already: %(number)s.") % {"number": running.number}, code="open")
    shop = Shop.objects.get(pk=shop_id)
    eligibility.check(shop, amount_minor, now)
    application = RefundApplication.objects.create(
        shop=shop, key=key, policy=policy, amount_minor=amount_minor, shop_kind=shop.kind,
        band=bisect_left(BANDS, amount_minor), reason=reason.strip(), applied_by=by, applied_at=now,
        review_due_at=now + timedelta(days=policy.review_days),
    )  # fmt: skip
    due_at = application.review_due_at.isoformat()
    data = {"number": application.number, "amount_minor": amount_minor, "due_at": due_at}
    record("deposits.refund_applied", application, by=by, now=now, to_state=application.status, data=data)
    tell_shops("deposits.refund_applied", [application], now=now, due_at=due_at)
    held = Posting(
        f"deposit_refund:{application.pk}:held", HELD.code, shop_id, amount_minor, subject=application,
        note=application.number,
    )  # fmt: skip
    post(held, by=by, now=now)
    return application


def _same(known: RefundApplication, shop_id: int, amount_minor: int) -> RefundApplication:
    if (known.shop_id, known.amount_minor) != (shop_id, amount_minor):
        raise Blocked(_("This form was already sent with another amount."), code="key")
    return known


def _check(policy: RefundPolicy, amount_minor: int, reason: str) -> None:
    if amount_minor < policy.least_minor:
        raise Invalid(_("At least %(least)s.") % {"least": yuan(policy.least_minor)}, field="amount")
    if len(reason) > REASON_LENGTH:
        raise Invalid(_("At most %(count)s characters.") % {"count": REASON_LENGTH}, field="reason")


@transaction.atomic
def withdraw(pk: int, *, version: int | None, by: Any, now: datetime) -> RefundApplication:
    """The shop takes its application back; what is left of the held amount is deposit again.

    IllegalMove once it is being paid or over; Stale.
    """
    application = hold_application(pk, version)
    application.LIFECYCLE.target("withdraw", application.status)
    release_many([application], by=by, now=now)
    return move(application, "withdraw", by=by, now=now)


def answer(
    pk: int, *, text: str, files: Sequence[Any], version: int | None, by: Any, now: datetime
) -> ApplicationMessage:
    """The shop answers what it was asked, with pictures (`files`: uploads); the review clock goes on.

    All of it or nothing: a refusal leaves no file behind. IllegalMove unless it is the shop's turn; DeadlinePassed after
    `answer_due_at`; Invalid for an empty or too long text, more pictures than the upload rule allows at once, and what
    the image policy refuses; Stale.
    """
    application = RefundApplication.objects.select_related("shop").get(pk=pk)
    _check_answer(application, text, files, now)
    stored: list[StoredFile] = []
    try:
        for upload in files:
            stored.append(store_image(upload, shop=application.shop, by=by, now=now, purpose=Purpose.DEPOSIT))
        return _answered(pk, text.strip(), stored, version, by, now)
    except BaseException:
        for one in stored:
            discard(one)
        raise


def _check_answer(application: RefundApplication, text: str, files: Sequence[Any], now: datetime) -> None:
    """What can be said before anything is stored; `_answered` looks again on the locked row."""
    application.LIFECYCLE.target("answer", application.status)
    if not text.strip():
        raise Invalid(_("Write an answer."), field="text")
    if len(text) > TEXT_LENGTH:
        raise Invalid(_("At most %(count)s characters.") % {"count": TEXT_LENGTH}, field="text")
    most = limits(now).files_per_upload
    if len(files) > most:
        raise Invalid(_("Send at most %(most)d pictures at once.") % {"most": most}, field="files")


@transaction.atomic
def _answered(
    pk: int, text: str, stored: list[StoredFile], version: int | None, by: Any, now: datetime
) -> ApplicationMessage:
    application = hold_application(pk, version)
    application.LIFECYCLE.target("answer", application.status)
    if application.asked_at is None or application.answer_due_at is None:
        raise IllegalMove(_("Nothing was asked."))
    if is_overdue(application.answer_due_at, now):
        raise DeadlinePassed(_("The time to answer is over. You may apply again."))
    paused = now - application.asked_at
    move(
        application, "answer", by=by, now=now, data={"files": len(stored)},
        review_due_at=application.review_due_at + paused, asked_at=None, answer_due_at=None,
    )  # fmt: skip
    message = ApplicationMessage.objects.create(application=application, from_shop=True, text=text, by=by, at=now)
    message.files.add(*stored)
    desk = [application.reviewer] if application.reviewer else []
    tell_desk("deposits.refund_answered_to_review", [application], desk, now=now)
    return message

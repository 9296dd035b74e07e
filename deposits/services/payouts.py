"""Paying approved applications, once each, from an outbox: claim → send → mark (architecture law 4, rules §7.6).

Nothing is held while the gateway is asked. What certainly never arrived is sent again under the same key, which the
gateway pays once; what may have arrived is asked about or settled by operations, never sent again by itself.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from foundation.accounts import access
from foundation.audit.services import record
from foundation.jobs.chunks import in_chunks
from foundation.ledger.services import Posting, post_many
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Forbidden, IllegalMove, Invalid

from ..models import Payout, RefundApplication
from ..movements import CLAIMED
from ..payouts import gateway
from ..payouts.base import Answer, Final, Gateway, Retryable
from ..states import PAYOUT, PayoutState, Status
from .covering import SENTENCE_LENGTH, look_again
from .deadlines import stop_short
from .outcomes import ask_later, heard, hold_payout, lose, not_paid, put_back, short, take_answer
from .refund_moves import hold_application, hold_applications, move_many, write
from .waking import wake_deliver, wake_pay

log = logging.getLogger(__name__)

CHUNK = 20
ONE_ROUND = 50  # payouts per task, so that it ends long before its time limit
MAX_TRIES = 12
STUCK_AFTER = timedelta(minutes=5)


def pay_due(now: datetime) -> dict[str, int]:
    """The job: approved applications that nothing stands in the way of leave `held`, each with its payout in the outbox.

    Looked at on locked rows: one a draw made short ends; one whose reserves or conditions say no waits with the sentence
    (`waits_for`) and is looked at again the next minute. Parked ones are operations' (`pay_again`).
    """
    rows = RefundApplication.objects.filter(status=Status.APPROVED, parked_at=None)
    pks = rows.order_by("decided_at", "pk").values_list("pk", flat=True)
    done = in_chunks(pks, partial(_pay_chunk, now=now), park=partial(_park, now=now), size=CHUNK)
    return {"claimed": done.done}


def _pay_chunk(pks: list[int], *, now: datetime) -> int:
    held = [one for one in hold_applications(pks) if one.status == Status.APPROVED and one.parked_at is None]
    stopped = {one.pk for one in stop_short(held, now=now)}
    ready = [one for one in held if one.pk not in stopped and look_again(one, now)]
    _claim_money(ready, now)
    return len(ready)


def _claim_money(applications: Sequence[RefundApplication], now: datetime) -> None:
    """held → payouts, the payout row and the state, together: from here on it can't be stopped or withdrawn."""
    if not applications:
        return
    before = Payout.objects.filter(application__in=applications).values_list("application")
    attempts = dict(before.annotate(last=Max("attempt")))
    rows = [_payout(one, attempts.get(one.pk, 0) + 1, now) for one in applications]
    Payout.objects.bulk_create(rows)
    move_many(applications, "claim", by=None, now=now, waits_for="")
    post_many(
        [
            Posting(
                f"deposit_refund:{row.application_id}:claimed:{row.attempt}", CLAIMED.code, row.application.shop_id,
                row.amount_minor, subject=row.application, note=row.application.number,
            )
            for row in rows
        ],
        by=None, now=now,
    )  # fmt: skip
    transaction.on_commit(wake_deliver, robust=True)


def _payout(application: RefundApplication, attempt: int, now: datetime) -> Payout:
    return Payout(
        application=application, attempt=attempt, key=f"{application.number}-{attempt}",
        amount_minor=application.amount_minor, gateway=settings.PAYOUT_GATEWAY, next_at=now, created_at=now,
    )  # fmt: skip


def _park(pk: int, reason: str, *, now: datetime) -> None:
    """A row that poisons its chunk waits for operations; the others go on."""
    rows = RefundApplication.objects.filter(pk=pk, status=Status.APPROVED)
    rows.update(parked_at=now, parked_reason=reason[:SENTENCE_LENGTH])


def deliver_due(now: datetime) -> dict[str, int]:
    """The job: send the payouts due at `now`, ONE_ROUND at most; counts of what became of them."""
    counts = {"paid": 0, "not_paid": 0, "later": 0, "unknown": 0, "nothing": 0}
    due = Payout.objects.filter(status=PayoutState.PENDING, next_at__lte=now).order_by("next_at", "pk")
    for pk in list(due.values_list("pk", flat=True)[:ONE_ROUND]):
        payout = _claim(pk, now)
        if payout is not None:
            counts[_send(payout, now)] += 1
    return counts


def rescue_stuck(now: datetime) -> dict[str, int]:
    """The job: payouts whose sender died on the way; the gateway is asked.

    What it has nothing of is sent again under the same key, which it pays once; what it can't tell is unknown.
    """
    counts = {"paid": 0, "not_paid": 0, "later": 0, "unknown": 0, "nothing": 0}
    stuck = Payout.objects.filter(status=PayoutState.SENDING, claimed_at__lt=now - STUCK_AFTER).order_by("claimed_at")
    for payout in list(stuck[:ONE_ROUND]):
        counts[_rescue(payout, now)] += 1
    return counts


def reconcile_due(now: datetime) -> dict[str, int]:
    """The job: the gateway is asked about unknown payouts, each every ten minutes; nothing is sent.

    Only a final answer changes one. "Nothing of it" is none: the first call may still be on its way, so it stays on
    operations' list.
    """
    counts = {"paid": 0, "not_paid": 0}
    rows = Payout.objects.filter(status=PayoutState.UNKNOWN, next_at__lte=now).order_by("next_at", "pk")
    for payout in list(rows[:ONE_ROUND]):
        outcome = _reconcile(payout, now)
        if outcome in counts:
            counts[outcome] += 1
    return counts


@transaction.atomic
def settle_payout(pk: int, *, paid: bool, note: str, by: Any, now: datetime) -> Payout:
    """Operations found out what became of an unknown payout, and say how in `note`.

    Not paid: the money is held again and the application parked, `pay_again` lets it go on. Forbidden for who is not of
    operations or ever worked for the shop; Invalid without a note; IllegalMove unless it is unknown.
    """
    payout = hold_payout(pk)
    _may_settle(payout.application, by)
    said = _noted(note)
    if payout.status != PayoutState.UNKNOWN:
        raise IllegalMove(_("Only a payout of unknown outcome is settled by hand."))
    data = {"number": payout.application.number, "key": payout.key}
    verb = "deposits.payout_settled_paid" if paid else "deposits.payout_settled_not_paid"
    record(verb, payout.application, by=by, now=now, reason=said, data=data)
    if paid:
        take_answer(pk, Answer(paid=True, reference=payout.reference, text=said), by=by, now=now)
    else:
        not_paid(payout, said, by=by, now=now)
    return hold_payout(pk)


@transaction.atomic
def pay_again(application_pk: int, *, note: str, by: Any, now: datetime) -> RefundApplication:
    """Operations let a parked application be paid: a new attempt under a new key, for the last one certainly failed.

    Refused like `settle_payout`; IllegalMove unless it is approved and parked.
    """
    application = hold_application(application_pk, None)
    _may_settle(application, by)
    said = _noted(note)
    if application.status != Status.APPROVED or application.parked_at is None:
        raise IllegalMove(_("Only an approved application whose payment failed is paid again."))
    write(application, parked_at=None, parked_reason="", waits_for="")
    record("deposits.refund_unparked", application, by=by, now=now, reason=said, data={"number": application.number})
    transaction.on_commit(wake_pay, robust=True)
    return application


def _may_settle(application: RefundApplication, by: Any) -> None:
    if by is None or not access.is_reviewer(by, access.OPERATIONS):
        raise Forbidden(_("Only operations settle payouts."))
    if access.conflict_of_interest(by, application.shop_id):
        raise Forbidden(_("You belong or belonged to this shop, so you can't settle its payouts. Leave it to a colleague."))


def _noted(note: str) -> str:
    if not note.strip() or len(note.strip()) > SENTENCE_LENGTH:
        raise Invalid(_("Say in 1 to 300 characters how you know."), field="note")
    return note.strip()


def _claim(pk: int, now: datetime) -> Payout | None:
    """One conditional UPDATE decides between two workers; None if another has it.

    Claimed at the moment it is, not when its round began: in a slow round the rescue would take the last ones for stuck.
    """
    claimed = Payout.objects.filter(pk=pk, status=PayoutState.PENDING, next_at__lte=now).update(
        status=PAYOUT.target("claim", PayoutState.PENDING), claimed_at=clock.now(), tries=F("tries") + 1
    )
    return Payout.objects.select_related("application__shop").get(pk=pk) if claimed else None


def _gateway(payout: Payout, now: datetime) -> Gateway:
    """Whoever was to pay it, also after the setting changed; Retryable while nobody has that name: nothing was sent."""
    try:
        return gateway(payout.gateway, partial(heard, now=now))
    except KeyError:
        raise Retryable(f"no gateway is called {payout.gateway!r}") from None


def _send(payout: Payout, now: datetime) -> str:
    application = payout.application
    try:
        answer = _gateway(payout, now).pay(
            key=payout.key, amount_minor=payout.amount_minor, payee=application.shop.number, memo=application.number
        )
    except Retryable as problem:
        return put_back(payout, problem, most=MAX_TRIES, now=now)
    except Final as problem:
        return take_answer(payout.pk, Answer(paid=False, text=str(problem)), by=None, now=now)
    except Exception as problem:
        log.warning("Payout %s: outcome unknown (%s)", payout.key, type(problem).__name__)
        return lose(payout, problem, now=now)
    return take_answer(payout.pk, answer, by=None, now=now)


def _rescue(payout: Payout, now: datetime) -> str:
    try:
        answer = _gateway(payout, now).ask(key=payout.key)
    except Exception as problem:
        log.warning("Payout %s: the gateway can't be asked (%s)", payout.key, type(problem).__name__)
        return lose(payout, problem, now=now)
    if answer is None:
        gone = Retryable("the sender stopped, the gateway has nothing of it")
        return put_back(payout, gone, most=None, now=now)
    return take_answer(payout.pk, answer, by=None, now=now)


def _reconcile(payout: Payout, now: datetime) -> str:
    try:
        answer = _gateway(payout, now).ask(key=payout.key)
    except Exception as problem:
        ask_later(payout, short(problem), now=now)
        return "unknown"
    if answer is None:
        ask_later(payout, "the gateway has nothing of it", now=now)
        return "unknown"
    return take_answer(payout.pk, answer, by=None, now=now)

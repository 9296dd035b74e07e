"""What became of a payout: paid, not paid, later or unknown – each written once, under the deposit account's lock."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy

from foundation.accounts import access
from foundation.ledger.services import Posting, post
from foundation.lifecycle.locks import lock

from ..models import Payout
from ..movements import RETURNED
from ..payouts.base import Answer
from ..states import PAYOUT, PayoutState
from .covering import SENTENCE_LENGTH, note_waiting
from .refund_moves import hold_application, move, tell_desk, write

log = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=30)
MAX_WAIT = timedelta(minutes=30)
ASK_AGAIN = timedelta(minutes=10)  # between two questions about an unknown one
NOT_THROUGH = gettext_lazy("The payment did not go through. The platform looks into it.")
NOT_CONFIRMED = gettext_lazy("The bank has not confirmed the payment yet. It is not sent a second time.")
PAID, NOT_PAID, LATER, UNKNOWN, NOTHING = "paid", "not_paid", "later", "unknown", "nothing"


def back_off(tries: int) -> timedelta:
    """How long the next try waits after `tries` that never arrived: 30 s, 1 min … capped at half an hour."""
    return min(FIRST_WAIT * 2 ** min(tries - 1, 20), MAX_WAIT)


def hold_payout(pk: int) -> Payout:
    """The payout as it is now, its application locked before it; Http404 for one that never was."""
    application_pk = Payout.objects.filter(pk=pk).values_list("application_id", flat=True).first()
    if application_pk is None:
        raise Http404
    application = hold_application(application_pk, None)
    payout = lock(Payout.objects.filter(pk=pk))[0]
    payout.application = application
    return payout


def heard(key: str, answer: Answer, *, now: datetime) -> str:
    """What a gateway says unasked of a key (its callback); a key nobody gave it changes nothing."""
    pk = Payout.objects.filter(key=key).values_list("pk", flat=True).first()
    return take_answer(pk, answer, by=None, now=now) if pk else NOTHING


@transaction.atomic
def take_answer(pk: int, answer: Answer, *, by: Any, now: datetime) -> str:
    """Write a final answer down; the second of two equal ones changes nothing.

    Whoever asked: what the gateway says of a key holds. One that waits to be sent again is left: the same key gives the
    same answer. An answer against what is written is never followed: operations are told, and the application is parked.
    """
    payout = hold_payout(pk)
    if payout.status in PAYOUT.sources("pay"):
        return _paid(payout, answer, by, now) if answer.paid else not_paid(payout, answer.text, by=by, now=now)
    if (payout.status, answer.paid) in ((PayoutState.FAILED, True), (PayoutState.PAID, False)):
        _contradicted(payout, answer, now)
    return NOTHING


def _paid(payout: Payout, answer: Answer, by: Any, now: datetime) -> str:
    _write(payout, "pay", done_at=now, reference=answer.reference[:64], error="")
    move(
        payout.application, "pay", by=by, now=now, reason=answer.text[:SENTENCE_LENGTH],
        data={"reference": payout.reference or "—"}, paid_at=now,
    )  # fmt: skip
    return PAID


def not_paid(payout: Payout, why: str, *, by: Any, now: datetime) -> str:
    """A locked payout was certainly not paid: the money is held again, the application approved and parked.

    Nothing pays it by itself after that: the next try would fail the same way. Operations look, then `pay_again`.
    """
    application = payout.application
    _write(payout, "fail", done_at=now, error=why[:SENTENCE_LENGTH])
    back = Posting(
        f"deposit_refund:{application.pk}:returned:{payout.attempt}", RETURNED.code, application.shop_id,
        payout.amount_minor, subject=application, note=application.number,
    )  # fmt: skip
    move(
        application, "fail", by=by, now=now, reason=why[:SENTENCE_LENGTH], parked_at=now,
        parked_reason=why[:SENTENCE_LENGTH], waits_for=str(NOT_THROUGH),
    )  # fmt: skip
    tell_desk("deposits.payout_failed", [application], access.reviewers(access.OPERATIONS), now=now, text=why)
    post(back, by=by, now=now)
    return NOT_PAID


@transaction.atomic
def put_back(payout: Payout, problem: Exception, *, most: int | None, now: datetime) -> str:
    """It certainly never arrived: again later under the same key; after `most` tries (None: ever) the application is parked."""
    held = hold_payout(payout.pk)
    if not _is_ours(held, payout):
        return NOTHING
    if most is not None and held.tries >= most:
        return not_paid(held, short(problem), by=None, now=now)
    _write(held, "retry", next_at=now + back_off(held.tries), claimed_at=None, error=short(problem))
    return LATER


@transaction.atomic
def lose(payout: Payout, problem: Exception, *, now: datetime) -> str:
    """It may have arrived: never again by itself. It is asked about, and stands on operations' list."""
    held = hold_payout(payout.pk)
    if not _is_ours(held, payout):
        return NOTHING
    _write(held, "lose", next_at=now + ASK_AGAIN, error=short(problem))
    application = held.application
    note_waiting(application.pk, str(NOT_CONFIRMED))
    tell_desk("deposits.payout_unknown", [application], access.reviewers(access.OPERATIONS), now=now, text=short(problem))
    return UNKNOWN


def ask_later(payout: Payout, said: str, *, now: datetime) -> None:
    """The gateway could not tell of an unknown one; it is asked again."""
    still = Payout.objects.filter(pk=payout.pk, status=PayoutState.UNKNOWN)
    still.update(next_at=now + ASK_AGAIN, error=said[:SENTENCE_LENGTH])


def short(problem: Exception) -> str:
    """The problem in one line for operations."""
    return f"{type(problem).__name__}: {problem}"[:SENTENCE_LENGTH]


def _contradicted(payout: Payout, answer: Answer, now: datetime) -> None:
    """Two final answers that differ: people decide, nothing is booked. Said once."""
    said = f"the gateway now says {'paid' if answer.paid else 'not paid'} {answer.reference} {answer.text}".strip()[:SENTENCE_LENGTH]
    if payout.error == said:
        return
    log.error("Payout %s is “%s”, %s", payout.key, payout.status, said)
    Payout.objects.filter(pk=payout.pk).update(error=said)
    application = payout.application
    if application.is_open and application.parked_at is None:
        write(application, parked_at=now, parked_reason=said)
    tell_desk("deposits.payout_contradicted", [application], access.reviewers(access.OPERATIONS), now=now, text=said)


def _is_ours(held: Payout, claimed: Payout) -> bool:
    """Whether it is still with the sender that claimed it: a rescue may have settled it meanwhile."""
    return held.status == PayoutState.SENDING and held.claimed_at == claimed.claimed_at


def _write(payout: Payout, verb: str, **columns: Any) -> None:
    columns["status"] = PAYOUT.target(verb, payout.status)
    for name, value in columns.items():
        setattr(payout, name, value)
    payout.save(update_fields=list(columns))

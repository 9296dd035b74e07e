"""What reviewers do with a refund application (rules §7.5): take, ask, approve, reject."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.accounts import access
from foundation.audit.services import record
from foundation.lifecycle.errors import Forbidden, Invalid
from foundation.notifications.services import cancel_about

from ..models import ApplicationMessage, RefundApplication
from ..states import REASONS, Decided
from .covering import SENTENCE_LENGTH, Waits, must_be_covered, note_waiting
from .refund_moves import hold_application, move, release_many, tell_desk, write
from .waking import wake_pay

TEXT_LENGTH = 2000
NOT_OF_THE_DESK = gettext_lazy("Only reviewers of deposits decide about refunds of them.")
CONFLICT = gettext_lazy("You belong or belonged to this shop, so you can't decide about its deposit. Leave it to a colleague.")
AGREED_ALREADY = gettext_lazy("You agreed already: from this amount on another reviewer must agree too.")


@transaction.atomic
def take(pk: int, *, by: Any, now: datetime) -> RefundApplication:
    """A reviewer takes an application out of the queue; another may still decide it.

    Forbidden for who is no reviewer of deposits or ever worked for the shop; IllegalMove once it is taken or over.
    """
    application = hold_application(pk, None)
    _may_review(application, by)
    return move(application, "take", by=by, now=now, reviewer=by, taken_at=now)


@transaction.atomic
def ask(pk: int, *, reason: str, text: str, version: int | None, by: Any, now: datetime) -> RefundApplication:
    """The shop is asked for something and has the ball: the review clock stands still until it answers.

    It has the rule's `answer_days`; after them the application ends by itself (`deadlines.expire_due`). What a first
    reviewer agreed to is void: the facts are open again. Refused like `take`, and with Invalid for a reason that
    doesn't belong here or a question of no or more than 2,000 characters; Stale.
    """
    application = hold_application(pk, version)
    _may_review(application, by)
    _check(reason, "ask", text, field="text", needs_text=True)
    due_at = now + timedelta(days=application.policy.answer_days)
    move(
        application, "ask", by=by, now=now, reason=str(Decided(reason).label),
        data={"text": text.strip()[:SENTENCE_LENGTH], "due_at": due_at.isoformat()}, asked_at=now, answer_due_at=due_at,
        reminded_at=None, reviewer=by, first_by=None, first_at=None, waits_for="",
    )  # fmt: skip
    ApplicationMessage.objects.create(
        application=application, from_shop=False, reason=reason, text=text.strip(), by=by, at=now
    )
    return application


def approve(pk: int, *, note: str, version: int | None, by: Any, now: datetime) -> RefundApplication:
    """A reviewer agrees; the application is approved, or – from the rule's `four_eyes_minor` – waits for a second one.

    The conditions and reserves are looked at once more on locked rows (rules §7.4): what grew meanwhile raises Waits
    (409) with the sentence, which is kept as `waits_for` and looked at again by `look_again_due`. Forbidden for who may
    not review, and for the second agreement of the same person; IllegalMove, Invalid (note of more than 2,000
    characters), Stale.
    """
    try:
        with transaction.atomic():
            return _approve(pk, note=note, version=version, by=by, now=now)
    except Waits as sentence:
        note_waiting(pk, str(sentence))
        raise


def _approve(pk: int, *, note: str, version: int | None, by: Any, now: datetime) -> RefundApplication:
    application = hold_application(pk, version)
    _may_review(application, by)
    application.LIFECYCLE.target("approve", application.status)
    _check(Decided.ALL_MET, "approve", note, field="note")
    if application.first_by_id == by.pk:
        raise Forbidden(AGREED_ALREADY)
    must_be_covered(application, now)
    if application.needs_two and application.first_by_id is None:
        return _agree_first(application, note, by, now)
    return _approved(application, note, by, now)


def _agree_first(application: RefundApplication, note: str, by: Any, now: datetime) -> RefundApplication:
    write(application, first_by=by, first_at=now, reviewer=by, decided_note=note.strip(), waits_for="")
    data = {"number": application.number, "amount_minor": application.amount_minor}
    record("deposits.refund_agreed_first", application, by=by, now=now, data=data, reason=note.strip())
    cancel_about(application, now=now, kinds=["deposits.refund_first_agreed", "deposits.refund_answered_to_review"])
    others = access.reviewers(access.REVIEW_DEPOSITS).exclude(pk=by.pk)
    tell_desk("deposits.refund_first_agreed", [application], others, now=now)
    return application


def _approved(application: RefundApplication, note: str, by: Any, now: datetime) -> RefundApplication:
    """A second reviewer's empty note leaves the first one's."""
    move(
        application, "approve", by=by, now=now, reason=note.strip(), decided_by=by, decided_at=now,
        decided_reason=Decided.ALL_MET, decided_note=note.strip() or application.decided_note, waits_for="",
    )  # fmt: skip
    transaction.on_commit(wake_pay, robust=True)
    return application


@transaction.atomic
def reject(pk: int, *, reason: str, note: str, version: int | None, by: Any, now: datetime) -> RefundApplication:
    """A reviewer says no, for a reason of the list the shop reads; what is left of the held amount goes back.

    "Another reason" needs a note. Refused like `ask`.
    """
    application = hold_application(pk, version)
    _may_review(application, by)
    _check(reason, "reject", note, field="note", needs_text=reason == Decided.OTHER)
    label = str(Decided(reason).label)
    application.LIFECYCLE.target("reject", application.status)
    release_many([application], by=by, now=now)
    return move(
        application, "reject", by=by, now=now, reason=label,
        data={"reason": label, "text": note.strip()[:SENTENCE_LENGTH] or "—"},
        decided_by=by, decided_at=now, decided_reason=reason, decided_note=note.strip(),
    )  # fmt: skip


def _may_review(application: RefundApplication, by: Any) -> None:
    if by is None or not access.is_reviewer(by, access.REVIEW_DEPOSITS):
        raise Forbidden(NOT_OF_THE_DESK)
    if access.conflict_of_interest(by, application.shop_id):
        raise Forbidden(CONFLICT)


def _check(reason: str, verb: str, text: str, *, field: str, needs_text: bool = False) -> None:
    if reason not in REASONS[verb]:
        raise Invalid(_("Choose a reason that belongs to the decision."), field="reason")
    if needs_text and not text.strip():
        raise Invalid(_("Write it down: the shop reads it."), field=field)
    if len(text) > TEXT_LENGTH:
        raise Invalid(_("At most %(count)s characters.") % {"count": TEXT_LENGTH}, field=field)

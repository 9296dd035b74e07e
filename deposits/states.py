"""Every legal move of a refund application, a payout and a violation on one screen (rules §7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.lifecycle.table import Lifecycle, Move


class Status(models.TextChoices):
    """A refund application's 保证金退还."""

    APPLIED = "applied", _("Applied")  # 已申请: in the queue, the amount is held
    IN_REVIEW = "in_review", _("In review")  # 审核中: a reviewer has it
    NEED_INFO = "need_info", _("More information needed")  # 待补充: the shop's turn
    APPROVED = "approved", _("Approved")  # 已通过: waits for the payment
    PAYING = "paying", _("Being paid")  # 打款中: the money left the shop's account here
    PAID = "paid", pgettext_lazy("deposit refund", "Paid")  # 已退还
    REJECTED = "rejected", _("Rejected")  # 已驳回
    WITHDRAWN = "withdrawn", _("Withdrawn")  # 已撤回 by the shop
    STOPPED = "stopped", pgettext_lazy("deposit refund", "Stopped")  # 已终止: a violation, or money that was drawn meanwhile


S = Status
OPEN = (S.APPLIED, S.IN_REVIEW, S.NEED_INFO, S.APPROVED, S.PAYING)
HOLDS = (S.APPLIED, S.IN_REVIEW, S.NEED_INFO, S.APPROVED)  # the amount stands in `held`
REVIEWED = (S.APPLIED, S.IN_REVIEW, S.NEED_INFO)
WITH_US = (S.APPLIED, S.IN_REVIEW)  # the review clock runs; it stands still while the shop has the ball
ENDED = (S.PAID, S.REJECTED, S.WITHDRAWN, S.STOPPED)
APPLICATION = Lifecycle(
    "deposits.refundapplication",
    Status,
    start=(S.APPLIED,),
    moves=[
        Move("take", (S.APPLIED,), S.IN_REVIEW, _("Take into review"), by="reviewer"),
        Move("ask", (S.IN_REVIEW,), S.NEED_INFO, _("Ask the shop"), by="reviewer"),
        Move("answer", (S.NEED_INFO,), S.IN_REVIEW, _("Send the answer"), needs="deposits.apply"),
        Move("approve", (S.IN_REVIEW,), S.APPROVED, _("Approve"), by="reviewer"),
        Move("reject", (S.IN_REVIEW,), S.REJECTED, _("Reject"), by="reviewer"),
        Move("expire", (S.NEED_INFO,), S.REJECTED, _("Not answered in time"), by="clock"),
        Move(
            "withdraw", HOLDS, S.WITHDRAWN, _("Withdraw the application"), needs="deposits.apply", tone="danger",
            one_way=True,
        ),
        Move("stop", HOLDS, S.STOPPED, pgettext_lazy("deposit refund", "Stopped"), by="clock"),
        Move("claim", (S.APPROVED,), S.PAYING, _("Payment begun"), by="clock"),
        Move("pay", (S.PAYING,), S.PAID, _("Payment confirmed"), by="gateway"),
        Move("fail", (S.PAYING,), S.APPROVED, _("Payment failed"), by="gateway"),
    ],
    tones={
        S.APPLIED: "primary", S.IN_REVIEW: "primary", S.NEED_INFO: "warning", S.APPROVED: "info", S.PAYING: "info",
        S.PAID: "success", S.REJECTED: "danger", S.WITHDRAWN: "secondary", S.STOPPED: "danger",
    },
)  # fmt: skip


class PayoutState(models.TextChoices):
    """One attempt to pay an application: an outbox row (architecture law 4)."""

    PENDING = "pending", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")  # claimed; a rescue looks after those whose sender died
    PAID = "paid", pgettext_lazy("payout", "Paid")
    FAILED = "failed", _("Failed")  # certainly not paid: the money is held again
    UNKNOWN = "unknown", _("Outcome unknown")  # never sent again by itself: asked about, or settled by a human


P = PayoutState
PAYOUT = Lifecycle(
    "deposits.payout",
    PayoutState,
    start=(P.PENDING,),
    moves=[
        Move("claim", (P.PENDING,), P.SENDING, _("Send"), by="clock"),
        Move("retry", (P.SENDING,), P.PENDING, _("Try again"), by="clock"),  # only what certainly never left
        Move("pay", (P.SENDING, P.UNKNOWN), P.PAID, pgettext_lazy("payout", "Paid"), by="gateway"),
        Move("fail", (P.SENDING, P.UNKNOWN), P.FAILED, _("Failed"), by="gateway"),
        Move("lose", (P.SENDING,), P.UNKNOWN, _("Outcome unknown"), by="clock"),
    ],
    tones={
        P.PENDING: "secondary", P.SENDING: "info", P.PAID: "success", P.FAILED: "danger", P.UNKNOWN: "warning",
    },
)  # fmt: skip


class Severity(models.TextChoices):
    MINOR = "minor", pgettext_lazy("violation", "Minor")  # 一般
    MAJOR = "major", pgettext_lazy("violation", "Major")  # 严重: no deposit refund while in the look-back


class ViolationStatus(models.TextChoices):
    STANDING = "standing", pgettext_lazy("violation", "In force")  # 生效
    REVERSED = "reversed", pgettext_lazy("violation", "Reversed")  # 已撤销: an appeal was upheld


VIOLATION = Lifecycle(
    "deposits.violation",
    ViolationStatus,
    start=(ViolationStatus.STANDING,),
    moves=[
        Move("reverse", (ViolationStatus.STANDING,), ViolationStatus.REVERSED, _("Reverse"), by="reviewer"),
    ],
    tones={ViolationStatus.STANDING: "danger", ViolationStatus.REVERSED: "secondary"},
)


class Decided(models.TextChoices):
    """Why a reviewer decided as they did; the shop reads the label."""

    ALL_MET = "all_met", _("All conditions are met")  # approve
    PAPERS_MISSING = "papers_missing", _("Information is missing or doesn't match")  # ask, reject
    TRADE_DOUBTS = "trade_doubts", _("Doubts about the shop's trade")  # ask, reject
    NO_ANSWER = "no_answer", _("The shop did not answer in time")  # reject
    CONDITIONS_BROKEN = "conditions_broken", _("A condition is no longer met")  # reject
    OPEN_CASES = "open_cases", _("Open cases need the deposit")  # reject
    OTHER = "other", _("Another reason (see the note)")  # ask, reject: the note is required


REASONS = {
    "approve": (Decided.ALL_MET,),
    "ask": (Decided.PAPERS_MISSING, Decided.TRADE_DOUBTS, Decided.OTHER),
    "reject": (
        Decided.PAPERS_MISSING, Decided.TRADE_DOUBTS, Decided.NO_ANSWER, Decided.CONDITIONS_BROKEN,
        Decided.OPEN_CASES, Decided.OTHER,
    ),
}  # fmt: skip


class WhyStopped(models.TextChoices):
    NONE = "", ""
    VIOLATION = "violation", _("A violation was recorded during the review")
    SHORT = "short", _("The held amount was needed for something else")  # a draw reached `held`

"""Every legal move of a work order on one screen (rules §6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle.table import Lifecycle, Move


class Status(models.TextChoices):
    QUEUED = "queued", _("Queued")  # another work order on the order is unfinished; no clock runs yet
    OPEN = "open", _("To answer")  # the clock runs: the shop proves, agrees, or pays when it runs out
    ANSWERED = "answered", _("With the platform")  # answered once in this window; a reviewer decides
    WON = "won", _("Won")  # the shop's evidence held; nothing is paid
    LOST = "lost", _("Lost")  # the evidence did not hold: the same effects as forfeited, on the decision row
    FORFEITED = "forfeited", _("Forfeited")  # the clock ran out unanswered; effects on the Forfeiture row
    SETTLED = "settled", _("Settled")  # the shop agreed to the refund; no review, no count


UNFINISHED = (Status.QUEUED, Status.OPEN, Status.ANSWERED)
RUNNING = (Status.OPEN, Status.ANSWERED)
CLOSED = (Status.WON, Status.LOST, Status.FORFEITED, Status.SETTLED)


class Branch(models.TextChoices):
    """How to answer 处理选择."""

    EVIDENCE = "evidence", _("Upload evidence")  # every slot filled, one sheet goes out
    AGREE_REFUND = "agree_refund", _("Agree to the refund")  # settled at once
    NEGOTIATED = "negotiated", _("Negotiate with the buyer")  # contact record; what was agreed is paid at submit
    RESHIP = "reship", _("Arrange a reship")  # note and reship number
    ACKNOWLEDGE = "acknowledge", _("Acknowledge")  # 我已知晓: one click, a note if need be
    CHOICE = "choice", _("Choose a result")  # one of the stage's options, with what it needs


class Need(models.TextChoices):
    """What an option asks for besides being chosen."""

    NOTE = "note", _("Note")
    DATE = "date", _("Date")
    TRACKING = "tracking", _("Reship tracking number")
    CONTACT = "contact", _("Contact record")
    EVIDENCE = "evidence", _("Evidence")


class Claim(models.TextChoices):
    """What an option says of the order; pre-flight compares it with what is recorded."""

    SHIPPED = "shipped", _("the parcel was handed over")
    NOT_SHIPPED = "not_shipped", _("the parcel was not handed over")
    SIGNED = "signed", _("the parcel was signed for")
    NOT_SIGNED = "not_signed", _("the parcel was not signed for")
    REFUNDED = "refunded", _("the buyer was refunded")


class Outcome(models.TextChoices):
    WON = "won", _("Won")
    LOST = "lost", _("Lost")
    MORE = "more", _("Ask for more")


class Reason(models.TextChoices):
    """Reasons of a decision; each belongs to one outcome (REASONS)."""

    PROVED = "proved", _("The evidence is complete and valid")
    RESHIPPED = "reshipped", _("The reship is confirmed")
    AGREED_WITH_BUYER = "agreed_with_buyer", _("Settled with the buyer, as recorded")
    PLATFORM_ERROR = "platform_error", _("The question should not have been asked")
    INVALID_EVIDENCE = "invalid_evidence", _("The evidence is invalid")
    WRONG_VOUCHER = "wrong_voucher", _("Another kind of voucher than asked for")
    NOT_HANDWRITTEN = "not_handwritten", _("The red-stamp proof is printed, not written by hand")
    STAMP_MISMATCH = "stamp_mismatch", _("Signature and stamp do not agree")
    NOT_AUTHENTIC = "not_authentic", _("The voucher is not authentic")
    NO_AGREEMENT = "no_agreement", _("The buyer does not confirm an agreement")
    NO_RESHIP = "no_reship", _("There is no sign of the reship")
    UNREADABLE = "unreadable", _("The picture can't be read")
    INCOMPLETE = "incomplete", _("A voucher is missing")
    UNCLEAR = "unclear", _("The answer leaves a question open")


REASONS = {
    Outcome.WON: (Reason.PROVED, Reason.RESHIPPED, Reason.AGREED_WITH_BUYER, Reason.PLATFORM_ERROR),
    Outcome.LOST: (
        Reason.INVALID_EVIDENCE, Reason.WRONG_VOUCHER, Reason.NOT_HANDWRITTEN, Reason.STAMP_MISMATCH,
        Reason.NOT_AUTHENTIC, Reason.NO_AGREEMENT, Reason.NO_RESHIP,
    ),
    Outcome.MORE: (Reason.UNREADABLE, Reason.INCOMPLETE, Reason.UNCLEAR),
}

LIFECYCLE = Lifecycle(
    "workorders.workorder",
    Status,
    start=[Status.QUEUED, Status.OPEN],
    moves=[
        Move(
            "submit", (Status.OPEN,), Status.ANSWERED, _("Submit the answer"),
            needs="workorders.submit_evidence", one_way=True,
        ),
        Move(
            "advance", (Status.OPEN,), Status.OPEN, _("Send this stage's answer"),
            needs="workorders.submit_evidence", one_way=True,
        ),
        Move(
            "agree", (Status.OPEN,), Status.SETTLED, _("Agree to the refund"),
            needs="workorders.agree_refund", tone="danger", one_way=True,
        ),
        Move("start_clock", (Status.QUEUED,), Status.OPEN, _("Start the clock"), by="job"),
        Move("forfeit", (Status.OPEN,), Status.FORFEITED, _("Forfeit"), one_way=True, tone="danger", by="job"),
        Move("win", (Status.ANSWERED,), Status.WON, _("Decide for the shop"), tone="success", by="platform"),
        Move("lose", (Status.ANSWERED,), Status.LOST, _("Decide for the buyer"), tone="danger", by="platform"),
        Move("ask_more", (Status.ANSWERED,), Status.OPEN, _("Ask for more"), tone="warning", by="platform"),
    ],
    tones={
        Status.QUEUED: "secondary",
        Status.OPEN: "warning",
        Status.ANSWERED: "info",
        Status.WON: "success",
        Status.LOST: "danger",
        Status.FORFEITED: "danger",
        Status.SETTLED: "secondary",
    },
)

DECISION_VERBS = {Outcome.WON: "win", Outcome.LOST: "lose", Outcome.MORE: "ask_more"}

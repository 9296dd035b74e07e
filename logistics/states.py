"""Every legal move of a parcel's neighbours on one screen: interception and recall; and what scans make of a parcel."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from foundation.lifecycle.table import Lifecycle, Move


class ParcelKind(models.TextChoices):
    FIRST = "first", _("First parcel")  # what the buyer paid for
    RESHIP = "reship", _("Reship")  # 补寄: sent again, never with the first one's number
    RETURN = "return", _("Return parcel")  # from the buyer back to the shop
    EXTRA = "extra", _("Extra parcel")  # the order left in several parcels


class ParcelState(models.TextChoices):
    """What the newest scan says; never moved by hand (`logistics.tracking.state_of`)."""

    LABEL = "label", _("Label made")  # a number, or none yet; no scan
    PICKED_UP = "picked_up", _("Picked up")  # 揽收
    IN_TRANSIT = "in_transit", _("In transit")  # 在途
    OUT_FOR_DELIVERY = "delivering", _("Out for delivery")  # 派件
    IN_LOCKER = "in_locker", _("In a locker")  # 入柜: waits for the buyer
    SIGNED = "signed", pgettext_lazy("parcel", "Signed")  # 签收
    EXCEPTION = "exception", _("Problem")  # 疑难
    REFUSED = "refused", _("Refused by the buyer")  # 拒签
    RETURNING = "returning", _("On its way back")  # 退回
    RETURNED = "returned", _("Came back")  # 退签: back at the sender


MOVING = (
    ParcelState.PICKED_UP, ParcelState.IN_TRANSIT, ParcelState.OUT_FOR_DELIVERY, ParcelState.IN_LOCKER,
    ParcelState.EXCEPTION, ParcelState.REFUSED, ParcelState.RETURNING,
)  # fmt: skip
# A state an older scan never undoes, and the only ones a newer scan may still lead to.
TERMINAL: dict[str, tuple[str, ...]] = {
    ParcelState.SIGNED: (ParcelState.REFUSED, ParcelState.RETURNING, ParcelState.RETURNED),
    ParcelState.RETURNED: (),
}


def _may_lead_to(state: str) -> tuple[str, ...]:
    return tuple(one for one in ParcelState.values if one != state and (one not in TERMINAL or state in TERMINAL[one]))


PARCEL = Lifecycle(
    "logistics.parcel",
    ParcelState,
    start=ParcelState.values,  # imported parcels start in what their order says
    moves=[
        Move(f"scan_{state.value}", _may_lead_to(state), state, state.label, by="carrier")
        for state in ParcelState
        if state != ParcelState.LABEL
    ],
    tones={
        ParcelState.LABEL: "secondary",
        ParcelState.PICKED_UP: "info",
        ParcelState.IN_TRANSIT: "primary",
        ParcelState.OUT_FOR_DELIVERY: "primary",
        ParcelState.IN_LOCKER: "primary",
        ParcelState.SIGNED: "success",
        ParcelState.EXCEPTION: "danger",
        ParcelState.REFUSED: "danger",
        ParcelState.RETURNING: "warning",
        ParcelState.RETURNED: "secondary",
    },
)


class Anomaly(models.TextChoices):
    """What the watch found; "" is nothing. The worst stands on the parcel."""

    NONE = "", _("None")
    NO_FIRST_SCAN = "no_scan", _("No first scan")  # 24 h after the number was entered
    STALLED = "stalled", _("No movement")  # 24 h since the last scan
    LOST = "lost", pgettext_lazy("parcel", "Lost")  # 48 h since the last scan: the priority queue
    DISPUTED = "disputed", _("Signed, buyer says no")
    UNEXPECTED_RETURN = "return", _("Coming back unexpectedly")  # no interception, nobody asked
    NUMBER_REUSED = "reused", _("Number used elsewhere")


class Status(models.TextChoices):
    """An interception's."""

    REQUESTED = "requested", _("Pending")  # 待处理: asked, or about to be; the carrier has not answered
    ACCEPTED = "accepted", _("Accepted by the carrier")
    INTERCEPTING = "intercepting", _("Intercepting")
    SUCCEEDED = "succeeded", _("Intercepted")  # stopped: no cancel any more
    RETURNING = "returning", _("On its way back")
    RETURNED = "returned", _("Came back")  # the earliest safe moment to refund
    REFUSED = "refused", _("Refused by the carrier")
    FAILED = "failed", _("Failed")  # delivered after all
    CANCELLED = "cancelled", _("Cancelled")  # by the shop; can't be undone
    UNKNOWN = (
        "unknown",
        _("No answer"),
    )  # nobody knows whether the carrier has it: a human looks, never asked again by itself


S = Status
OPEN = (S.REQUESTED, S.UNKNOWN, S.ACCEPTED, S.INTERCEPTING, S.SUCCEEDED, S.RETURNING)
CANCELLABLE = (S.REQUESTED, S.UNKNOWN, S.ACCEPTED, S.INTERCEPTING)
HOLDS_REFUND = (S.UNKNOWN, S.ACCEPTED, S.INTERCEPTING, S.SUCCEEDED, S.RETURNING)  # the carrier has it, or may have it
ENDED = (S.RETURNED, S.REFUSED, S.FAILED, S.CANCELLED)
INTERCEPTION = Lifecycle(
    "logistics.interception",
    Status,
    start=(S.REQUESTED,),
    moves=[
        Move("accept", (S.REQUESTED, S.UNKNOWN), S.ACCEPTED, _("Accepted"), by="carrier"),
        Move("begin", (S.REQUESTED, S.UNKNOWN, S.ACCEPTED), S.INTERCEPTING, _("Intercepting"), by="carrier"),
        Move("succeed", CANCELLABLE, S.SUCCEEDED, _("Intercepted"), by="carrier"),
        Move("turn_back", (S.SUCCEEDED,), S.RETURNING, _("On its way back"), by="carrier"),
        Move("come_back", (S.SUCCEEDED, S.RETURNING), S.RETURNED, _("Came back"), by="carrier"),
        Move("refuse", (S.REQUESTED, S.UNKNOWN), S.REFUSED, _("Refused"), by="carrier"),
        Move("fail", CANCELLABLE, S.FAILED, _("Failed"), by="carrier"),
        Move("lose_answer", (S.REQUESTED,), S.UNKNOWN, _("No answer"), by="clock"),
        Move(
            "cancel", CANCELLABLE, S.CANCELLED, _("Cancel interception"), needs="logistics.cancel_interception",
            tone="danger", one_way=True,
        ),
    ],
    tones={
        S.REQUESTED: "warning", S.ACCEPTED: "info", S.INTERCEPTING: "primary", S.SUCCEEDED: "success",
        S.RETURNING: "primary", S.RETURNED: "success", S.REFUSED: "danger", S.FAILED: "danger",
        S.CANCELLED: "secondary", S.UNKNOWN: "danger",
    },
)  # fmt: skip


class Origin(models.TextChoices):
    MANUAL = "manual", _("By hand")
    RULE = "rule", _("By a rule")


class WhyIntercept(models.TextChoices):
    """拦截原因."""

    BUYER_REFUND = "buyer_refund", _("The buyer asked for a refund")
    CHANGED_MIND = "changed_mind", _("The buyer changed their mind")  # needs a contact record: talk first
    WRONG_ADDRESS = "wrong_address", _("Wrong address")
    WRONG_GOODS = "wrong_goods", _("Wrong goods packed")
    FRAUD = "fraud", _("Suspicious order")
    OTHER = "other", pgettext_lazy("reason", "Other")


class WhyCancel(models.TextChoices):
    CLICKED_BY_MISTAKE = "mistake", _("Clicked by mistake")  # 误操作
    BUYER_KEEPS = "buyer_keeps", _("The buyer keeps the goods")
    BUYER_RETURNS = "buyer_returns", _("Buyer wants to return")  # 买家要求退货
    WRONG_SHIPPING = "wrong_shipping", _("Wrong shipping information")  # 物流信息错误: opens the correction
    FORCE_MAJEURE = "force_majeure", _("Force majeure")  # 不可抗力
    OTHER = "other", pgettext_lazy("reason", "Other")


class Payer(models.TextChoices):
    """责任方: who pays what an interception, a reship or a recall costs."""

    SHOP = "shop", _("Shop")
    BUYER = "buyer", _("Buyer")
    PLATFORM = "platform", _("Platform")
    CARRIER = "carrier", pgettext_lazy("who pays", "Carrier")  # nothing is booked


class CallKind(models.TextChoices):
    REQUEST = "request", _("Ask for the interception")
    CANCEL = "cancel", _("Call it off")
    QUERY = "query", _("Ask how it stands")  # reconciles an unknown outcome; changes nothing at the carrier


class CallState(models.TextChoices):
    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", pgettext_lazy("call", "Answered")
    FAILED = "failed", pgettext_lazy("call", "Refused for good")
    UNKNOWN = "unknown", pgettext_lazy("call", "Outcome unknown")  # never sent again by itself


CALL = Lifecycle(
    "logistics.carriercall",
    CallState,
    start=(CallState.PENDING,),
    moves=[
        Move("claim", (CallState.PENDING,), CallState.SENDING, _("Claim"), by="clock"),
        Move("answer", (CallState.SENDING,), CallState.SENT, _("Answered"), by="carrier"),
        Move("refuse", (CallState.SENDING,), CallState.FAILED, _("Refused"), by="carrier"),
        Move("retry", (CallState.SENDING,), CallState.PENDING, _("Try again"), by="clock"),  # it certainly did not arrive
        Move("lose", (CallState.SENDING,), CallState.UNKNOWN, _("Outcome unknown"), by="clock"),
        Move("drop", (CallState.PENDING,), CallState.FAILED, _("Not needed any more"), by="clock"),
    ],
    tones={
        CallState.PENDING: "info", CallState.SENDING: "primary", CallState.SENT: "success",
        CallState.FAILED: "danger", CallState.UNKNOWN: "danger",
    },
)  # fmt: skip


class RecallState(models.TextChoices):
    TO_RECALL = "to_recall", _("To recall")  # somebody of the shop calls the carrier; a refund never waits for it
    RECALLED = "recalled", _("Recalled")
    LOST = "lost", pgettext_lazy("recall", "Not found")


RECALL = Lifecycle(
    "logistics.recall",
    RecallState,
    start=(RecallState.TO_RECALL,),
    moves=[
        Move("close_recalled", (RecallState.TO_RECALL,), RecallState.RECALLED, _("It is back"), needs="logistics.recall"),
        Move(
            "close_lost", (RecallState.TO_RECALL,), RecallState.LOST, _("Not found"), needs="logistics.recall",
            tone="danger",
        ),
    ],
    tones={RecallState.TO_RECALL: "warning", RecallState.RECALLED: "success", RecallState.LOST: "danger"},
)  # fmt: skip


class WayOut(models.TextChoices):
    """What is done about a lost parcel."""

    RESHIP = "reship", _("Reship")  # 补发 by the fastest carrier
    REPLACE = "replace", _("Replace goods")  # 更换商品: other goods, a reship parcel too
    COMPENSATE = "compensate", pgettext_lazy("lost parcel", "Compensation")  # 赔偿金 through the ledger


class RequestKind(models.TextChoices):
    """What a buyer asks for; only REFUND_ONLY of the full amount is ever intercepted by a rule."""

    REFUND_ONLY = "refund_only", _("Refund only")
    RETURN_REFUND = "return_refund", _("Return and refund")
    EXCHANGE = "exchange", pgettext_lazy("after-sales", "Exchange")

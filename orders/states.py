"""The states of an order and every legal move between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle.table import Lifecycle, Move

LANGUAGES = ("zh-hans", "en")  # files carry states in words, so the words of both are read back


class OrderState(models.TextChoices):
    GROUPING = "grouping", _("Grouping")  # paid or not, the group is still being completed
    TO_SHIP = "to_ship", _("To ship")  # group complete, the shop owes a parcel
    SHIPPED = "shipped", _("Shipped")  # handed to a carrier, with or without a tracking number uploaded
    SIGNED = "signed", _("Signed")  # the carrier says the buyer has it
    COMPLETED = "completed", _("Completed")  # receipt confirmed by the buyer or by time; the money is settled
    CANCELLED = "cancelled", _("Cancelled")  # ended before shipping, or never paid
    REFUNDED = "refunded", _("Refunded")  # nothing is left of what was paid


class GroupState(models.TextChoices):
    NONE = "", _("No group")  # bought alone
    GROUPING = "grouping", _("Waiting for the group")  # 拼团中
    COMPLETE = "complete", _("Group complete")  # 成团
    FAILED = "failed", _("Group failed")  # 团失败


class AfterSaleState(models.TextChoices):
    """Summary written by upper apps (`services.notes.note_after_sale`); beside, never inside, the order state."""

    NONE = "", _("None")
    OPEN = "open", _("In progress")
    CLOSED = "closed", _("Closed")


class Flag(models.TextChoices):
    NONE = "", _("No flag")
    RED = "red", _("Red")
    YELLOW = "yellow", _("Yellow")
    GREEN = "green", _("Green")
    BLUE = "blue", _("Blue")
    PURPLE = "purple", _("Purple")


S = OrderState
LIFECYCLE = Lifecycle(
    "orders.order",
    OrderState,
    start=S.values,  # imported and seeded orders start in the state they arrive in
    moves=[
        Move("complete_group", (S.GROUPING,), S.TO_SHIP, _("Group complete"), by="platform"),
        Move("ship", (S.TO_SHIP,), S.SHIPPED, _("Ship"), by="platform"),
        Move("sign", (S.SHIPPED,), S.SIGNED, _("Sign"), by="platform"),
        Move("confirm", (S.SHIPPED, S.SIGNED), S.COMPLETED, _("Confirm receipt"), by="buyer"),
        Move("settle", (S.SIGNED,), S.COMPLETED, _("Settle"), by="clock"),
        Move("cancel", (S.GROUPING, S.TO_SHIP), S.CANCELLED, _("Cancel order"), by="platform"),
        Move("reinstate", (S.CANCELLED,), S.TO_SHIP, _("Paid after all"), by="import"),
        Move(
            "refund", (S.GROUPING, S.TO_SHIP, S.SHIPPED, S.SIGNED, S.COMPLETED), S.REFUNDED, _("Refund"),
            needs="orders.refund", tone="danger", one_way=True,
        ),
    ],
    tones={
        S.GROUPING: "info", S.TO_SHIP: "warning", S.SHIPPED: "primary", S.SIGNED: "primary",
        S.COMPLETED: "success", S.CANCELLED: "secondary", S.REFUNDED: "danger",
    },
)

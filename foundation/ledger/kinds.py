"""The accounts there are: six per shop with a balance, six of the platform whose balance is only ever summed."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """A shop's accounts. Every one is ≥ 0, debt alone is ≤ 0 (CHECK in the database)."""

    PENDING = "pending", _("Pending settlement")  # 待结算: buyers paid, receipt not confirmed yet
    SETTLEMENT = "settlement", _("Settlement balance")  # 货款: the shop's own money
    DEPOSIT = "deposit", _("Deposit")  # 保证金: up to what is required
    TEMPORARY = "temporary", _("Temporary deposit")  # 临时保证金: frozen to raise the refund quota
    HELD = "held", _("Held")  # 冻结: waiting for a deposit refund to be decided
    DEBT = "debt", _("Debt")  # 欠款: what draws could not find; new income pays it first


class Platform(models.TextChoices):
    """The platform's side. No row keeps a balance, so no row is hot: it is the sum of the entries."""

    BUYERS = "buyers", pgettext_lazy("ledger account", "Buyers")
    SUBSIDY = "subsidy", pgettext_lazy("ledger account", "Platform subsidy")
    CARRIERS = "carriers", pgettext_lazy("ledger account", "Carriers")
    PENALTIES = "penalties", pgettext_lazy("ledger account", "Penalties")
    PAYOUTS = "payouts", pgettext_lazy("ledger account", "Payouts")
    OUTSIDE = "outside", pgettext_lazy("ledger account", "Outside")


KIND_CHOICES = [*Kind.choices, *Platform.choices]
KIND_LABELS = dict(KIND_CHOICES)

# What a draw takes from, in this order; `pending` only as far as it is this order's (rules §2).
DRAW_ORDER = (Kind.PENDING, Kind.SETTLEMENT, Kind.DEPOSIT, Kind.TEMPORARY, Kind.HELD, Kind.DEBT)

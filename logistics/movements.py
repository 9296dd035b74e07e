"""What interceptions and parcels cost, as lines of the ledger's table (rules §2 "interception fee · storage")."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.ledger.kinds import Kind, Platform
from foundation.ledger.movements import DRAW, Movement, register

from .states import Payer

SOURCES = {
    Payer.SHOP: DRAW, Payer.BUYER: Platform.BUYERS, Payer.PLATFORM: Platform.SUBSIDY, Payer.CARRIER: Platform.CARRIERS,
}  # fmt: skip
BACK = (Kind.DEBT, Kind.SETTLEMENT)  # to the shop: debt first, like all income


def _line(code: str, label: Any, source: str, *to: str) -> Movement:
    return register(Movement(code, label, source, to, needs_order=True))


def _by_payer(code: str, *to: str, labels: dict[Payer, Any]) -> dict[Payer, Movement]:
    """Who pays → the movement: `code` for the shop, `code_<payer>` for others; who is not named books nothing."""
    return {
        payer: _line(code if payer == Payer.SHOP else f"{code}_{payer.value}", label, SOURCES[payer], *to)
        for payer, label in labels.items()
    }


FEE = _by_payer("interception_fee", Platform.CARRIERS, labels={
    Payer.SHOP: _("Interception fee"),
    Payer.BUYER: _("Interception fee, paid by the buyer"),
    Payer.PLATFORM: _("Interception fee, paid by the platform"),
})  # fmt: skip
STORAGE = _by_payer("interception_storage", Platform.CARRIERS, labels={
    Payer.SHOP: _("Storage fee"),
    Payer.BUYER: _("Storage fee, paid by the buyer"),
    Payer.PLATFORM: _("Storage fee, paid by the platform"),
})  # fmt: skip
# What the shop paid and somebody else is responsible for comes back to it.
GIVEN_BACK = _by_payer("interception_fee_back", *BACK, labels={
    Payer.BUYER: _("Interception fee, given back by the buyer"),
    Payer.PLATFORM: _("Interception fee, given back by the platform"),
    Payer.CARRIER: _("Interception fee, given back by the carrier"),
})  # fmt: skip
STORAGE_GIVEN_BACK = _line(
    "interception_storage_back", _("Storage fee of days after the return, given back"), Platform.CARRIERS, *BACK
)

# Parcels sent again, lost and called back. The platform's and the carrier's share never touches the shop's accounts.
RESHIP = _by_payer("parcel_reship", Platform.CARRIERS, labels={
    Payer.SHOP: _("Freight of a reship"),
    Payer.PLATFORM: _("Freight of a reship, paid by the platform"),
})  # fmt: skip
COMPENSATION = _by_payer("parcel_compensation", Platform.BUYERS, labels={
    Payer.SHOP: _("Compensation for a lost parcel"),
    Payer.PLATFORM: _("Compensation for a lost parcel, paid by the platform"),
    Payer.CARRIER: _("Compensation for a lost parcel, paid by the carrier"),
})  # fmt: skip
RECALL_COST = _by_payer("recall_cost", Platform.CARRIERS, labels={
    Payer.SHOP: _("Cost of a recall"),
    Payer.BUYER: _("Cost of a recall, paid by the buyer"),
    Payer.PLATFORM: _("Cost of a recall, paid by the platform"),
})  # fmt: skip

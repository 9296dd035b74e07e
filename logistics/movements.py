"""What interceptions cost, as lines of the ledger's table (rules §2 "interception fee · storage")."""

from django.utils.translation import gettext_lazy as _

from foundation.ledger.kinds import Kind, Platform
from foundation.ledger.movements import DRAW, Movement, register

from .states import Payer

# Who pays → the movement; what the carrier pays itself is not booked.
FEE = {
    Payer.SHOP: register(Movement("interception_fee", _("Interception fee"), DRAW, (Platform.CARRIERS,), needs_order=True)),
    Payer.BUYER: register(
        Movement(
            "interception_fee_buyer", _("Interception fee, paid by the buyer"), Platform.BUYERS, (Platform.CARRIERS,),
            needs_order=True,
        )
    ),
    Payer.PLATFORM: register(
        Movement(
            "interception_fee_platform", _("Interception fee, paid by the platform"), Platform.SUBSIDY,
            (Platform.CARRIERS,), needs_order=True,
        )
    ),
}  # fmt: skip
STORAGE = {
    Payer.SHOP: register(Movement("interception_storage", _("Storage fee"), DRAW, (Platform.CARRIERS,), needs_order=True)),
    Payer.BUYER: register(
        Movement(
            "interception_storage_buyer", _("Storage fee, paid by the buyer"), Platform.BUYERS, (Platform.CARRIERS,),
            needs_order=True,
        )
    ),
    Payer.PLATFORM: register(
        Movement(
            "interception_storage_platform", _("Storage fee, paid by the platform"), Platform.SUBSIDY,
            (Platform.CARRIERS,), needs_order=True,
        )
    ),
}  # fmt: skip
# What the shop paid and somebody else is responsible for comes back to it: debt first, like all income.
GIVEN_BACK = {
    payer: register(Movement(f"interception_fee_back_{payer.value}", label, source, (Kind.DEBT, Kind.SETTLEMENT), needs_order=True))
    for payer, label, source in (
        (Payer.BUYER, _("Interception fee, given back by the buyer"), Platform.BUYERS),
        (Payer.PLATFORM, _("Interception fee, given back by the platform"), Platform.SUBSIDY),
        (Payer.CARRIER, _("Interception fee, given back by the carrier"), Platform.CARRIERS),
    )
}  # fmt: skip
STORAGE_GIVEN_BACK = register(
    Movement(
        "interception_storage_back", _("Storage fee of days after the return, given back"), Platform.CARRIERS,
        (Kind.DEBT, Kind.SETTLEMENT), needs_order=True,
    )
)  # fmt: skip

# Parcels sent again, lost and called back. The platform's and the carrier's share never touches the shop's accounts.
RESHIP = {
    Payer.SHOP: register(Movement("parcel_reship", _("Freight of a reship"), DRAW, (Platform.CARRIERS,), needs_order=True)),
    Payer.PLATFORM: register(
        Movement(
            "parcel_reship_platform", _("Freight of a reship, paid by the platform"), Platform.SUBSIDY,
            (Platform.CARRIERS,), needs_order=True,
        )
    ),
}  # fmt: skip
COMPENSATION = {
    Payer.SHOP: register(
        Movement("parcel_compensation", _("Compensation for a lost parcel"), DRAW, (Platform.BUYERS,), needs_order=True)
    ),
    Payer.PLATFORM: register(
        Movement(
            "parcel_compensation_platform", _("Compensation for a lost parcel, paid by the platform"), Platform.SUBSIDY,
            (Platform.BUYERS,), needs_order=True,
        )
    ),
    Payer.CARRIER: register(
        Movement(
            "parcel_compensation_carrier", _("Compensation for a lost parcel, paid by the carrier"), Platform.CARRIERS,
            (Platform.BUYERS,), needs_order=True,
        )
    ),
}  # fmt: skip
RECALL_COST = {
    Payer.SHOP: register(Movement("recall_cost", _("Cost of a recall"), DRAW, (Platform.CARRIERS,), needs_order=True)),
    Payer.BUYER: register(
        Movement(
            "recall_cost_buyer", _("Cost of a recall, paid by the buyer"), Platform.BUYERS, (Platform.CARRIERS,),
            needs_order=True,
        )
    ),
    Payer.PLATFORM: register(
        Movement(
            "recall_cost_platform", _("Cost of a recall, paid by the platform"), Platform.SUBSIDY, (Platform.CARRIERS,),
            needs_order=True,
        )
    ),
}  # fmt: skip

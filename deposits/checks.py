"""System check: deposits are paid out by a gateway that exists, and in production by one that pays."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from .payouts import sandbox
from .payouts.base import GATEWAYS


@register
def payouts_have_a_gateway(**_kwargs: Any) -> list[Error]:
    """deposits.E001 for an unknown name, deposits.E002 for the sandbox in production."""
    if settings.PAYOUT_GATEWAY not in GATEWAYS:
        known = ", ".join(sorted(GATEWAYS))
        return [Error(f"HOUTAI_PAYOUT_GATEWAY: {settings.PAYOUT_GATEWAY} is none of {known}.", id="deposits.E001")]
    if settings.PRODUCTION and settings.PAYOUT_GATEWAY == sandbox.NAME:
        return [Error("HOUTAI_PAYOUT_GATEWAY: the sandbox pays nobody.", id="deposits.E002")]
    return []

"""Contact card 联系客服: whom to call about a parcel, and what to read out to them (rules §0)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Subquery
from django.utils.translation import gettext as _

from foundation.lifecycle.prepared import Prepared
from orders.models import Order
from orders.services.reveal import Buyer

from .models import Carrier, LogisticsPolicy, Parcel

IN_FORCE = Prepared(
    lambda now: LogisticsPolicy.objects.filter(effective_from__lte=now).order_by("-effective_from", "-pk")[:1], datetime
)


@dataclass(frozen=True)
class Card:
    """`text` is what the one copy button holds: order number, tracking number and, once revealed, name and address."""

    order: Order
    carrier: Carrier | None
    carrier_name: str
    tracking_number: str
    platform_phone: str
    platform_url: str
    text: str
    address: str
    revealed: bool


def platform_columns(now: Any) -> dict[str, Subquery]:
    """The platform's phone and online service as columns of another statement, for a page that saves itself a query."""
    rule = LogisticsPolicy.objects.filter(effective_from__lte=now).order_by("-effective_from", "-pk")
    return {name: Subquery(rule.values(name)[:1]) for name in ("platform_phone", "platform_service_url")}


def card_of(
    order: Order, now: datetime, *, parcel: Parcel | None = None, buyer: Buyer | None = None, platform: Any = None
) -> Card:
    """The card of a parcel, or of an order's own number. `buyer` is what `orders.services.reveal_buyer` gave out and
    recorded, `platform` a row that has `platform_columns`. One query without it."""
    rule: Any = platform if hasattr(platform, "platform_phone") else IN_FORCE.first(now)
    carrier = parcel.carrier if parcel else None
    number = parcel.tracking_number if parcel else order.tracking_number
    name = carrier.name if carrier else order.carrier
    address = _address(order, buyer) if buyer else ""
    return Card(
        order=order, carrier=carrier, carrier_name=name, tracking_number=number, address=address, revealed=buyer is not None,
        platform_phone=(rule and rule.platform_phone) or "", platform_url=(rule and rule.platform_service_url) or "",
        text=_text(order, name, number, address),
    )  # fmt: skip


def _address(order: Order, buyer: Buyer) -> str:
    """One line to read out; the province once, whether the address begins with it or not."""
    province = "" if buyer.address.startswith(order.province) else order.province
    return " ".join(part for part in (buyer.name, buyer.phone, province, buyer.address) if part)


def _text(order: Order, carrier: str, number: str, address: str) -> str:
    parts = [_("Order number %(number)s") % {"number": order.number}]
    if number:
        parts.append(_("tracking number %(number)s (%(carrier)s)") % {"number": number, "carrier": carrier or "—"})
    if address:
        parts.append(_("address %(address)s") % {"address": address})
    return "\n".join(parts)

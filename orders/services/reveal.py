"""Showing a buyer's data unmasked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from foundation.audit.services import record
from foundation.lifecycle.errors import Blocked

from ..models import OrderPolicy, Reveal
from .moves import locked


@dataclass(frozen=True)
class Buyer:
    """What was revealed; lives as long as the answer to one request."""

    name: str
    phone: str
    address: str


@transaction.atomic
def reveal_buyer(order_pk: int, *, by: Any, now: datetime, reason: str = "") -> Buyer:
    """Give name, phone and address of one order to the person asking, and record that they asked (rules §0).

    The audit row says who and when, never the data. The view checks the permission `orders.reveal`. Blocked when this
    person has unmasked as many buyers within the hour as the rule row allows.
    """
    order = locked(order_pk)
    limit = OrderPolicy.objects.in_force(now).reveals_per_hour
    if Reveal.objects.filter(by=by, at__gt=now - timedelta(hours=1)).count() >= limit:
        raise Blocked(_("You have looked at %(count)d buyers within an hour. Try again later.") % {"count": limit})
    Reveal.objects.create(order=order, by=by, at=now)
    record("orders.buyer_revealed", order, by=by, now=now, reason=reason)
    return Buyer(order.buyer_name, order.buyer_phone, order.address)

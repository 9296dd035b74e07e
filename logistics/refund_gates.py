"""A refund the seller causes waits while the carrier has the parcel, or may have it (rules §4)."""

from django.utils.translation import gettext_lazy as _

from orders import refund_gates
from orders.models import Order

from .models import Interception
from .services import calls
from .states import CANCELLABLE, HOLDS_REFUND, Status

WAIT = _("Interception %(number)s is “%(state)s”: a refund is safe once the carrier reports that the parcel is back.")
CANCEL_OR_WAIT = _(
    "Interception %(number)s is “%(state)s”: a refund is safe once the parcel is back. Wait for its return, or cancel the "
    "interception first."
)


@refund_gates.register
def waits_for_the_return(order: Order, cause: str, amount_minor: int) -> str | None:
    """Asked under the order's lock, where every word of a carrier is taken too: one of the two comes first."""
    rows = Interception.objects.filter(order=order, status__in=[*HOLDS_REFUND, Status.REQUESTED]).order_by("pk")
    for one in rows:
        if one.status in HOLDS_REFUND or calls.may_have_arrived(one):
            sentence = CANCEL_OR_WAIT if one.status in CANCELLABLE else WAIT
            return sentence % {"number": one.number, "state": one.get_status_display()}
    return None

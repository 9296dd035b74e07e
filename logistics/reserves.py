"""What open interceptions could still cost the shop at most: kept back from a deposit refund (rules §7.4)."""

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, QuerySet, Sum, Value, When
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext as _

from deposits.reserves import Reserve, ReserveLine, asks
from foundation.accounts.models import Shop
from foundation.shell.urls_for import shop_url

from .models import Interception
from .states import Payer


@asks("interceptions")
def interceptions(shop: Shop, now: datetime, *, lines: int) -> Reserve | None:
    """Open interceptions the shop pays for: the fee as long as it is not booked, and every day of storage still to come."""
    rows = with_most(Interception.objects.for_shop(shop).running().filter(payer=Payer.SHOP)).filter(most_minor__gt=0)
    sums = rows.aggregate(amount=Sum("most_minor"), count=Count("pk"))
    if not sums["amount"]:
        return None
    named = rows.order_by("-most_minor", "pk")[:lines] if lines else []
    return Reserve(
        "interceptions",
        _("Open interceptions"),
        shop_url(shop, "logistics:interceptions"),
        sums["amount"],
        sums["count"],
        tuple(_line(shop, one) for one in named),
    )


def with_most(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    """Adds `most_minor`, fen: a fee that is not booked yet, and storage at its most less the days that are booked."""
    fee = Case(When(fee_at=None, then=F("fee_minor")), default=Value(0))
    days = Greatest(F("storage_most_days") - F("storage_days"), Value(0))
    return rows.annotate(most_minor=fee + days * F("storage_minor_per_day"))


def _line(shop: Shop, one: Any) -> ReserveLine:
    label = f"{one.number} · {one.get_status_display()}"
    desk_url = reverse("admin:logistics_interception_change", args=[one.pk])
    return ReserveLine(label, shop_url(shop, "logistics:interception", number=one.number), one.most_minor, desk_url)

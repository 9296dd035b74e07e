"""What unfinished work orders could cost the shop at most: kept back from a deposit refund (rules §7.4).

The figures are those of `services.effects`, in SQL: what a forfeit or a loss would draw – refund, compensation –, and what
the violation it is would deduct. Queued and answered cases count like open ones: each can still be lost.
"""

from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, OuterRef, QuerySet, Subquery, Sum, Value, When, Window
from django.db.models.functions import Cast, Coalesce, Least
from django.urls import reverse
from django.utils.translation import gettext as _

from deposits.models import ViolationPolicy
from deposits.reserves import Reserve, ReserveLine, asks
from foundation.accounts.models import Shop
from foundation.shell.urls_for import shop_url
from orders.models import OrderLine

from .models import WorkOrder
from .money import FULL
from .states import UNFINISHED

ENDINGS = ("forfeited", "lost")  # kinds of violation; with ":<type>" behind it, the rule of that type alone


@asks("work_orders")
def work_orders(shop: Shop, now: datetime, *, lines: int) -> Reserve | None:
    """Unfinished cases; of several on one order each takes what those before it leave, as it would if all were lost."""
    cases = with_most(WorkOrder.objects.for_shop(shop.pk).filter(status__in=UNFINISHED), now)
    sums = cases.aggregate(amount=Sum("most_minor"), count=Count("pk"))
    if not sums["amount"]:
        return None
    named = cases.select_related("policy").order_by("-most_minor", "pk")[:lines] if lines else []
    return Reserve(
        "work_orders",
        _("Unfinished work orders"),
        shop_url(shop, "workorders:work-orders"),
        sums["amount"],
        sums["count"],
        tuple(_line(shop, case) for case in named),
    )


def _line(shop: Shop, case: Any) -> ReserveLine:
    label = f"{case.number} · {case.policy.name} · {case.get_status_display()}"
    desk_url = reverse("admin:workorders_workorder_change", args=[case.pk])
    return ReserveLine(label, shop_url(shop, "workorders:work-order", number=case.number), case.most_minor, desk_url)


def with_most(cases: "QuerySet[Any]", now: datetime) -> "QuerySet[Any]":
    """Adds `most_minor`, fen, to all unfinished cases of their orders.

    The shares of an order's cases add up in the order they opened, to no more than what is left of paid.
    """
    left = F("order__paid_minor") - F("order__refunded_minor")
    asked = Window(Sum(_share(F("order__paid_minor"), F("refund_share_bp"))), partition_by="order_id", order_by="pk")
    before = F("asked_minor") - _share(F("order__paid_minor"), F("refund_share_bp"))
    compensation = _share(_base(), F("compensation_bp"))
    return cases.annotate(asked_minor=asked).annotate(
        most_minor=Least(F("asked_minor"), left) - Least(before, left) + compensation + _deduction(now)
    )


def _share(amount: Any, basis_points: Any) -> Any:
    """`money.share` in SQL: whole numbers divide to whole numbers on both databases."""
    return (amount * basis_points + Value(FULL // 2, BigIntegerField())) / Value(FULL, BigIntegerField())


def _base() -> Any:
    """What compensation is a share of: the line asked about, else all lines, else what was paid."""
    lines = OrderLine.objects.filter(order=OuterRef("order")).order_by()
    total = lines.values("order").annotate(total=Sum("paid_minor")).values("total")
    whole = Cast(Subquery(total), BigIntegerField())  # PostgreSQL's sum of whole numbers is none, and would divide to fractions
    return Coalesce(F("line__paid_minor"), whole, F("order__paid_minor"), output_field=BigIntegerField())


def _deduction(now: datetime) -> Any:
    """The dearer of the deductions its two bad endings would bring, by the violation rules in force at `now`."""
    rules: dict[str, int] = {}
    known = ViolationPolicy.objects.filter(effective_from__lte=now).order_by("effective_from", "pk")
    for kind, minor, counts in known.values_list("kind", "deduct_minor", "counts"):
        rules[kind] = minor if counts else 0
    types = sorted({kind.split(":", 1)[1] for kind in rules if kind.split(":", 1)[0] in ENDINGS and ":" in kind})
    return Case(
        *[When(type=one, then=Value(max(rules.get(f"{end}:{one}", rules.get(end, 0)) for end in ENDINGS))) for one in types],
        default=Value(max(rules.get(end, 0) for end in ENDINGS)),
        output_field=BigIntegerField(),
    )

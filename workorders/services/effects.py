"""What a lost or forfeited case costs, worked out once and used by the real run, the board and the decision alike.

`plan_many` only reads; `apply_many` books. The dry run equals the real run because both plan here.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from deposits.services.accounts import hold
from deposits.services.violations import NewViolation, record_violations
from foundation.catalog.models import Product
from foundation.catalog.services import delist_many
from foundation.ledger.services import Draw
from foundation.lifecycle.locks import lock
from foundation.lifecycle.prepared import Prepared
from orders.models import Cause, OrderLine, Refund
from orders.services import Lost, RefundRequest, refund_many

from ..models import WorkOrder
from ..money import share

LINES = Prepared(
    lambda order: OrderLine.objects.select_related("product").filter(order_id=order).order_by("position"), int
)


@dataclass(frozen=True)
class Plan:
    """The effects of one case, in fen; `products` are those this case takes off the shelves, until `delist_until`."""

    case: WorkOrder
    left_minor: int
    refund_minor: int
    compensation_minor: int
    delist_until: datetime | None = None
    products: tuple[Product, ...] = field(default=())

    @property
    def total_minor(self) -> int:
        return self.refund_minor + self.compensation_minor

    @property
    def delisted(self) -> list[str]:
        return [product.code for product in self.products]

    def columns(self) -> dict[str, Any]:
        """What is kept on the Forfeiture or the Decision."""
        return {
            "left_minor": self.left_minor,
            "refund_minor": self.refund_minor,
            "compensation_minor": self.compensation_minor,
            "dispute_counted": self.case.counts_dispute,
            "delisted": self.delisted,
        }


def hold_products(cases: Iterable[WorkOrder]) -> None:
    """Lock, before planning, what these cases may delist: of two that would take the same product off the shelf at the
    same moment the second sees that it is off. After the orders, before any account (architecture law 2)."""
    order_ids = [case.order_id for case in cases if case.delists]
    if order_ids:
        lock(Product.objects.filter(pk__in=OrderLine.objects.filter(order_id__among=order_ids).values("product_id")))


def plan_many(cases: Sequence[WorkOrder], *, now: datetime) -> list[Plan]:
    """What each case would cost at `now`, in the order given; cases carry their orders. Reads, never writes.

    Refund = min(the rule's share of paid, what is left of paid). Compensation = basis points of the line paid (of all
    lines if the question names none), half up; it may exceed what was paid. A product two cases delist goes to the
    first, as it would if they ran one by one.
    """
    lines = _lines(cases)
    taken: dict[int, datetime | None] = {}
    return [_plan(case, lines[case.order_id], taken, now) for case in cases]


def _lines(cases: Sequence[WorkOrder]) -> dict[int, list[OrderLine]]:
    found: dict[int, list[OrderLine]] = defaultdict(list)
    needed = [case.order_id for case in cases if case.delists or case.compensation_bp]
    if not needed:
        return found
    if len(cases) == 1:  # a page's one case: one statement
        rows = LINES.rows(needed[0])
    else:
        rows = list(OrderLine.objects.filter(order_id__among=needed).order_by("order_id", "position"))
        products = Product.objects.in_bulk({line.product_id for line in rows if line.product_id})
        for line in rows:
            line.product = products[line.product_id] if line.product_id else None
    for line in rows:
        found[line.order_id].append(line)
    return found


def _plan(
    case: WorkOrder, lines: Sequence[OrderLine], taken: dict[int, datetime | None], now: datetime
) -> Plan:
    order = case.order
    named = [line for line in lines if line.pk == case.line_id] if case.line_id else list(lines)
    base = sum(line.paid_minor for line in named) if named else order.paid_minor
    until = now + timedelta(days=case.delist_days) if case.delist_days else None
    products = tuple(_to_delist(named, taken, until, now)) if case.delists else ()
    return Plan(
        case=case,
        left_minor=order.left_minor,
        refund_minor=min(share(order.paid_minor, case.refund_share_bp), order.left_minor),
        compensation_minor=share(base, case.compensation_bp),
        delist_until=until,
        products=products,
    )


def _to_delist(
    lines: Iterable[OrderLine], taken: dict[int, datetime | None], until: datetime | None, now: datetime
) -> Iterable[Product]:
    """Products of the lines that this case takes off the shelf, or keeps off it longer than they are."""
    for product in {line.product_id: line.product for line in lines}.values():
        if product is None:
            continue
        if product.pk in taken or product.is_delisted(now):
            end = taken.get(product.pk, product.delisted_until)
            if end is None or (until is not None and until <= end):
                continue
        taken[product.pk] = until
        yield product


def apply_many(plans: Sequence[Plan], kind: str, *, by: Any, now: datetime) -> list[Refund | None]:
    """Book the plans of cases whose orders the caller holds: delisting, refund, compensation.

    Set-wise; money last (architecture law 2). The refund is the platform's: no gate, quota or restriction holds it
    back. Keys `workorder:<pk>:refund` and `:compensation` make each of them happen once in a case's life. The caller
    ends with `note_orders`, which writes what is `lost_on` the orders. Each case is a violation of the `kind`, if its
    rule says so: the deposit accounts are held before any account.
    """
    _delist(plans, by=by, now=now)
    hold({plan.case.shop_id for plan in plans})
    due = [plan for plan in plans if plan.total_minor]
    refunds = refund_many([_request(plan) for plan in due], by=by, now=now, held=[plan.case.order for plan in due])
    record_violations([violation_of(plan.case, kind, now) for plan in plans], by=by, now=now)
    answers = iter(refunds)
    return [next(answers) if plan.total_minor else None for plan in plans]


def violation_of(case: WorkOrder, kind: str, at: datetime) -> NewViolation:
    """The violation a case is that ended badly: `kind` is how, "forfeited" or "lost". Once in its life."""
    return NewViolation(
        case.shop_id, f"{kind}:{case.type}", f"workorder:{case.pk}", at, subject=case, order_id=case.order_id,
        case_number=case.number,
    )  # fmt: skip


def lost_on(plans: Iterable[Plan]) -> dict[int, Lost]:
    """Order → what its cases cost it: the dispute-refund count and the compensation."""
    found: dict[int, Lost] = {}
    for plan in plans:
        case = plan.case
        before = found.get(case.order_id, Lost())
        found[case.order_id] = Lost(
            before.disputes + bool(case.counts_dispute), before.compensation_minor + plan.compensation_minor
        )
    return found


def _delist(plans: Sequence[Plan], *, by: Any, now: datetime) -> None:
    groups: dict[datetime | None, list[int]] = defaultdict(list)
    for plan in plans:
        groups[plan.delist_until] += [product.pk for product in plan.products]
    for until, pks in groups.items():
        if pks:
            delist_many(pks, reason=_("Lost or forfeited work order"), until=until, by=by, now=now)


def _request(plan: Plan) -> RefundRequest:
    case = plan.case
    compensation = Draw(
        key=f"workorder:{case.pk}:compensation", movement="compensation", shop_id=case.shop_id,
        amount_minor=plan.compensation_minor, order_id=case.order_id, subject=case, note=case.number,
    )
    return RefundRequest(
        order_pk=case.order_id,
        amount_minor=plan.refund_minor,
        cause=Cause.PLATFORM,
        reason=_("Work order %(number)s") % {"number": case.number},
        key=f"workorder:{case.pk}:refund",
        subject=case,
        beside=compensation if plan.compensation_minor else None,
    )

"""A buyer asks for a refund: kept as a row with the facts of that moment, and acted upon by the first fitting rule (rules §4).

Until tickets exist, staff say so on the order's page; whoever tells it later calls the same verb.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from foundation.audit.history import yuan
from foundation.audit.services import record
from foundation.lifecycle.errors import DomainError, IllegalMove, Invalid
from foundation.lifecycle.locks import lock
from foundation.lifecycle.randoms import public_number
from foundation.policies.models import NoPolicy
from orders.models import Order
from orders.services import lock_orders, note_after_sale
from orders.states import AfterSaleState

from ..models import InterceptionRule, Parcel, RefundRequest
from ..models.carriers import fee_in_force
from ..states import Origin, ParcelKind, RequestKind, WhyIntercept
from ..whatif import fits
from .intercepting import request_interception
from .rules import rules_of


@transaction.atomic
def refund_requested(
    order: Order, *, kind: str, amount_minor: int | None, at: datetime, by: Any = None, key: str | None = None
) -> RefundRequest:
    """Keep what the buyer asked for at `at`; the first fitting rule that is on asks the carrier (rules §4.15).

    `amount_minor` is a part in fen, None the full amount: all that is left on the order once it is locked. A row each
    time; only the same `key` again gives the first. Invalid for an unknown kind, for nothing, and for more than is left.
    A rule acts on refund only, of the full amount, of a parcel the carrier takes in its state; what stops it then is
    kept as `why_not` and refuses nothing. The order's after-sale state is “in progress”.
    """
    locked = lock_orders([order.pk])
    if not locked:
        raise Http404
    order = locked[0]
    known = RefundRequest.objects.filter(key=key, order=order).first() if key else None
    if known is not None:
        return known
    if kind not in RequestKind.values:
        raise Invalid(_("Choose what the buyer asks for."), field="kind")
    amount = order.left_minor if amount_minor is None else amount_minor
    if not 0 < amount <= order.left_minor:
        raise Invalid(
            _("Of this order %(left)s is left: a request is for more than nothing and at most that.")
            % {"left": yuan(order.left_minor)},
            field="amount",
        )
    parcel = _first_parcel(order)
    row = RefundRequest.objects.create(
        shop_id=order.shop_id, order=order, key=key or public_number("RQ"), at=at, kind=kind, amount_minor=amount,
        order_minor=order.paid_minor, full=amount_minor is None, by=by, **_facts(parcel, at),
    )  # fmt: skip
    data = {"amount_minor": amount, "kind": kind}
    record("logistics.refund_requested", row, by=by, now=at, data=data)
    note_after_sale(order.pk, state=AfterSaleState.OPEN, now=at)
    _act(row, parcel, at)
    return row


@transaction.atomic
def withdraw_request(pk: int, *, by: Any, now: datetime) -> RefundRequest:
    """The buyer takes the request back: what a rule caught by it was a wrong catch. A running interception stays.

    IllegalMove when it was taken back before. The after-sale state is “closed” once nothing is asked for any more.
    """
    order_pk = RefundRequest.objects.filter(pk=pk).values_list("order_id", flat=True).first()
    if order_pk is None:
        raise Http404
    lock_orders([order_pk])
    row = lock(RefundRequest.objects.filter(pk=pk))[0]
    if row.withdrawn_at is not None:
        raise IllegalMove(_("This request was taken back already."))
    row.withdrawn_at = now
    row.save(update_fields=["withdrawn_at"])
    record("logistics.request_withdrawn", row, by=by, now=now, data={"amount_minor": row.amount_minor})
    if not RefundRequest.objects.filter(order_id=order_pk, withdrawn_at=None).exists():
        note_after_sale(order_pk, state=AfterSaleState.CLOSED, now=now)
    return row


def _first_parcel(order: Order) -> Parcel | None:
    rows = lock(Parcel.objects.filter(order=order, kind=ParcelKind.FIRST))
    return rows[0] if rows else None


def _facts(parcel: Parcel | None, at: datetime) -> dict[str, Any]:
    """The parcel as it was then: what a replay needs and no later change touches."""
    if parcel is None:
        return {}
    carrier = parcel.carrier
    could = carrier is not None and bool(parcel.tracking_number) and carrier.accepts(parcel.status)
    try:
        fee_minor = fee_in_force(carrier, at).intercept_minor if carrier is not None else 0
    except NoPolicy:
        fee_minor = 0
    return {
        "parcel": parcel, "carrier": carrier, "parcel_state": parcel.status, "could_intercept": could,
        "fee_minor": fee_minor,
    }  # fmt: skip


def fitting_rule(row: RefundRequest) -> InterceptionRule | None:
    """The first rule in order that is on and takes the request."""
    for rule in rules_of(row.shop_id):
        carriers = [one.pk for one in rule.carriers.all()]
        if rule.enabled and fits(row, from_minor=rule.from_minor, to_minor=rule.to_minor, carrier_ids=carriers):
            return rule
    return None


def _act(row: RefundRequest, parcel: Parcel | None, at: datetime) -> None:
    """The first fitting rule asks the carrier, or says why it could not."""
    rule = fitting_rule(row) if parcel is not None and row.could_intercept else None
    if rule is None or parcel is None:
        return
    row.rule = rule
    try:
        with transaction.atomic():
            row.interception = request_interception(
                parcel.pk, reason=WhyIntercept.BUYER_REFUND, by=None, now=at, key=f"request:{row.pk}", origin=Origin.RULE,
                rule=rule,
            )  # fmt: skip
    except DomainError as refusal:
        row.why_not = str(refusal)[:200]
    row.save(update_fields=["rule", "interception", "why_not"])

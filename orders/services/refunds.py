"""The one verb that gives a buyer money back (rules §2 "refund", §3 "The verb refund")."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from deposits.services import quota
from deposits.services.quota import Spend
from foundation.audit.services import Line as AuditLine
from foundation.audit.services import record_many
from foundation.ledger.services import Draw, draw_many
from foundation.lifecycle.bulk import insert_many, maker, update_many, write_many
from foundation.lifecycle.errors import Blocked, Invalid
from foundation.lifecycle.randoms import public_number
from foundation.notifications.services import Tell, tell_many

from .. import refund_gates
from ..models import SELLER_CAUSES, Cause, Order, OrderLine, Refund, RefundLine
from ..signals import order_refunded
from ..states import OrderState
from . import shares
from .moves import lock_orders


@dataclass(frozen=True)
class RefundRequest:
    """One refund asked for, in fen; `amount_minor=None` takes whatever is left (and nothing, silently, if none is).

    `key` makes it idempotent: the same key again gives the first refund. `subject` is what caused it. `lines` maps
    line pks to fen; without it the amount is shared out over what is left of each line. `beside` is a draw booked right
    behind this refund, also when nothing was left (a compensation): where the money comes from depends on the order of
    draws, and a chunk must not differ from chunks of one. `self_service` refunds take from the shop's daily refund quota
    (rules §7.7): those its staff give by themselves, not what a case or the platform asked for.
    """

    order_pk: int
    amount_minor: int | None
    cause: str
    reason: str
    key: str
    subject: Model | None = None
    lines: Mapping[int, int] | None = None
    beside: Draw | None = None
    self_service: bool = False


@dataclass(frozen=True)
class Planned:
    """A refund decided on locked rows: `over` is line pk → fen, `empties` whether nothing is left afterwards."""

    request: RefundRequest
    order: Order
    amount_minor: int
    over: dict[int, int]
    from_state: str
    empties: bool = False


def refund(
    order_pk: int,
    *,
    amount_minor: int | None,
    cause: str,
    reason: str,
    key: str,
    by: Any,
    now: datetime,
    lines: Mapping[int, int] | None = None,
    subject: Model | None = None,
    self_service: bool = False,
) -> Refund:
    """Refund one order and return the row; the same `key` again returns the first.

    Draws from this order's pending, then settlement, deposit, temporary, held, debt (rules §2). When nothing is left
    the order is `refunded`. Refused (nothing saved): Blocked when nothing is left or a gate holds a seller's cause
    back, or today's refund quota a `self_service` one; Invalid for more than is left of the order or of a line, or for a
    key used with another amount or order.
    """
    request = RefundRequest(order_pk, amount_minor, cause, reason, key, subject, lines, self_service=self_service)
    done = refund_many([request], by=by, now=now)[0]
    if done is None:
        raise Blocked(_("Nothing is left to refund on this order."), code="nothing_left")
    return done


@transaction.atomic
def refund_many(
    requests: Sequence[RefundRequest], *, by: Any, now: datetime, held: Iterable[Order] = ()
) -> list[Refund | None]:
    """Refund many orders set-wise; answers in input order, None where nothing was left.

    A chunk of N does exactly what N chunks of one do (architecture law 3): requests on one order see each other. Any
    refusal takes the whole chunk back; the caller halves it. Locks the orders itself, but for those the caller `held`:
    rows it locked in this transaction and has not written since.
    """
    orders = {order.pk: order for order in held}
    orders |= {order.pk: order for order in lock_orders({request.order_pk for request in requests} - set(orders))}
    first = {row.key: row for row in Refund.objects.filter(key__among={request.key for request in requests})}
    planned = _plan(requests, orders, set(first))
    quota.spend_many(_spends(planned), by=by, now=now)
    made = book(planned, by=by, now=now, requests=requests)
    by_key = {**first, **{row.key: row for row in made}}
    answers = [by_key.get(request.key) for request in requests]
    for request, answer in zip(requests, answers, strict=True):
        _same_or_invalid(request, answer)
    _tell(made, now)
    if made:
        order_refunded.send(sender=Refund, refunds=made, now=now)
    return answers


def _spends(planned: Iterable[Planned]) -> list[Spend]:
    """What the shop's own refunds take from its daily quota."""
    return [
        Spend(plan.order.shop_id, plan.request.key, plan.amount_minor, plan.order.pk)
        for plan in planned
        if plan.request.self_service
    ]


def _plan(
    requests: Sequence[RefundRequest], orders: Mapping[int, Order], done: set[str]
) -> list[Planned]:
    """Decide every amount on the locked rows, in input order; the rows in memory carry what went before."""
    lines = defaultdict(list)
    for line in OrderLine.objects.filter(order_id__among=orders).order_by("order_id", "position"):
        lines[line.order_id].append(line)
    planned = []
    for request in requests:
        if request.key in done:
            continue
        done.add(request.key)
        order = orders[request.order_pk]
        amount = _amount(request, order)
        if not amount:
            continue
        over = _over(request, order, lines[order.pk], amount)
        from_state, empties = order.status, amount == order.left_minor
        if empties:
            order.status = order.LIFECYCLE.target("refund", from_state)
        order.refunded_minor += amount
        for line in lines[order.pk]:
            line.refunded_minor += over.get(line.pk, 0)
        planned.append(Planned(request, order, amount, over, from_state, empties))
    return planned


def _amount(request: RefundRequest, order: Order) -> int:
    """How much this request takes, in fen; 0 when "the rest" is nothing."""
    left = order.left_minor
    if request.amount_minor is None:
        amount = left
    elif request.amount_minor == 0 and request.beside:
        amount = 0
    else:
        amount = request.amount_minor
        if amount <= 0:
            raise Invalid(_("A refund is more than ¥0.00."), field="amount")
        if left == 0:
            raise Blocked(_("Nothing is left to refund on this order."), code="nothing_left")
        if amount > left:
            raise Invalid(
                _("Only %(left)s is left of what the buyer paid.") % {"left": shares.yuan(left)}, field="amount"
            )
    if amount:
        order.LIFECYCLE.target("refund", order.status)
        refund_gates.ask(order, request.cause, amount)
    return amount


def _over(request: RefundRequest, order: Order, lines: Sequence[OrderLine], amount: int) -> dict[int, int]:
    if request.lines:
        return shares.as_asked(order, lines, amount, request.lines)
    return shares.over_lines(order, lines, amount)


def book(
    planned: Sequence[Planned], *, by: Any, now: datetime, requests: Sequence[RefundRequest] = ()
) -> list[Refund]:
    """Write money, refunds, sums, states and audit for amounts already decided under the orders' locks.

    `requests` are all that were asked, in order, where some bring a draw `beside` their refund.
    """
    refunds = [_row(plan, by, now) for plan in planned]
    draws = _draws(refunds, planned, requests)
    booked = {row.idempotency_key: row for row in draw_many(draws, by=by, now=now)}
    if not planned:
        return []
    for row in refunds:
        row.transaction = booked[f"refund:{row.key}"]
    insert_many(refunds)
    make = maker(RefundLine)
    write_many([
        make(refund_id=row.pk, line_id=pk, amount_minor=share)
        for row, plan in zip(refunds, planned, strict=True)
        for pk, share in plan.over.items()
    ])  # fmt: skip
    _add_up(planned, now)
    _record(refunds, planned, by, now)
    return refunds


def _draws(
    refunds: Sequence[Refund], planned: Sequence[Planned], requests: Sequence[RefundRequest]
) -> list[Draw]:
    """One draw per refund in the order asked, and right behind it what goes beside it."""
    own = {
        row.key: Draw(
            key=f"refund:{row.key}", movement="refund", shop_id=row.shop_id, amount_minor=row.amount_minor,
            order_id=row.order_id, subject=plan.request.subject or plan.order, note=plan.request.reason[:200],
        )
        for row, plan in zip(refunds, planned, strict=True)
    }
    asked = requests or [plan.request for plan in planned]
    both = [(own.pop(request.key, None), request.beside) for request in asked]
    return [draw for pair in both for draw in pair if draw]


def _row(plan: Planned, by: Any, now: datetime) -> Refund:
    subject = plan.request.subject
    row = maker(Refund)(
        order_id=plan.order.pk, shop_id=plan.order.shop_id, number=public_number("RF"), key=plan.request.key,
        amount_minor=plan.amount_minor, cause=plan.request.cause, reason=plan.request.reason[:500], at=now,
        subject_type=subject._meta.label_lower if subject else "", subject_id=subject.pk if subject else None,
        created_at=now,
    )  # fmt: skip
    row.order, row.by = plan.order, by
    return row


def _add_up(planned: Sequence[Planned], now: datetime) -> None:
    """Add to the sums, so that the CHECKs refuse what two plans would overpay; what arrived refunded stands on its order
    already. An order's version grows with each refund."""
    shares_of: Counter[int] = Counter()
    for plan in planned:
        shares_of.update(plan.over)
    update_many(
        OrderLine, {pk: (share,) for pk, share in sorted(shares_of.items())}, ("refunded_minor",), add=("refunded_minor",)
    )
    times = Counter(plan.order.pk for plan in planned)
    more: Counter[int] = Counter()
    for plan in planned:
        more[plan.order.pk] += plan.amount_minor if plan.request.cause != Cause.ARRIVED else 0
    orders = {plan.order.pk: plan.order for plan in planned}
    update_many(
        Order,
        {pk: (more[pk], order.status, times[pk]) for pk, order in sorted(orders.items())},
        ("refunded_minor", "status", "version"), add=("refunded_minor", "version"), also={"updated_at": now},
    )  # fmt: skip


def _record(refunds: Sequence[Refund], planned: Sequence[Planned], by: Any, now: datetime) -> None:
    lines = [
        AuditLine(
            row.order,
            from_state=plan.from_state if plan.empties else "",
            to_state=OrderState.REFUNDED if plan.empties else "",
            reason=row.reason,
            data={"amount_minor": row.amount_minor, "cause": row.cause, "number": row.number},
        )
        for row, plan in zip(refunds, planned, strict=True)
    ]
    record_many("orders.refunded", lines, by=by, now=now)


def _same_or_invalid(request: RefundRequest, answer: Refund | None) -> None:
    if answer is None:
        return
    if answer.order_id != request.order_pk or request.amount_minor not in (None, answer.amount_minor):
        raise Invalid(_("This refund was already made with another amount."), field="amount", code="key_reused")


def _tell(refunds: Sequence[Refund], now: datetime) -> None:
    """Those who watch the money hear of what the shop's own people paid back."""
    tells = [
        Tell(
            row.order, shop_id=row.shop_id, url="",
            data={"number": row.order.number, "amount_minor": row.amount_minor, "who": str(row.by or "")},
        )
        for row in refunds
        if row.cause in SELLER_CAUSES
    ]
    if tells:
        tell_many("orders.refunded", tells, now=now)

"""Asking shops questions: one or a chunk of many, by the same rules (rules §6, architecture law 3)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deposits.services.accounts import hold
from foundation.accounts.models import Shop
from foundation.audit.services import Line, record_many
from foundation.lifecycle.bulk import insert_many
from foundation.lifecycle.errors import Blocked, DomainError, Invalid
from foundation.lifecycle.randoms import public_number
from orders.models import Order, OrderLine
from orders.services import lock_orders

from ..models import WorkOrder, WorkOrderPolicy
from ..slots import SLOTS
from ..states import UNFINISHED, Status
from .cases import COMPENSATION_MAX_BP, note_orders, tell_about, window

QUESTION_MAX = 4000  # characters


@dataclass(frozen=True)
class Question:
    """What the platform asks about one order.

    `asked_slots` None asks for what the rule says; `compensation_bp` (basis points of the line paid) None likewise;
    without a `line` it is about the whole order.
    """

    order_pk: int
    type: str
    platform_text: str
    asked_slots: Sequence[str] | None = None
    line: OrderLine | None = None
    compensation_bp: int | None = None


def open_work_order(order_pk: int, *, by: Any, now: datetime, **said: Any) -> WorkOrder:
    """Ask the shop one question about an order (rules §6); `said` is what `Question` takes.

    The rule in force at `now` gives window, vouchers and consequences, which are copied. Opens at once, or `queued`
    behind an unfinished case of the order; then its clock starts when it opens. Invalid for an empty text, an unknown
    voucher, a line of another order or a share outside 0–500 %; Blocked while the very same question is unfinished (a
    double click); NoPolicy for a type without a rule.
    """
    [outcome] = open_work_orders([Question(order_pk, **said)], by=by, now=now)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


@transaction.atomic
def open_work_orders(questions: Sequence[Question], *, by: Any, now: datetime) -> list[WorkOrder | DomainError]:
    """The same for a chunk: one outcome per question, in their order; a refused one takes no other with it.

    Several questions about one order queue behind each other in the order given. NoPolicy refuses the whole chunk.
    """
    orders = {order.pk: order for order in lock_orders({question.order_pk for question in questions})}
    hold({order.shop_id for order in orders.values()})  # what it may cost is kept back from a deposit refund from now on
    shops = Shop.objects.in_bulk({order.shop_id for order in orders.values()})
    policies = {
        type: WorkOrderPolicy.objects.in_force(now, type=type) for type in {question.type for question in questions}
    }
    unfinished = unfinished_of(orders)
    outcomes: list[WorkOrder | DomainError] = []
    for question in questions:
        order = orders[question.order_pk]
        order.shop = shops[order.shop_id]
        case = _case(question, order, policies[question.type], by, now)
        try:
            check_question(question, case.asked_slots)
            not_asked_twice(case, unfinished[order.pk])
        except DomainError as refusal:
            outcomes.append(refusal)
            continue
        if not unfinished[order.pk]:
            _start(case, now)
        unfinished[order.pk].append(case)
        outcomes.append(case)
    _save([one for one in outcomes if isinstance(one, WorkOrder)], by=by, now=now)
    return outcomes


def unfinished_of(order_ids: Iterable[int]) -> dict[int, list[WorkOrder]]:
    """Order id → its unfinished cases, in one query; an order without any has an empty list."""
    found: dict[int, list[WorkOrder]] = defaultdict(list)
    rows = WorkOrder.objects.filter(order_id__in=list(order_ids), status__in=UNFINISHED).order_by("pk")
    for case in rows.only("number", "order_id", "line_id", "type", "platform_text", "status"):
        found[case.order_id].append(case)
    return found


def check_question(question: Question, slots: Sequence[str]) -> None:
    """Raise Invalid for what no question may say."""
    if not question.platform_text.strip():
        raise Invalid(_("Write the question as the seller is to read it."), field="platform_text")
    unknown = [code for code in slots if code not in SLOTS]
    if unknown:
        raise Invalid(_("There is no voucher “%(code)s”.") % {"code": unknown[0]}, field="asked_slots")
    if question.line is not None and question.line.order_id != question.order_pk:
        raise Invalid(_("This line belongs to another order."), field="line")
    share = question.compensation_bp
    if share is not None and not 0 <= share <= COMPENSATION_MAX_BP:
        raise Invalid(_("The compensation is between 0 and 500 percent of the line paid."), field="compensation_bp")


def not_asked_twice(asked: WorkOrder | Any, unfinished: Iterable[WorkOrder]) -> None:
    """Raise Blocked while the very same question (type, words, line) is unfinished on the order."""
    for other in unfinished:
        if (other.type, other.platform_text, other.line_id) == (asked.type, asked.platform_text, asked.line_id):
            raise Blocked(
                _("The same question is already asked on this order: %(number)s.") % {"number": other.number},
                code="asked_already",
            )


def _case(question: Question, order: Order, policy: WorkOrderPolicy, by: Any, now: datetime) -> WorkOrder:
    """The case as the rule in force makes it, queued and not saved."""
    share, slots = question.compensation_bp, question.asked_slots
    return WorkOrder(
        number=public_number("WO"), shop_id=order.shop_id, order=order, line=question.line, policy=policy,
        type=question.type, status=Status.QUEUED, platform_text=question.platform_text,
        asked_slots=policy.slots if slots is None else list(dict.fromkeys(slots)), created_at=now, opened_by=by,
        refund_share_bp=policy.refund_share_bp,
        compensation_bp=policy.compensation_bp if share is None else share,
        delists=policy.delists, delist_days=policy.delist_days, counts_dispute=policy.counts_dispute,
    )


def _start(case: WorkOrder, now: datetime) -> None:
    """Nothing unfinished before it: the clock starts with the question."""
    fields = {"status": Status.OPEN, "opened_at": now, **window(case.policy, now, case.policy.window_hours)}
    for name, value in fields.items():
        setattr(case, name, value)


def _save(cases: Sequence[WorkOrder], *, by: Any, now: datetime) -> None:
    """Insert them, and what everybody is told; the orders are locked."""
    insert_many(cases)
    for case in cases:
        case.shop = case.order.shop
    opened = [case for case in cases if case.status == Status.OPEN]
    for verb, some in (("opened", opened), ("queued", [case for case in cases if case.status == Status.QUEUED])):
        lines = [Line(case, to_state=case.status, data={"number": case.number}) for case in some]
        record_many(f"workorders.{verb}", lines, by=by, now=now)
    note_orders({case.order_id for case in cases}, now)
    tell_about("workorders.opened", opened, now)

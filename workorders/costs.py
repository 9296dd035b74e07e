"""What a list says of cases beyond their columns – what closed ones cost, how many stages theirs have – read with its
rows: no query per row. And what is at stake, as a sum."""

from functools import lru_cache
from typing import Any

from django.db import connections
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    IntegerField,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, Least

from foundation.lifecycle.clock import Reading

from .models import Answer, Decision, Forfeiture, PolicyStage, WorkOrder
from .money import FULL
from .states import CLOSED, Branch, Outcome, Status


def with_cost(rows: QuerySet) -> QuerySet:
    """Adds `cost_minor`: fen, from the row that says so; None where the case is not closed or was won. And
    `later_stages`: how many its rule has after the first, None for none. And `read_at`, the clock."""
    cost, stages = _as_text(rows.db, "cost"), _as_text(rows.db, "stages")
    return rows.annotate(
        cost_minor=RawSQL(*cost, output_field=BigIntegerField()),
        later_stages=RawSQL(*stages, output_field=IntegerField()),
        read_at=Reading(),
    )


def at_stake_column() -> Case:
    """Fen lost if the case is forfeited now, as `money.at_stake` works it out; 0 of a closed one."""
    paid, refunded, share_bp = F("order__paid_minor"), F("order__refunded_minor"), F("refund_share_bp")
    share = Cast(share_bp, BigIntegerField()) * paid + Value(FULL // 2, BigIntegerField())
    left = Least(share / Value(FULL, BigIntegerField()), paid - refunded)
    return Case(When(status__in=CLOSED, then=Value(0, BigIntegerField())), default=left, output_field=BigIntegerField())


@lru_cache(maxsize=8)
def _as_text(using: str, which: str) -> tuple[str, tuple[Any, ...]]:
    """The expression as text, worked out once in a process: it costs more than all the rest of the list's statement."""
    asked = {"cost": _cost, "stages": _later_stages}[which]()
    rows = WorkOrder.objects.using(using).order_by().annotate(found=asked).values_list("found")
    sql, params = rows.query.get_compiler(connection=connections[using]).as_sql()
    head, tail = "SELECT ", f' AS "found" FROM "{WorkOrder._meta.db_table}"'
    return sql.removeprefix(head).removesuffix(tail), params


def _later_stages() -> Subquery:
    of_rule = PolicyStage.objects.filter(policy=OuterRef("policy")).order_by().values("policy")
    return Subquery(of_rule.annotate(how_many=Count("pk")).values("how_many"))


def _cost() -> Case:
    effects = F("refund_minor") + F("compensation_minor")
    parts = {
        Status.FORFEITED: _part(Forfeiture, effects),
        Status.LOST: _part(Decision, effects, outcome=Outcome.LOST),
        Status.SETTLED: _part(Answer, Coalesce("refund__amount_minor", 0), branch=Branch.AGREE_REFUND),
    }
    whens = [When(status=status, then=part) for status, part in parts.items()]
    return Case(*whens, output_field=BigIntegerField())


def _part(model: type[Model], amount: Any, **which: str) -> Subquery:
    """At most one row per case, found by the index on its case."""
    found = model._default_manager.filter(work_order=OuterRef("pk"), **which)
    return Subquery(found.order_by().annotate(part_minor=amount).values("part_minor")[:1])

"""What closed cases cost the shop, read with the rows of a list: no query per row."""

from functools import lru_cache
from typing import Any

from django.db import connections
from django.db.models import BigIntegerField, Case, F, Model, OuterRef, QuerySet, Subquery, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from .models import Answer, Decision, Forfeiture, WorkOrder
from .states import Branch, Outcome, Status


def with_cost(rows: QuerySet) -> QuerySet:
    """Adds `cost_minor`: fen, from the row that says so; None where the case is not closed or was won."""
    sql, params = _cost_sql(rows.db)
    return rows.annotate(cost_minor=RawSQL(sql, params, output_field=BigIntegerField()))


@lru_cache(maxsize=4)
def _cost_sql(using: str) -> tuple[str, tuple[Any, ...]]:
    """The expression as text, worked out once in a process: it costs more than all the rest of the list's statement."""
    rows = WorkOrder.objects.using(using).order_by().annotate(cost_minor=_cost()).values_list("cost_minor")
    sql, params = rows.query.get_compiler(connection=connections[using]).as_sql()
    head, tail = "SELECT ", f' AS "cost_minor" FROM "{WorkOrder._meta.db_table}"'
    return sql.removeprefix(head).removesuffix(tail), params


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

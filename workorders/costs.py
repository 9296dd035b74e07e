"""What closed cases cost the shop, read with the rows of a list: no query per row."""

from typing import Any

from django.db.models import BigIntegerField, Case, F, Model, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from .models import Answer, Decision, Forfeiture
from .states import Branch, Outcome, Status


def with_cost(rows: QuerySet) -> QuerySet:
    """Adds `cost_minor`: fen, from the row that says so; None where the case is not closed or was won."""
    effects = F("refund_minor") + F("compensation_minor")
    parts = {
        Status.FORFEITED: _part(Forfeiture, effects),
        Status.LOST: _part(Decision, effects, outcome=Outcome.LOST),
        Status.SETTLED: _part(Answer, Coalesce("refund__amount_minor", 0), branch=Branch.AGREE_REFUND),
    }
    whens = [When(status=status, then=part) for status, part in parts.items()]
    return rows.annotate(cost_minor=Case(*whens, output_field=BigIntegerField()))


def _part(model: type[Model], amount: Any, **which: str) -> Subquery:
    """At most one row per case, found by the index on its case."""
    found = model._default_manager.filter(work_order=OuterRef("pk"), **which)
    return Subquery(found.order_by().annotate(part_minor=amount).values("part_minor")[:1])

"""The cases races are about, many at a time: by the services that make real ones, one chunk instead of one each."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from foundation.lifecycle import clock
from orders.tests.factories import make_orders
from workorders import services
from workorders.models import Answer, WorkOrder, WorkOrderPolicy
from workorders.rule_rows import NOT_RECEIVED, WRONG_OR_MISSING
from workorders.services import Question
from workorders.states import Branch
from workorders.tests import factories


def ask_many(
    shop: Any, how_many: int, *, now: datetime | None = None, type: str = NOT_RECEIVED, **order: Any
) -> list[WorkOrder]:
    """Open cases, each on a fresh order; `order` is what `ArrivingOrder` takes."""
    now = now or clock.now()
    questions = [Question(one.pk, type, factories.QUESTION) for one in make_orders(shop, how_many, now, **order)]
    return services.open_work_orders(questions, by=None, now=now)


def overdue_many(shop: Any, how_many: int, *, type: str = NOT_RECEIVED) -> list[WorkOrder]:
    """Cases whose clock ran out a minute ago, unanswered."""
    now = clock.now()
    hours = WorkOrderPolicy.objects.in_force(now, type=type).stage(1).hours
    return ask_many(shop, how_many, now=now - timedelta(hours=hours, minutes=1), type=type)


def reships(shop: Any, how_many: int) -> list[tuple[WorkOrder, Callable[[], Answer]]]:
    """Cases with a reship on the desk, each with the click that sends it."""
    return [reship(case) for case in ask_many(shop, how_many, type=WRONG_OR_MISSING)]


def reship(case: WorkOrder) -> tuple[WorkOrder, Callable[[], Answer]]:
    now = clock.now()
    kept = factories.keep(case, now, branch=Branch.RESHIP, note="again", reship_number=f"YT{case.pk:010d}")
    return kept, partial(services.submit_answer, case.pk, branch=Branch.RESHIP, version=kept.version, by=None, now=now)

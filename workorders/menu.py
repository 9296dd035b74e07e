from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.shell import counting
from foundation.shell.menu import Item, register

from .models import WorkOrder

TO_ANSWER = "work orders to answer"


def _to_answer(request: HttpRequest) -> QuerySet:
    return WorkOrder.objects.for_shop(request.shop.pk).awaiting_seller()  # type: ignore[attr-defined]


counting.register(TO_ANSWER, _to_answer)
register(
    "workorders",
    Item(_("Seller work order"), "workorders:work-orders", "workorders.view", "ticket", 10, badge=TO_ANSWER),
)
register("workorders", Item(_("Next to forfeit"), "workorders:board", "workorders.view", "clock", 20))

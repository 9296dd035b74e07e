from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.shell.search import Hit, register
from foundation.shell.urls_for import shop_url

from .models import WorkOrder


def find_work_orders(membership: Any, text: str) -> list[Hit]:
    """By the work order's own number, on its unique index; other shops' are not there."""
    if not membership.can("workorders.view"):
        return []
    cases = WorkOrder.objects.for_shop(membership.shop_id).filter(number=text.upper())[:1]
    return [
        Hit(
            _("Work order"), f"{case.number} · {case.get_type_display()} · {case.get_status_display()}",
            shop_url(membership.shop, "workorders:work-order", number=case.number),
        )
        for case in cases
    ]


register(find_work_orders)

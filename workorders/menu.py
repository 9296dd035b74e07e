from django.utils.translation import gettext_lazy as _

from foundation.shell import counting
from foundation.shell.menu import Item, register

from .models import WorkOrder

TO_ANSWER = "work orders to answer"
counting.register(TO_ANSWER, lambda shop: WorkOrder.objects.for_shop(shop).awaiting_seller(), "shop")
register(
    "workorders",
    Item(_("Seller work order"), "workorders:work-orders", "workorders.view", "ticket", 10, badge=TO_ANSWER),
)
register("workorders", Item(_("Next to forfeit"), "workorders:board", "workorders.view", "clock", 20))

from django.utils.translation import gettext_lazy as _

from foundation.shell import counting
from foundation.shell.menu import Item, register

from .models import RefundApplication
from .states import Status

# Deposit account and violations
register("shop", Item(_("Deposit"), "deposits:account", "deposits.view", "shield-check", order=11))
register("shop", Item(_("Violations"), "deposits:violations", "deposits.view", "no-symbol", order=13))

# Refunds of the deposit: those the platform asked something about
TO_ANSWER = "deposit refunds to answer"
counting.register(
    TO_ANSWER, lambda shop: RefundApplication.objects.filter(shop_id=shop, status=Status.NEED_INFO), "shop"
)
register(
    "shop",
    Item(_("Deposit refunds"), "deposits:refunds", "deposits.view", "arrow-up-tray", order=12, badge=TO_ANSWER),
)

# Refund quota
register("shop", Item(_("Refund quota"), "deposits:quota", "deposits.view", "arrow-trending-up", order=14))

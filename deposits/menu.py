from django.utils.translation import gettext_lazy as _

from foundation.shell.menu import Item, register

# Deposit account and violations
register("shop", Item(_("Deposit"), "deposits:account", "deposits.view", "shield-check", order=11))
register("shop", Item(_("Violations"), "deposits:violations", "deposits.view", "no-symbol", order=13))

# Refund quota
register("shop", Item(_("Refund quota"), "deposits:quota", "deposits.view", "arrow-trending-up", order=14))

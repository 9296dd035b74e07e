from django.utils.translation import gettext_lazy as _

from foundation.shell.menu import Item, register

register("orders", Item(_("Orders"), "orders:orders", "orders.view", "shopping-bag", order=10))

from django.utils.translation import gettext_lazy as _

from foundation.shell.menu import Item, register

register("shop", Item(_("Settlement"), "ledger:statement", "ledger.view", "banknotes", 10))

from django.utils.translation import gettext_lazy as _

from foundation.shell.menu import Item, register

register("shop", Item(_("Staff"), "entry:staff", "staff.manage", "users", order=90))

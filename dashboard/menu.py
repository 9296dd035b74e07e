from django.utils.translation import gettext_lazy as _

from foundation.shell.menu import Item, register

register("workbench", Item(_("Workbench"), "dashboard:workbench", "dashboard.view", "home", 10))

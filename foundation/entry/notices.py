from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import register

register("entry.joined", text=_("%(who)s accepted the invitation and works here now"), perm="staff.manage")
register("entry.role_changed", text=_("Your role in “%(shop)s” was changed by %(by)s"), perm="notifications.view")

from django.utils.translation import gettext_lazy as _

from foundation.notifications.kinds import register

register("orders.refunded", text=_("%(who)s refunded %(amount_minor)s on order %(number)s"), perm="ledger.view")

from django.utils.translation import gettext_lazy as _

from foundation.audit.verbs import register

register("entry.invited", _("Invited %(who)s as %(role)s"), "envelope")
register("entry.invitation_revoked", _("Took back the invitation for %(who)s"), "x-circle")

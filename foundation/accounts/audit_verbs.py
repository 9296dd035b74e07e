from django.utils.translation import gettext_lazy as _

from foundation.audit.verbs import register

register("accounts.shop_created", _("Shop “%(name)s” was opened"), "building-storefront")
register("accounts.shop_revised", _("The platform changed: %(fields)s"), "pencil-square")
register("accounts.person_added", _("The platform added “%(who)s”"), "user-plus")
register("accounts.person_revised", _("The platform changed on “%(who)s”: %(fields)s"), "pencil-square")
register("accounts.member_joined", _("%(who)s joined as %(role)s"), "user-plus")
register("accounts.role_changed", _("%(who)s is now %(role)s"), "identification")
register("accounts.member_ended", _("%(who)s no longer works here"), "user-minus")
register("accounts.restricted", _("Restricted: %(reason)s"), "lock-closed")
register("accounts.restriction_lifted", _("Restriction lifted: %(reason)s"), "lock-open")
register("accounts.password_changed", _("Password changed; other sessions ended"), "key")
register("accounts.signed_out_elsewhere", _("Signed out everywhere else"), "arrow-right-start-on-rectangle")

from django.utils.translation import gettext_lazy as _

from foundation.audit.subjects import register

from .models import Restriction, Shop, User

register(Shop, _("Shop"))
register(User, _("Person"))
register(Restriction, _("Restriction"))

from django.utils.translation import gettext_lazy as _

from foundation.audit.subjects import register
from foundation.shell.urls_for import shop_url

from .models import Invitation

register(Invitation, _("Invitation"), lambda invitation: shop_url(invitation.shop, "entry:staff"))

from django.utils.translation import gettext_lazy as _

from foundation.audit.subjects import register

from .models import Account, Transaction

register(Account, _("account"))
register(Transaction, _("transaction"))

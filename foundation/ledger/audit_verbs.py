from django.utils.translation import gettext_lazy as _

from foundation.audit.verbs import register

register("ledger.deposit_required", _("The shop must keep %(amount_minor)s as deposit"), "banknotes")

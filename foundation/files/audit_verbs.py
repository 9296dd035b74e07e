from django.utils.translation import gettext_lazy as _

from foundation.audit.verbs import register

register("files.original_opened", _("The original of “%(name)s” was opened"), "eye")

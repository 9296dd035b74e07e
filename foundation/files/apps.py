from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from . import checks  # noqa: F401  (registers the system check; needs no models)


class FilesConfig(AppConfig):
    name = "foundation.files"
    label = "files"
    verbose_name = _("Files")

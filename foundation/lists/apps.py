from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListsConfig(AppConfig):
    """One kit for every list page."""

    name = "foundation.lists"
    label = "lists"
    verbose_name = _("Lists")

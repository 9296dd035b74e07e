from django.apps import AppConfig


class ListsConfig(AppConfig):
    """One kit for every list page."""

    name = "foundation.lists"
    label = "lists"

from django.apps import AppConfig

from . import sets  # noqa: F401  the lookup registers itself


class LifecycleConfig(AppConfig):
    name = "foundation.lifecycle"
    label = "lifecycle"

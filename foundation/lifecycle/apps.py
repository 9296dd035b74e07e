from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "foundation.lifecycle"
    label = "lifecycle"

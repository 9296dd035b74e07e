from django.apps import AppConfig


class ShellConfig(AppConfig):
    name = "foundation.shell"
    label = "shell"

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "foundation.policies"
    label = "policies"

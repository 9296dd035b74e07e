"""Fills the registries once, when every app is loaded."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules, module_has_submodule

REGISTRIES = (
    "audit_verbs",  # verb → sentence
    "subjects",  # model → label and link
    "notices",  # what people are told
    "menu",  # left menu
    "search",  # the box on top
    "lists",  # list pages
    "panels",  # upper apps' parts of lower pages
    "receivers",  # the handful of past-tense signals
    "refund_gates",  # who may hold back a refund
    "reserves",  # what is kept back from a deposit refund
    "file_access",  # who may open a stored file
    "job_kinds",  # background jobs
    "beat",  # the timetable
    "invariants",  # what must always hold
    "metrics",  # figures for whoever watches the house
    "checks",  # what `manage.py check` looks at
)


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"

    def ready(self) -> None:
        autodiscover_modules(*REGISTRIES)
        if apps.is_installed("foundation.jobs"):
            autodiscover_modules("schedule")  # config's own: the timetable of every `beat`
        post_migrate.connect(seed_rule_rows, sender=self, dispatch_uid="seed_rule_rows")


def seed_rule_rows(using: str, **_kwargs: object) -> None:
    """After every migrate: each app's `policies.seed_policies()`, which adds what is missing and touches nothing else.

    Not in migrations, because those rows vanish when a transactional test empties the tables.
    """
    tables = set(connections[using].introspection.table_names())
    for house_app in reversed(settings.HOUSE_APPS):
        config = apps.get_app_config(house_app.rpartition(".")[2])
        ready = all(model._meta.db_table in tables for model in config.get_models())
        if ready and module_has_submodule(config.module, "policies"):
            seed = getattr(import_module(f"{config.name}.policies"), "seed_policies", None)
            if seed:
                seed()

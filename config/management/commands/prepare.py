"""`manage.py prepare`: what `make run` does before `up`; safe to repeat, safe to start twice."""

import fcntl
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from foundation.accounts.models import Shop


class Command(BaseCommand):
    help = "Compiles messages, migrates, then fills an empty demo (or, in production, collects static files)."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        with (settings.HOUTAI_VAR_DIR / "prepare.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            call_command("compile_catalogues", stdout=self.stdout)
            call_command("migrate", verbosity=0, interactive=False)
            if settings.PRODUCTION:
                call_command("collectstatic", verbosity=0, interactive=False)
            elif not Shop.objects.exists():
                self.stdout.write("The database is empty: filling it with demo data …")
                call_command("seed_demo", stdout=self.stdout)

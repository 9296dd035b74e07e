"""`manage.py compile_catalogues`: message catalogues without gettext (Django's compilemessages needs msgfmt)."""

import os
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compiles locale/*/LC_MESSAGES/*.po with polib where they are newer than their .mo."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                target = source.with_suffix(".mo")
                if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                    spare = target.with_suffix(f".{os.getpid()}")
                    polib.pofile(str(source)).save_as_mofile(str(spare))
                    spare.replace(target)
                    self.stdout.write(f"compiled {source.relative_to(settings.BASE_DIR)}")

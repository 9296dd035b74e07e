#!/usr/bin/env python
"""Houtai's command line: `./manage.py help` lists what it can do."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        settings.configured or settings.INSTALLED_APPS  # noqa: B018  the settings are read here, so nonsense is one sentence
    except ImproperlyConfigured as problem:
        sys.exit(f"Houtai does not start: {problem}")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()

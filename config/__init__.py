"""Wires the house: settings, URLs, the timetable, the supervisor. Nothing imports from here."""

from .celery import app as celery_app

__all__ = ["celery_app"]

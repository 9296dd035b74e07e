"""What only the frame of a page needs: sentences for the browser's modules, the bell's place."""

from functools import lru_cache
from typing import Any

from django import template
from django.apps import apps
from django.template import Template, engines
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter
def module_path(name: str) -> str:
    """The static file of one behaviour."""
    return f"js/{name}.js"


@register.simple_tag
def client_texts() -> SafeString:
    """Sentences the JavaScript modules say, in the reader's language, as inert JSON."""
    return json_script(
        {
            "days": _("%(days)d d %(hours)d h"),
            "hours": _("%(hours)d h %(minutes)02d min"),
            "minutes": _("%(minutes)d min %(seconds)02d s"),
            "green": _("in time"),
            "amber": _("less than 4 h"),
            "red": _("less than 1 h"),
            "overdue": _("overdue"),
            "copied": _("Copied: %(value)s"),
            "notCopied": _("Could not copy; select the text and copy it by hand."),
            "close": _("Close"),
            "confirm": _("Continue"),
            "cancel": _("Cancel"),
            "unsaved": _("What you typed is not saved yet."),
            "offline": _("The server can't be reached. What you typed is still here; try again."),
            "refused": _("That was refused (%(status)s). Reload the page and look again."),
        },
        "houtai-texts",
    )


@lru_cache
def _bell() -> Template:
    return engines["django"].engine.from_string("{% load notifications %}{% bell %}")  # type: ignore[attr-defined]


@register.simple_tag(takes_context=True)
def bell_slot(context: Any) -> str:
    """The bell, in houses that have notifications (the frame stands below them)."""
    return _bell().render(context) if apps.is_installed("foundation.notifications") else ""

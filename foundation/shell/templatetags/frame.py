"""The frame of a page: menu, bar, bottom line, files, sentences for the browser's modules. All of it kept (see `kept`)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django import template
from django.apps import apps
from django.template import Template, engines
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.accounts.roles import Role
from foundation.shell import kept

register = template.Library()


@dataclass(frozen=True)
class ShopFacts:
    """What the frame says of a shop."""

    code: str
    name: str
    number: str


def _shop(context: Any) -> ShopFacts | None:
    shop = context.get("shop")
    return ShopFacts(shop.code, shop.name, shop.number) if shop else None


def _here(context: Any) -> str:
    request = context.get("request")
    return request.get_full_path() if request else "/"


@register.simple_tag
def head_files() -> SafeString:
    """Script and styles every page begins with."""
    return kept.draw("components/head_files.html")


@register.simple_tag
def body_files() -> SafeString:
    """Scripts every page ends with."""
    return kept.draw("components/body_files.html")


@register.simple_tag(takes_context=True)
def side(context: Any) -> SafeString:
    """The left menu; outside a shop the person's own pages, the one they are on marked by its path."""
    sections = context.get("menu_sections") or ()
    path = "" if sections else getattr(context.get("request"), "path", "")
    return kept.draw("components/side.html", menu_sections=sections, shop=_shop(context), path=path)


@register.simple_tag(takes_context=True)
def bottom_nav(context: Any) -> SafeString:
    """The menu's three shortcuts under a phone's page."""
    return kept.draw("components/bottom_nav.html", menu_sections=context.get("menu_sections") or ())


@register.simple_tag(takes_context=True)
def preferences(context: Any) -> SafeString:
    """Language and theme, leading back to this page."""
    slots = {"here": _here(context), "csrf_token": context.get("csrf_token")}
    return kept.draw("components/preferences.html", slots, theme=context.get("theme"))


@register.simple_tag(takes_context=True)
def bar(context: Any) -> SafeString:
    """The line on top: search, help, preferences, bell, account menu."""
    user, membership, shop = context.get("user"), context.get("membership"), _shop(context)
    signed_in = bool(user and user.is_authenticated)
    slots = {
        "here": _here(context), "csrf_token": context.get("csrf_token"), "search_text": context.get("search_text") or "",
        "bell": bell_slot(context) if shop else "",
    }  # fmt: skip
    return kept.draw(
        "components/bar.html", slots, shop=shop, theme=context.get("theme"), person=str(user) if signed_in else "",
        is_staff=bool(signed_in and user.is_staff), role=Role(membership.role) if membership else None,
    )  # fmt: skip


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
    return _client_texts(get_language())


@lru_cache(maxsize=8)
def _client_texts(_language: str | None) -> SafeString:
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

"""What base.html needs on every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from . import menu

THEMES = ("light", "dark", "auto")


def shell(request: HttpRequest) -> dict[str, Any]:
    """Menu, theme, demo flag; the menu only where a shop is in the URL."""
    theme = request.COOKIES.get("theme", "auto")
    has_shop = getattr(request, "membership", None) is not None
    return {
        "theme": theme if theme in THEMES else "auto",
        "demo_mode": settings.HOUTAI_MODE == "demo",
        "menu_sections": menu.sections(request) if has_shop else (),
        "shop": getattr(request, "shop", None),
        "membership": getattr(request, "membership", None),
    }

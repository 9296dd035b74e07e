"""Tags of list pages: sortable headers, `next` links."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.lists import links
from foundation.lists.page import ListPage

register = template.Library()


@register.inclusion_tag("lists/_sort_column.html")
def sort_column(page: ListPage, key: str, css: str = "") -> dict[str, Any]:
    """A header cell that sorts: `{% sort_column page "placed" "amount" %}` (the last is a class of the cell)."""
    return {"sort": page.sort_link(key), "css": css}


@register.simple_tag(takes_context=True)
def with_next(context: Any, url: str) -> str:
    """`url` leading back to this page."""
    return links.with_next(context["request"], url)


@register.simple_tag(takes_context=True)
def next_field(context: Any) -> SafeString | str:
    """A hidden field keeping `next` in a form."""
    target = links.back_url(context["request"], "")
    return format_html('<input type="hidden" name="next" value="{}">', target) if target else ""


@register.simple_tag(takes_context=True)
def back_url(context: Any, default: str) -> str:
    return links.back_url(context["request"], default)


VALUE = "COPIED-VALUE"


@register.simple_tag
def copy_cell(value: object) -> SafeString:
    """`{% copy value %}` for hot rows: the component is rendered once a language, then only filled in."""
    return mark_safe(_copy_button(get_language()).replace(VALUE, conditional_escape(value)))


@lru_cache
def _copy_button(_language: str | None) -> str:
    return render_to_string("components/copy.html", {"value": VALUE, "label": _("Copy")}).strip()

"""Tags of list pages: sortable headers, `next` links."""

from typing import Any
from urllib.parse import urlsplit

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.lists import drawing, links, registry
from foundation.lists.page import ListPage
from foundation.shell import kept
from foundation.shell.urls_for import shop_url

register = template.Library()


@register.inclusion_tag("lists/_sort_column.html")
def sort_column(page: ListPage, key: str, css: str = "") -> dict[str, Any]:
    """A header cell that sorts: `{% sort_column page "placed" "amount" %}` (the last is a class of the cell)."""
    return {"sort": page.sort_link(key), "css": css}


@register.simple_tag(takes_context=True)
def list_styles(context: Any) -> SafeString:
    return kept.draw("lists/_styles.html", selectable=context["page"].selectable)


@register.simple_tag(takes_context=True)
def list_scripts(context: Any) -> SafeString:
    return kept.draw("lists/_scripts.html", selectable=context["page"].selectable)


@register.simple_tag(takes_context=True)
def list_search(context: Any) -> SafeString:
    """Search, and the buttons that open filters, columns and views."""
    page: ListPage = context["page"]
    slots = {
        "kept": drawing.hidden(page.kept), "search_text": page.search_text, "filters_url": page.filters_url,
        "columns_url": page.columns_url, "views_url": page.views_url,
    }  # fmt: skip
    return kept.draw(
        "lists/_search.html", slots, key=page.spec.key, has_columns=bool(page.spec.columns), filterable=page.filterable,
        search_label=str(page.spec.search_label) if page.spec.search else "", total_text=page.total_text,
        filters=len(page.chips) if page.has_filters else 0, view=page.view.name if page.view else "",
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def batch_bar(context: Any) -> SafeString:
    """The verbs on ticked rows and the list as a file."""
    page: ListPage = context["page"]
    slots = {"csrf_token": context.get("csrf_token"), "here": page.here, "list_query": page.list_query}
    verbs = tuple((verb.key, verb.icon, str(verb.label), verb.page) for verb in page.verbs)
    return kept.draw(
        "lists/_batch_bar.html", slots, shop=page.shop.code, key=page.spec.key, verbs=verbs, exportable=page.exportable,
        alone=page.slice.alone, total_text=page.total_text,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def pages(context: Any) -> SafeString:
    """Rows a page, and the way to the neighbouring pages."""
    page: ListPage = context["page"]
    slots = {
        "csrf_token": context.get("csrf_token"), "here": page.here, "first_url": page.first_url,
        "previous_url": page.previous_url, "next_url": page.next_url, "last_url": page.last_url,
    }  # fmt: skip
    return kept.draw(
        "lists/_pages.html", slots, shop=getattr(page.shop, "code", ""), key=page.spec.key, sizes=tuple(page.size_links),
        has_previous=bool(page.first_url), has_next=bool(page.next_url),
    )  # fmt: skip


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


@register.inclusion_tag("lists/_steps.html", takes_context=True)
def list_steps(context: Any, key: str, ident: str) -> dict[str, Any]:
    """Previous and next in the list a row's page was opened from; nothing if it was opened from elsewhere. No query."""
    request = context["request"]
    there = links.back_url(request, "")
    if not there or urlsplit(there).path != registry.get(key).url(request.shop):
        return {"steps": {}}
    step = shop_url(request.shop, "lists:step", list=key)
    ways = ("previous", "next")
    return {"steps": {way: links.joined(step, **{"from": ident, "way": way, "next": there}) for way in ways}}

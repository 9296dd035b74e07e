"""Head and rows of a list's table, in Python: a template per cell would cost more than all the rest of the page."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from foundation.shell.templatetags.houtai import count_text, icon

from .cells import text
from .columns import Column

if TYPE_CHECKING:
    from .page import ListPage

ARROWS = {"descending": "chevron-down", "ascending": "chevron-up"}


def head(page: "ListPage") -> SafeString:
    """The `<th>`s: a link where the column sorts, aria-sort where it does."""
    cells = [_head_cell(page, column) for column in page.columns]
    if page.selectable:
        cells.insert(0, format_html(
            '<th class="tick"><label><input class="form-check-input" type="checkbox" data-select-page aria-label="{}"></label></th>',
            _("Select this page"),
        ))  # fmt: skip
    return mark_safe("".join(cells))


def _head_cell(page: "ListPage", column: Column) -> SafeString:
    css = format_html(' class="{}"', column.css) if column.css else SafeString()
    link = page.sort_link(column.sort) if column.sort else None
    if link is None or not link.url:
        return format_html('<th scope="col"{}>{}</th>', css, column.label)
    if not link.aria:
        return format_html('<th scope="col"{}><a href="{}">{}</a></th>', css, link.url, column.label)
    return format_html(
        '<th scope="col"{} aria-sort="{}"><a href="{}">{} {}</a></th>',
        css, link.aria, link.url, column.label, icon(ARROWS[link.aria], 14),
    )  # fmt: skip


def tabs(page: "ListPage") -> SafeString:
    """The links above the rows, each with its capped count."""
    drawn = []
    for tab in page.tabs:
        current = ' aria-current="page"' if tab.current else ""
        count = f'<span class="count{" count-hot" if tab.hot else ""}">{count_text(tab.count)}</span>'
        drawn.append(f'<a href="{escape(tab.url)}"{current}>{text(tab.label)}{count}</a>')
    return SafeString("".join(drawn))


def hidden(fields: Iterable[tuple[str, str]]) -> SafeString:
    return SafeString(
        "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields)
    )


def body(page: "ListPage") -> SafeString:
    """The `<tr>`s. What is the same in every row is worked out once."""
    tick = _tick(page) if page.selectable else None
    parts = [(_opening(column), column.cell, "</th>" if column.fixed else "</td>") for column in page.columns]
    ident = page.spec.ident
    drawn: list[str] = []
    for row in page.rows:
        drawn.append("<tr>")
        if tick:
            name = text(getattr(row, ident))
            drawn += (tick[0], name, tick[1], name, tick[2])
        for opening, cell, closing in parts:
            drawn += (opening, text(cell(row, page)), closing)
        drawn.append("</tr>\n")
    return SafeString("".join(drawn))


def _opening(column: Column) -> str:
    css = f' class="{escape(column.css)}"' if column.css else ""
    if column.fixed:
        return f'<th scope="row"{css}>'
    label = f' data-label="{escape(column.label)}"' if "named" in column.css.split() else ""
    return f"<td{css}{label}>"


def _tick(page: Any) -> tuple[str, str, str]:
    """The box of a row, around its name (twice)."""
    return (
        '<td class="tick"><label><input class="form-check-input" type="checkbox" name="id" value="',
        f'" aria-label="{escape(_("Select"))} ',
        '"></label></td>',
    )

"""Head and rows of a list's table, in Python: a template per cell would cost more than all the rest of the page."""

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from foundation.shell.templatetags.houtai import count_text, icon
from foundation.shell.words import one_language

from .cells import text
from .columns import Column

if TYPE_CHECKING:
    from .page import ListPage

ARROWS = {"descending": "chevron-down", "ascending": "chevron-up"}


def head(page: "ListPage") -> SafeString:
    """The `<th>`s: a link where the column sorts, aria-sort where it does."""
    cells = [_head_cell(page, column) for column in page.columns]
    if page.selectable:
        box = f'type="checkbox" data-select-page aria-label="{text(_("Select this page"))}"'
        cells.insert(0, f'<th class="tick"><label><input class="form-check-input" {box}></label></th>')
    return SafeString("".join(cells))


def _head_cell(page: "ListPage", column: Column) -> str:
    css, label = f' class="{escape(column.css)}"' if column.css else "", text(column.label)
    link = page.sort_link(column.sort) if column.sort else None
    if link is None or not link.url:
        return f'<th scope="col"{css}>{label}</th>'
    if not link.aria:
        return f'<th scope="col"{css}><a href="{escape(link.url)}">{label}</a></th>'
    arrow = icon(ARROWS[link.aria], 14)
    return f'<th scope="col"{css} aria-sort="{link.aria}"><a href="{escape(link.url)}">{label} {arrow}</a></th>'


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
    ident, rows = page.spec.ident, page.rows
    drawn: list[str] = []
    with one_language():
        for row in rows:
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
    label = f' data-label="{text(column.label)}"' if "named" in column.css.split() else ""
    return f"<td{css}{label}>"


def _tick(page: Any) -> tuple[str, str, str]:
    """The box of a row, around its name (twice)."""
    return (
        '<td class="tick"><label><input class="form-check-input" type="checkbox" name="id" value="',
        f'" aria-label="{escape(_("Select"))} ',
        '"></label></td>',
    )

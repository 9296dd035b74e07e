"""What cells are made of, quick: plain strings, each said the same way as the template tags say it.

A list draws hundreds of cells a page. So these are f-strings over `text`, which escapes, and what is the same in every
row (a label, a badge) is worked out once per language.
"""

import re
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from foundation.lifecycle.deadlines import SHANGHAI
from foundation.shell.templatetags.houtai import copy_button, countdown, money, status_badge
from foundation.shell.words import language

__all__ = [
    "EMPTY", "badge", "clamp", "copied", "countdown", "label", "link", "money", "state", "state_of", "sub", "text", "when",
    "word",
]  # fmt: skip

EMPTY = SafeString("—")
SLOT = "0slot0"
SPECIAL = re.compile("[&<>\"']")  # what `escape` changes: most texts have none of it, and looking is quicker


def text(value: Any) -> str:
    """Escaped; what is safe already stays as it is."""
    if isinstance(value, SafeString):
        return value
    value = str(value)
    return escape(value) if SPECIAL.search(value) else value


def link(url: str, name: Any, css: str = "") -> SafeString:
    """The row's link; the one Enter opens stands in the fixed column."""
    kind = f' class="{css}"' if css else ""
    return SafeString(f'<a{kind} href="{text(url)}">{text(name)}</a>')


def copied(value: Any) -> SafeString:
    """A button that copies `value`."""
    return SafeString(_copy(language()).replace(SLOT, text(value)))


@lru_cache(maxsize=8)
def _copy(_language: str | None) -> str:
    return str(copy_button(SLOT))


def word(sentence: str) -> SafeString:
    """A sentence of the app's own (marked with gettext_noop) in the reader's language; looked up once per language."""
    return _word(sentence, language())


@lru_cache(maxsize=1024)
def _word(sentence: str, _language: str | None) -> SafeString:
    return SafeString(escape(_(sentence)))


def label(choices: Any, value: Any) -> SafeString:
    """The word of one of a column's choices; a value that is none of them stands as it is."""
    return _label(choices, value, language())


@lru_cache(maxsize=1024)
def _label(choices: Any, value: Any, _language: str | None) -> SafeString:
    return SafeString(escape(str(dict(choices.choices).get(value, value))))


def sub(value: Any, css: str = "") -> SafeString:
    """The second, quieter line of a cell."""
    return SafeString(f'<span class="sub{" " if css else ""}{css}">{text(value)}</span>')


def clamp(value: Any) -> SafeString:
    """Text of any length, cut by CSS after two lines."""
    return SafeString(f'<span class="clamp">{text(value)}</span>')


def badge(value: Any, tone: str) -> SafeString:
    return SafeString(f'<span class="badge tone-{tone}">{text(value)}</span>')


def when(moment: datetime | None) -> SafeString:
    """Absolute time in Asia/Shanghai, seconds and zone in the tooltip."""
    if not moment:
        return EMPTY
    there = moment.astimezone(SHANGHAI).isoformat()
    day, clock = there[:10], there[11:19]
    return SafeString(f'<time datetime="{there}" title="{day} {clock} UTC+8 (Asia/Shanghai)">{day} {clock[:5]}</time>')


def state(row: Any) -> SafeString:
    """The row's state in words, toned by its lifecycle; rendered once per state and language."""
    return state_of(type(row), row.status)


def state_of(model: type, status: str) -> SafeString:
    """The same of a flat row, which does not know its model."""
    return _state(model, status, language())


@lru_cache(maxsize=512)
def _state(model: type, status: str, _language: str | None) -> SafeString:
    return status_badge(model(status=status))

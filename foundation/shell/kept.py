"""Parts of the frame that look the same a thousand times: drawn once in a process and kept.

A kept part is drawn from nothing but the facts it is kept by – no request, no query, no context processor – so it can't
show another shop, another person or an old count: what differs is another part. What is new on every page (a token, the
page's own address) is a slot, filled in afterwards.
"""

import re
import secrets
from collections.abc import Hashable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.urls import get_script_prefix, get_urlconf
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

SEED = secrets.token_hex(8)  # nobody can type a slot's mark: it is another one in every process
MARK = re.compile(f"{SEED}-([a-z_]+)-")


def draw(template: str, slots: dict[str, Any] | None = None, **facts: Hashable) -> SafeString:
    """`template` drawn from `facts` and the reader's language, and its `slots` filled, escaped unless they are safe.

    A slot is only printed: a template that asks `{% if %}` about one asks about its mark.
    """
    slots = slots or {}
    where = (get_language(), get_script_prefix(), get_urlconf())
    drawing = _pieces.__wrapped__ if settings.DEBUG else _pieces
    pieces = list(drawing(template, where, tuple(slots), tuple(facts.items())))
    pieces[1::2] = [conditional_escape(slots[name]) for name in pieces[1::2]]
    return SafeString("".join(pieces))


@lru_cache(maxsize=4096)
def _pieces(
    template: str, _where: tuple[Any, ...], slots: tuple[str, ...], facts: tuple[tuple[str, Hashable], ...]
) -> tuple[str, ...]:
    """Text, name of a slot, text, …"""
    marks = {name: SafeString(f"{SEED}-{name}-") for name in slots}
    return tuple(MARK.split(get_template(template).render({**dict(facts), **marks})))

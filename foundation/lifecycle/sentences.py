"""Several sentences as one text, the way the reader's language sets them."""

from collections.abc import Iterable

from django.utils.translation import get_language


def gap() -> str:
    """What stands between two sentences: a space; nothing in Chinese, whose full stop is wide enough."""
    return "" if (get_language() or "").startswith("zh") else " "


def joined(sentences: Iterable[object]) -> str:
    """The sentences one after another."""
    return gap().join(str(one) for one in sentences)

"""Menus, pages and buttons carry the words sellers know."""

import polib
import pytest
from django.utils.translation import override

from foundation.shell import menu

from . import labels
from .house import ROOT


@pytest.fixture(scope="module")
def chinese():
    """msgid → every translation it has, whatever its context."""
    found: dict[str, set[str]] = {}
    for entry in polib.pofile(str(ROOT / "locale/zh_Hans/LC_MESSAGES/django.po")):
        if not entry.obsolete:
            found.setdefault(entry.msgid, set()).add(entry.msgstr)
    return found


@pytest.mark.parametrize(("english", "word"), sorted(labels.NOW.items()))
def test_a_page_that_exists_carries_the_known_word(chinese, english, word):
    assert word in chinese.get(english, set())


@pytest.mark.parametrize(("english", "word"), sorted(labels.LATER.items()))
def test_a_word_that_is_used_already_reads_as_it_will(chinese, english, word):
    assert english not in chinese or word in chinese[english]


def test_the_menu_shows_only_entries_that_have_a_page():
    with override("en"):
        shown = {str(item.label) for _section, item in menu.items()}
    assert {"Settlement"} <= shown
    assert not shown & {"Package centre", "Tickets", "Deposit ledger", "Refund quota"}

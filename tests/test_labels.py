"""Menus, pages and buttons carry the words sellers know."""

import re

import polib
import pytest
from django.utils.translation import override

from foundation.shell import menu
from workorders.models import VoucherKind, WorkOrderPolicy

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


@pytest.mark.django_db
def test_types_and_vouchers_carry_the_known_words():
    kinds = VoucherKind.objects.values_list("name_en", "name_zh")
    rules = WorkOrderPolicy.objects.values_list("name_en", "name_zh")
    assert labels.ROWS.items() <= dict([*kinds, *rules]).items()


def test_the_menu_shows_only_entries_that_have_a_page():
    with override("en"):
        shown = {str(item.label) for _section, item in menu.items()}
    assert {"Settlement", "Package centre", "Interception", "Interception rules", "Refund quota"} <= shown
    assert not shown & {"Tickets", "Deposit ledger"}


def test_no_sentence_hides_from_the_translators_behind_another_name():
    """makemessages knows `_` and gettext's own names; a sentence under any other name is never translated."""
    alias = re.compile(r"gettext(?:_lazy)? as (?!_\b)\w+")
    folders = ("config", "dashboard", "deposits", "foundation", "logistics", "orders", "workorders")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    assert len(files) > 200
    assert not [str(file.relative_to(ROOT)) for file in files if alias.search(file.read_text(encoding="utf-8"))]

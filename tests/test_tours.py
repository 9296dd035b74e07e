"""The guided tours show pictures that are there, the same ones in both languages, small enough for a page."""

import re

import pytest

from .browser.screenshots import LANGUAGES, MOST_BYTES, SHOTS
from .house import ROOT

DOCS = ROOT / "docs"
TOURS = ["tour-seller", "tour-reviewer"]
PICTURE = re.compile(r"!\[[^\]]+\]\(screens/(\w+)/([\w-]+)\.png\)")


def pictures(name):
    return PICTURE.findall((DOCS / name).read_text())


@pytest.mark.parametrize("tour", TOURS)
def test_both_languages_show_the_same_pictures(tour):
    english, chinese = pictures(f"{tour}.md"), pictures(f"{tour}.zh.md")
    assert {language for language, _name in english} == {"en"}
    assert {language for language, _name in chinese} == {"zh"}
    assert [name for _language, name in english] == [name for _language, name in chinese]


def test_every_picture_is_shown_once_and_taken():
    shown = [name for tour in TOURS for _language, name in pictures(f"{tour}.md")]
    assert sorted(shown) == sorted(shot.name for shot in SHOTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_is_there_and_small(language):
    for shot in SHOTS:
        path = DOCS / "screens" / language / f"{shot.name}.png"
        assert path.exists(), "run `make screenshots`"
        assert path.stat().st_size <= MOST_BYTES, path.name

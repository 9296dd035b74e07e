"""The language is asked once for many rows, and anew for the next."""

from django.utils import translation

from foundation.shell.words import language, one_language


def test_outside_the_block_it_is_whatever_is_active():
    for wanted in ("en", "zh-hans"):
        with translation.override(wanted):
            assert language() == wanted


def test_inside_the_block_it_is_the_one_the_block_began_with():
    with translation.override("en"):
        with one_language(), translation.override("zh-hans"):
            assert language() == "en"
        with translation.override("zh-hans"), one_language():
            assert language() == "zh-hans"
        assert language() == "en"

"""Sentences one after another: with a space between them, in Chinese without."""

import pytest
from django.utils.translation import override

from foundation.lifecycle.sentences import gap, joined


@pytest.mark.parametrize(("language", "said"), [("en", "One. Two."), ("zh-hans", "One.Two.")])
def test_they_stand_as_the_language_sets_them(language, said):
    with override(language):
        assert joined(["One.", "Two."]) == said
        assert gap() == said[4:-4]


def test_nothing_is_nothing():
    assert joined([]) == ""

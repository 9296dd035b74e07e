"""The system check that captions can be drawn."""

from foundation.files import checks, fonts


def test_the_fonts_draw_the_captions():
    assert checks.captions_can_be_drawn() == []
    assert fonts.missing("发货底单") == []


def test_a_font_that_is_not_there_is_an_error(settings):
    settings.CAPTION_FONT = "/nowhere/font.otf"
    assert [error.id for error in checks.captions_can_be_drawn()] == ["files.E001"]


def test_a_character_the_font_lacks_is_found():
    assert fonts.missing("发\U000e0041") == ["\U000e0041"]

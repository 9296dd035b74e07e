"""The font of captions on sheets. Pillow's own has no Chinese."""

from functools import lru_cache
from importlib import resources
from pathlib import Path

from django.conf import settings
from PIL import ImageFont

WHEEL = "cvttf_NotoSansCJK_Regular"  # Noto Sans CJK, SIL Open Font License


def caption_font_path() -> Path:
    """`CAPTION_FONT` if set, else the Noto font of the wheel; raises OSError when there is none."""
    named = getattr(settings, "CAPTION_FONT", "")
    if named:
        return Path(named)
    for entry in resources.files(WHEEL).iterdir():
        if entry.name.lower().endswith((".otf", ".ttf", ".ttc")):
            return Path(str(entry))
    raise OSError("no font file in the font package")


@lru_cache(maxsize=16)
def caption_font(size: int, path: Path | None = None) -> ImageFont.FreeTypeFont:
    """The caption font at `size` px; the simple layout engine, captions need no shaping."""
    return ImageFont.truetype(str(path or caption_font_path()), size, layout_engine=ImageFont.Layout.BASIC)


def missing(text: str) -> list[str]:
    """The characters of `text` the font draws as nothing or as its "no such glyph" box."""
    font = caption_font(24, caption_font_path())
    box = bytes(font.getmask("\U0010ffff"))
    shapes = {character: bytes(font.getmask(character)) for character in text}
    return [character for character, shape in shapes.items() if not any(shape) or shape == box]

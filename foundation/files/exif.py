"""The two things worth reading from a photograph's metadata before it is thrown away: when, and which way up."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from PIL import Image

from foundation.lifecycle.deadlines import SHANGHAI

ORIENTATION, EXIF_IFD, TAKEN, OFFSET = 0x0112, 0x8769, 0x9003, 0x9011
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_WHEN = re.compile(r"([0-9]{4}):([0-9]{2}):([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")
_ZONE = re.compile(r"([+-])([0-9]{2}):([0-9]{2})")


def read(picture: Any) -> tuple[datetime | None, int]:
    """(taken at in UTC or None, orientation 1–8). Broken metadata is no metadata: it never refuses a picture."""
    try:
        tags = picture.getexif()
        orientation = tags.get(ORIENTATION, 1)
        details = dict(tags.get_ifd(EXIF_IFD))
    except Exception:  # the parser meets whatever a camera or an attacker wrote
        return None, 1
    return _moment(details.get(TAKEN), details.get(OFFSET)), orientation if orientation in TURNS else 1


def turned(picture: Image.Image, orientation: int) -> Image.Image:
    """Turned upright. ImageOps.exif_transpose does the same, but writes the metadata back and fails where that fails."""
    return picture.transpose(TURNS[orientation]) if orientation in TURNS else picture


def _moment(taken: object, offset: object) -> datetime | None:
    """Without a zone the camera is taken to run on Shanghai time."""
    found = _WHEN.fullmatch(taken.strip("\x00 ")) if isinstance(taken, str) else None
    if not found:
        return None
    zone = _ZONE.fullmatch(offset.strip("\x00 ")) if isinstance(offset, str) else None
    year, month, day, hour, minute, second = (int(part) for part in found.groups())
    if not 1990 <= year <= 2100:  # a clock that was never set; and year 9999 can't be shown in another zone
        return None
    try:
        shift = _shift(zone) if zone else SHANGHAI
        return datetime(year, month, day, hour, minute, second, tzinfo=shift).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _shift(zone: re.Match[str]) -> timezone:
    return timezone(timedelta(hours=int(zone[2]), minutes=int(zone[3])) * (-1 if zone[1] == "-" else 1))

"""What a JPEG's own markers tell before anything is decoded."""

import re
from typing import Any

SCAN = b"\xff\xda"
# inside a scan 0xFF is followed by 00 (a stuffed byte), a restart marker or fill bytes; anything else ends the scan
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_BARE = frozenset([0x01, 0xD8, *range(0xD0, 0xD8)])
_END = 0xD9


def scans(data: bytes, enough: int) -> int:
    """How many scans the decoder would meet, counted no further than needed to know it is more than `enough`.

    The plain count of FF DA is an upper bound, and right for nearly every file; only when it is too high are the
    markers walked, because a phone's "motion photo" has a film behind the picture, full of chance FF DA.
    """
    bound = data.count(SCAN)
    return bound if bound <= enough else _walk(data, enough)


def _walk(data: bytes, enough: int) -> int:
    count = position = 0
    while count <= enough:
        found = _NEXT_MARKER.search(data, position)
        if found is None or data[found.end() - 1] == _END:
            break
        marker, position = data[found.end() - 1], found.end()
        if marker == 0xDA:
            count += 1
        if marker not in _BARE:
            position += max(2, int.from_bytes(data[position : position + 2], "big"))
    return count


def coefficient_bytes(picture: Any) -> int:
    """Bytes of coefficients the decoder keeps for a progressive JPEG whatever the draft scale; 0 for a baseline one."""
    if not (picture.info.get("progressive") or picture.info.get("progression")):
        return 0
    layers = [(horizontal, vertical) for _id, horizontal, vertical, _table in picture.layer]
    if not layers:
        return 0
    widest = max(h for h, _ in layers) * max(v for _, v in layers)
    share = sum(h * v for h, v in layers) / max(widest, 1)
    return int(picture.width * picture.height * share * 2)

"""The composer: every voucher on one sheet, because the platform takes one picture (rules §6).

Plain pictures in, one JPEG out; knows nothing of rows. Columns of equal width, each picture in the column that is
shorter so far, numbered so that the order stays readable; never enlarged, so nothing pretends to be sharper than it
was. Few wide columns before many narrow ones: small print on a slip must stay readable. Lengths are px, sizes bytes.
"""

import io
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from foundation.files.fonts import caption_font
from foundation.lifecycle.errors import Blocked

VERSION = 1  # part of the inputs' hash: raise it when the same inputs would give another picture
MARGIN, GAP = 20, 20
HEADER, BAND, LINE = 76, 58, 44  # heights: title, a voucher's title, a line of its caption
TEXT = 34  # one size for all: each opened size of a CJK font holds 2.4 MiB
LEAST_WIDTH = 1000  # of a sheet of small pictures, so that the order number fits
TALLEST = 3.2  # of a voucher, in column widths: a long slip may run far down before it gets narrower
QUALITIES = ((88, 1.0), (80, 0.74), (72, 0.62), (64, 0.54), (56, 0.48), (48, 0.43))  # and the size to expect of each
SCALES = (1.0, 0.8, 0.64, 0.5)
INK, PAPER, RULE, BADGE = "#16181d", "#ffffff", "#c9ced6", "#c8102e"
WAIT_SECONDS = 20
_composing = threading.BoundedSemaphore(1)


@dataclass(frozen=True)
class Picture:
    """One voucher: a clean JPEG (`width` × `height` before turning), clockwise `rotation`, and what is said of it."""

    path: Path
    width: int
    height: int
    rotation: int
    labels: tuple[str, ...]
    caption: str = ""

    @property
    def turned_size(self) -> tuple[int, int]:
        return (self.height, self.width) if self.rotation in (90, 270) else (self.width, self.height)


@dataclass(frozen=True)
class Limits:
    """From the policy: the platform's largest picture, its widest, and the least a voucher's longer side may be."""

    max_bytes: int = 5_000_000
    max_width: int = 2_000
    voucher_min_px: int = 600


@dataclass(frozen=True)
class Heading:
    """What stands on top: the order's number, the case's number."""

    order_number: str
    work_order_number: str


@dataclass(frozen=True)
class Cell:
    """Where one voucher goes: its title at (x, y), its picture of `size` below `top`."""

    picture: Picture
    number: int
    x: int
    y: int
    top: int
    size: tuple[int, int]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Composed:
    jpeg: bytes
    width: int
    height: int
    quality: int


def compose(pictures: Sequence[Picture], heading: Heading, limits: Limits) -> Composed:
    """Draw the sheet; Blocked when busy, when a picture is gone, or when it can't be brought under the limit."""
    if not pictures:
        raise Blocked(_("There is no picture on the desk yet."), code="empty")
    with _one_at_a_time():
        for columns, scale in _plans(pictures, limits):
            sheet = _drawn(pictures, heading, columns, limits, scale)
            done = _encoded(sheet, limits.max_bytes)
            if done:
                return Composed(done[0], sheet.width, sheet.height, done[1])
    raise Blocked(
        _("These pictures can't be brought under %(limit)d MB together. Remove one that isn't needed.")
        % {"limit": limits.max_bytes // 1_000_000},
        code="too_large",
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _composing.acquire(timeout=WAIT_SECONDS):
        raise Blocked(_("Other sheets are being composed at this moment. Try again in a minute."), code="busy")
    try:
        yield
    finally:
        _composing.release()


def _plans(pictures: Sequence[Picture], limits: Limits) -> Iterator[tuple[int, float]]:
    """(columns, scale) to try, most readable first; none makes a column narrower than a voucher may be."""
    lying = all(width > height for width, height in (picture.turned_size for picture in pictures))
    wanted = 1 if len(pictures) == 1 or (lying and len(pictures) == 2) else 2 if len(pictures) <= 12 else 3
    possible = max(1, (limits.max_width - 2 * MARGIN + GAP) // (limits.voucher_min_px + GAP))
    for scale in SCALES:
        columns = min(wanted, possible)
        if scale == 1.0 or _column_width(columns, limits.max_width, scale) >= limits.voucher_min_px:
            yield columns, scale
    if possible > wanted:
        yield possible, 1.0


def _column_width(columns: int, max_width: int, scale: float = 1.0) -> int:
    return int(((max_width - 2 * MARGIN - GAP * (columns - 1)) // columns) * scale)


def _drawn(pictures: Sequence[Picture], heading: Heading, columns: int, limits: Limits, scale: float) -> Image.Image:
    cells, size = _laid_out(pictures, columns, limits, scale)
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    _draw_heading(draw, heading, len(pictures), size[0])
    for cell in cells:
        _draw_title(draw, cell)
    workers = min(2, len(cells))  # a third only costs memory: two cores, and decoding is what takes the time
    with ThreadPoolExecutor(workers) as pool:
        try:
            for cell, fitted in zip(cells, pool.map(_fitted, cells), strict=True):
                sheet.paste(fitted, (cell.x, cell.top))
        except _Lost as lost:
            raise Blocked(
                _("Picture %(number)d can't be read any more. Remove it and upload it again.") % {"number": lost.number},
                code="missing",
            ) from None
    return sheet


class _Lost(Exception):
    """A picture's file is gone; said in a sentence outside the thread, which does not know the reader's language."""

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number


def _laid_out(
    pictures: Sequence[Picture], columns: int, limits: Limits, scale: float
) -> tuple[list[Cell], tuple[int, int]]:
    wide = max(picture.turned_size[0] for picture in pictures)
    least = (min(LEAST_WIDTH, limits.max_width) - 2 * MARGIN - GAP * (columns - 1)) // columns
    width = max(least, min(_column_width(columns, limits.max_width, scale), wide))
    bottoms = [MARGIN + HEADER] * columns
    cells = []
    for number, picture in enumerate(pictures, 1):
        column = bottoms.index(min(bottoms))
        lines = tuple(_wrapped(picture.caption, width, most=2)) if picture.caption else ()
        size = _within(picture.turned_size, width, max(int(width * TALLEST), limits.voucher_min_px))
        top = bottoms[column] + BAND + LINE * len(lines)
        cells.append(Cell(picture, number, MARGIN + column * (width + GAP), bottoms[column], top, size, lines))
        bottoms[column] = top + size[1] + GAP
    return cells, (2 * MARGIN + columns * width + GAP * (columns - 1), max(bottoms) - GAP + MARGIN)


def _within(size: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, width / size[0], height / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _fitted(cell: Cell) -> Image.Image:
    """The voucher at its size on the sheet: decoded near twice that (`draft`), then LANCZOS, then turned."""
    turned = cell.picture.rotation in (90, 270)
    size = (cell.size[1], cell.size[0]) if turned else cell.size
    try:
        with Image.open(cell.picture.path, formats=("JPEG",)) as picture:
            picture.draft("RGB", (size[0] * 2, size[1] * 2))
            fitted = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
            picture.close()
    except OSError:
        raise _Lost(cell.number) from None
    turn = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    return fitted.transpose(turn[cell.picture.rotation]) if cell.picture.rotation else fitted


def _draw_heading(draw: ImageDraw.ImageDraw, heading: Heading, count: int, width: int) -> None:
    font = caption_font(TEXT)
    right = f"工单 {heading.work_order_number} · 共{count}张"
    side = int(font.getlength(right))
    title = _wrapped(f"订单号 {heading.order_number}", width - 2 * MARGIN - side - 2 * GAP, most=1)[0]
    draw.text((MARGIN, MARGIN), title, font=font, fill=INK, stroke_width=1)
    draw.text((width - MARGIN - side, MARGIN), right, font=font, fill=INK)
    draw.line([(MARGIN, MARGIN + HEADER - 16), (width - MARGIN, MARGIN + HEADER - 16)], fill=RULE, width=2)


def _draw_title(draw: ImageDraw.ImageDraw, cell: Cell) -> None:
    """A numbered badge, the slots it stands for, the caption below."""
    number = str(cell.number)
    font = caption_font(TEXT)
    badge = max(46, int(font.getlength(number)) + 22)
    draw.rounded_rectangle([cell.x, cell.y + 4, cell.x + badge, cell.y + 50], radius=8, fill=BADGE)
    draw.text((cell.x + badge / 2, cell.y + 27), number, font=font, fill=PAPER, anchor="mm")
    text = " · ".join(cell.picture.labels) or "其他凭证"
    room = max(cell.size[0], 420) - badge - 14
    title = _wrapped(text, room, most=1)[0]
    draw.text((cell.x + badge + 14, cell.y + 27), title, font=font, fill=INK, anchor="lm")
    for index, line in enumerate(cell.lines):
        draw.text((cell.x, cell.y + BAND + LINE * index - 2), line, font=font, fill=INK)


def _wrapped(text: str, width: int, *, most: int) -> list[str]:
    """At most `most` lines of `text` that fit `width`; what doesn't fit ends in an ellipsis."""
    font = caption_font(TEXT)
    lines = [""]
    for character in " ".join(text.split()):
        if font.getlength(lines[-1] + character) <= width or not lines[-1]:
            lines[-1] += character
        elif len(lines) < most:
            lines.append(character)
        else:
            while lines[-1] and font.getlength(lines[-1] + "…") > width:
                lines[-1] = lines[-1][:-1]
            lines[-1] += "…"
            break
    return lines


def _encoded(sheet: Image.Image, max_bytes: int) -> tuple[bytes, int] | None:
    """(JPEG, quality) under `max_bytes`, at the best quality that fits, guessed from the first try; or None."""
    first = 0
    for quality, share in QUALITIES:
        if first and first * share > max_bytes * 1.02:
            continue
        out = io.BytesIO()
        sheet.save(out, "JPEG", quality=quality)
        if out.tell() <= max_bytes:
            return out.getvalue(), quality
        first = first or out.tell()
    return None

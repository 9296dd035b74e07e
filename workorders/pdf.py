"""A PDF written page by page: text drawn with the composer's font, and clean JPEGs embedded as they are.

Plain bytes out, in order, one page in memory at a time; knows nothing of rows. Pillow's own writer keeps every page in
memory until the last and compresses each photograph a second time; here a clean copy goes in byte for byte. Text is a
picture too (A4 at 150 dpi, lossless), so Chinese reads on every machine without an embedded font. Lengths are px unless
they are points (1/72 inch).
"""

import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PIL import Image, ImageDraw

from foundation.files.fonts import caption_font

A4 = (1240, 1754)
POINTS = 72 / 150
MARGIN, TEXT, HEAD, LEADING = 90, 24, 34, 1.5
INK, GREY = 20, 110


@dataclass(frozen=True)
class Line:
    """One line of text; `head` is larger and begins a part, `quiet` is grey."""

    text: str
    head: bool = False
    quiet: bool = False

    @property
    def size(self) -> int:
        return HEAD if self.head else TEXT

    @property
    def height(self) -> int:
        return int(self.size * LEADING) + (24 if self.head else 0)


@dataclass(frozen=True)
class Photo:
    """A JPEG of `width` × `height` that takes a page, turned clockwise by `rotation`, under its lines."""

    path: Path
    width: int
    height: int
    rotation: int
    lines: tuple[Line, ...]


def pdf(lines: Sequence[Line], photos: Sequence[Photo]) -> Iterator[bytes]:
    """The whole document in blocks: the text over as many pages as it takes, then a page for each photograph. A
    photograph whose file is gone leaves its lines on an otherwise empty page."""
    book = _Book()
    yield b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    for page in _paged(lines):
        yield from book.text_page(page)
    for photo in photos:
        yield from book.photo_page(photo)
    yield from book.end()


def _paged(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Wrapped to the page's width and cut at its foot; a heading never stands alone at the foot."""
    page: list[Line] = []
    used = 0
    for line in (piece for one in lines for piece in _wrapped(one)):
        room = A4[1] - 2 * MARGIN - used
        if page and line.height + (2 * int(TEXT * LEADING) if line.head else 0) > room:
            yield page
            page, used = [], 0
        page.append(line)
        used += line.height
    if page:
        yield page


def _wrapped(line: Line) -> Iterator[Line]:
    font, width = caption_font(line.size), A4[0] - 2 * MARGIN
    for paragraph in line.text.splitlines() or [""]:
        start = ""
        for character in paragraph.replace("\t", " "):
            if start and font.getlength(start + character) > width:
                cut = start.rfind(" ") if character.isascii() and character.isalnum() else -1
                head, start = (start[:cut], start[cut + 1 :]) if cut > len(start) // 2 else (start, "")
                yield Line(head, line.head, line.quiet)
            start += character
        yield Line(start, line.head, line.quiet)


def _drawn(lines: Sequence[Line], height: int) -> Image.Image:
    paper = Image.new("L", (A4[0], height), 255)
    draw, y = ImageDraw.Draw(paper), MARGIN
    for line in lines:
        y += 24 if line.head else 0
        draw.text((MARGIN, y), line.text, font=caption_font(line.size), fill=GREY if line.quiet else INK)
        y += line.height - (24 if line.head else 0)
    return paper


class _Book:
    """Numbers objects and remembers where each begins; pages are named at the end, when their number is known."""

    CATALOG, PAGES = 1, 2

    def __init__(self) -> None:
        self._at = 15  # bytes of the header
        self._offsets: dict[int, int] = {}
        self._pages: list[int] = []

    def text_page(self, lines: Sequence[Line]) -> Iterator[bytes]:
        name, block = self._drawing(_drawn(lines, A4[1]))
        yield block
        yield self._page({"T": name}, _place("T", 0, 0, A4[0], A4[1]))

    def photo_page(self, photo: Photo) -> Iterator[bytes]:
        lines = [piece for line in photo.lines for piece in _wrapped(line)]
        top = MARGIN + sum(line.height for line in lines) + 20
        name, block = self._drawing(_drawn(lines, top))
        yield block
        said = _place("T", 0, A4[1] - top, A4[0], top)
        try:
            handle = photo.path.open("rb")
        except FileNotFoundError:
            yield self._page({"T": name}, said)
            return
        with handle:
            picture = self._next()
            size = os.fstat(handle.fileno()).st_size
            width, height, colours = _shape(handle)
            yield self._begin(picture, (
                f"<< /Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /{colours} "
                f"/BitsPerComponent 8 /Filter /DCTDecode /Length {size} >>\nstream\n"
            ).encode())
            while block := handle.read(1 << 16):
                self._at += len(block)
                yield block
        yield self._more(b"\nendstream\nendobj\n")
        yield self._page({"T": name, "P": picture}, said + _photo(photo, top))

    def end(self) -> Iterator[bytes]:
        kids = " ".join(f"{page} 0 R" for page in self._pages)
        yield self._whole(self.CATALOG, f"<< /Type /Catalog /Pages {self.PAGES} 0 R >>".encode())
        yield self._whole(self.PAGES, f"<< /Type /Pages /Kids [{kids}] /Count {len(self._pages)} >>".encode())
        start, count = self._at, max(self._offsets) + 1
        table = "".join(f"{self._offsets[number]:010d} 00000 n \n" for number in range(1, count))
        yield f"xref\n0 {count}\n0000000000 65535 f \n{table}".encode()
        yield f"trailer\n<< /Size {count} /Root {self.CATALOG} 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()

    def _drawing(self, paper: Image.Image) -> tuple[int, bytes]:
        number, data = self._next(), zlib.compress(paper.tobytes(), 6)
        head = (
            f"<< /Type /XObject /Subtype /Image /Width {paper.width} /Height {paper.height} /ColorSpace /DeviceGray "
            f"/BitsPerComponent 8 /Filter /FlateDecode /Length {len(data)} >>\nstream\n"
        )
        return number, self._whole(number, head.encode() + data + b"\nendstream")

    def _page(self, pictures: dict[str, int], drawing: str) -> bytes:
        content, page = self._next(), self._next() + 1  # two numbers: neither is written yet
        names = " ".join(f"/{name} {number} 0 R" for name, number in pictures.items())
        width, height = (f"{length * POINTS:.2f}" for length in A4)
        stream = f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream"
        self._pages.append(page)
        return self._whole(content, stream.encode()) + self._whole(page, (
            f"<< /Type /Page /Parent {self.PAGES} 0 R /MediaBox [0 0 {width} {height}] /Contents {content} 0 R "
            f"/Resources << /XObject << {names} >> >> >>"
        ).encode())

    def _next(self) -> int:
        return max([self.PAGES, *self._offsets]) + 1

    def _begin(self, number: int, data: bytes) -> bytes:
        self._offsets[number] = self._at
        return self._more(f"{number} 0 obj\n".encode() + data)

    def _whole(self, number: int, data: bytes) -> bytes:
        return self._begin(number, data + b"\nendobj\n")

    def _more(self, data: bytes) -> bytes:
        self._at += len(data)
        return data


def _shape(handle: IO[bytes]) -> tuple[int, int, str]:
    """(width, height, colours) of the JPEG as it lies there; only its header is read."""
    picture = Image.open(handle, formats=("JPEG",))
    handle.seek(0)
    return picture.width, picture.height, "DeviceGray" if picture.mode == "L" else "DeviceRGB"


def _place(name: str, x: float, y: float, width: float, height: float) -> str:
    """Draw an upright picture at (x, y) from the page's lower left corner."""
    return _matrix(name, width, 0, 0, height, x, y)


def _photo(photo: Photo, top: int) -> str:
    """The photograph as large as the room below the lines allows, in its middle, turned clockwise."""
    room_x, room_y = A4[0] - 2 * MARGIN, A4[1] - top - MARGIN
    lying = photo.rotation in (90, 270)
    width, height = (photo.height, photo.width) if lying else (photo.width, photo.height)
    scale = min(room_x / width, room_y / height)
    w, h = width * scale, height * scale
    x, y = (A4[0] - w) / 2, A4[1] - top - h
    return {
        0: _matrix("P", w, 0, 0, h, x, y),
        90: _matrix("P", 0, -h, w, 0, x, y + h),
        180: _matrix("P", -w, 0, 0, -h, x + w, y + h),
        270: _matrix("P", 0, h, -w, 0, x + w, y),
    }[photo.rotation]


def _matrix(name: str, *numbers: float) -> str:
    return f"q {' '.join(f'{number * POINTS:.3f}' for number in numbers)} cm /{name} Do Q\n"

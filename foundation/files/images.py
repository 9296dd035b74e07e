"""The image policy (rules §6.11): whatever is uploaded becomes a plain JPEG of bounded size, or a sentence.

Order of the guards, each cheaper than the next: size, kind by content, scan count, pixel cap from the header, and only
then one decode at a time per process. The clean copy is drawn on a new image, so nothing of the file but its pixels
survives: no metadata, no colour profile, no second frame, no tail. Every exception of the decoder is a refusal;
bombs raise ValueError, SyntaxError, struct.error, OSError and EOFError alike.
"""

import hashlib
import io
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

import pillow_heif
from django.utils.translation import gettext as _
from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, UnidentifiedImageError, WebPImagePlugin

from foundation.lifecycle.errors import Blocked, Invalid

from . import exif, jpeg

logger = logging.getLogger(__name__)

MAX_BYTES = 10_000_000
MEGAPIXELS = {"JPEG": 50, "MPO": 50, "HEIF": 25, "PNG": 16, "WEBP": 16}
MIMES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "HEIF": "image/heic", "PNG": "image/png", "WEBP": "image/webp"}
OPENED = ("JPEG", "PNG", "WEBP", "HEIF")  # MPO (a phone's JPEG with a second picture in it) comes in as JPEG
MAX_SCANS = 64  # a 148 KB progressive JPEG of 1,500 scans holds the decoder for 20 s
MAX_SCAN_MEMORY = 150_000_000  # bytes of coefficients a progressive JPEG makes the decoder hold
DECODE_MEMORY = 165_000_000  # bytes while a JPEG is decoded: coefficients and pixels
COPY_MEMORY = 135_000_000  # bytes while its pixels (4 bytes each) are copied to the new image
CLEAN_PIXELS = 16_800_000  # of a clean copy
CLEAN_SIDE = 6000  # px, longer side of a clean copy
THUMB_SIDE = 480
WAIT_SECONDS = 20

for plugin in (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin):
    assert plugin  # imported so that each is registered before the first upload
Image.MAX_IMAGE_PIXELS = 50_000_000
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
_decoder = threading.BoundedSemaphore(1)


@dataclass(frozen=True)
class CleanImage:
    """What is left of an upload. `jpeg` and `thumb` are JPEG bytes; `sha256` and `size` are the original's."""

    jpeg: bytes
    thumb: bytes
    width: int
    height: int
    taken_at: datetime | None
    mime_of_original: str
    sha256: str
    size: int


def clean(fileobj: IO[bytes], *, name: str = "") -> CleanImage:
    """The clean copy of an uploaded picture; raises Invalid with a sentence naming the cause, Blocked when busy."""
    size = _size(fileobj)
    if size == 0:
        raise _refused(_("The file is empty."))
    if size > MAX_BYTES:
        raise _refused(_("The file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1_000_000})
    head = _head(fileobj)
    sentence = _foreign(head)
    if sentence:
        raise _refused(sentence)
    if head.startswith(b"\xff\xd8"):
        _check_scans(fileobj)
    sha256 = _sha256(fileobj)
    with one_at_a_time():
        try:
            return _decode(fileobj, sha256, size)
        except Invalid:
            raise
        except Exception as error:  # a hostile file may raise anything
            logger.info("picture refused: %s", type(error).__name__)
            raise _refused(_cause(error)) from None


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold this process's only decoder; refuses rather than queue without end."""
    if not _decoder.acquire(timeout=WAIT_SECONDS):
        raise Blocked(_("Other photographs are being read at this moment. Send this one again in a minute."), code="busy")
    try:
        yield
    finally:
        _decoder.release()


def _decode(fileobj: IO[bytes], sha256: str, size: int) -> CleanImage:
    fileobj.seek(0)
    with Image.open(fileobj, formats=OPENED) as picture:
        kind = picture.format or ""
        _check_pixels(kind, picture.size)
        if kind in ("JPEG", "MPO"):
            _draft(picture)
        taken_at, orientation = exif.read(picture)
        picture.load()
        _check_pixels(kind, picture.size)  # a HEIF header may lie about it
        plain = _plain(picture)
    side = min(CLEAN_SIDE, max(plain.size) * (CLEAN_PIXELS / (plain.width * plain.height)) ** 0.5)
    plain = exif.turned(_shrunk(plain, side), orientation)
    thumb = _shrunk(plain, THUMB_SIDE)
    return CleanImage(
        to_jpeg(plain, 90), to_jpeg(thumb, 80), plain.width, plain.height, taken_at, MIMES[kind], sha256, size
    )


def _check_pixels(kind: str, size: tuple[int, int]) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise _refused(_("The picture has no pixels."))
    if width * height > MEGAPIXELS[kind] * 1_000_000:
        raise _refused(
            _("The picture has too many pixels (%(width)d × %(height)d); %(kind)s may have %(limit)d million.")
            % {"width": width, "height": height, "kind": kind.replace("MPO", "JPEG"), "limit": MEGAPIXELS[kind]}
        )


def _check_scans(fileobj: IO[bytes]) -> None:
    fileobj.seek(0)
    if jpeg.scans(fileobj.read(MAX_BYTES + 1), MAX_SCANS) > MAX_SCANS:
        raise _refused(
            _("This JPEG is built of more than %(limit)d layers. Save it as a plain JPEG and send it again.")
            % {"limit": MAX_SCANS}
        )


def _draft(picture: Any) -> None:
    """Let the decoder skip what the clean copy would throw away: 48 MP cost 361 MiB without, 82–145 MiB with."""
    held = jpeg.coefficient_bytes(picture)
    if held > MAX_SCAN_MEMORY:
        raise _refused(_("This progressive JPEG is too large to read. Save it as a plain JPEG and send it again."))
    width, height = picture.size
    scale = next((s for s in (1, 2, 4) if _fits(width * height // s**2, held)), 8)
    if scale > 1:
        mode = picture.mode if picture.mode in ("L", "RGB") else None
        picture.draft(mode, (max(1, width // scale), max(1, height // scale)))


def _fits(pixels: int, held: int) -> bool:
    return held + 4 * pixels <= DECODE_MEMORY and 8 * pixels <= COPY_MEMORY


def _plain(picture: Image.Image) -> Image.Image:
    """The first frame as RGB on a new image; what was transparent becomes white; 16 bits are scaled to 8."""
    if picture.mode.startswith("I"):
        picture = _eight_bit(picture)
    if "A" in picture.mode or "a" in picture.mode or "transparency" in picture.info:
        return _on_white(picture)
    if picture.mode == "RGB":
        plain = Image.new("RGB", picture.size)
        plain.paste(picture)
    else:
        plain = picture.convert("RGB")
    Image.Image.close(picture)  # frees the pixels; the upload itself stays open, it is stored afterwards
    plain.info.clear()
    return plain


def _on_white(picture: Image.Image) -> Image.Image:
    """Transparent parts become white, as on paper."""
    straight = picture if picture.mode == "RGBA" else picture.convert("RGBA")
    plain = Image.new("RGB", picture.size, "white")
    plain.paste(straight, mask=straight)
    Image.Image.close(picture)  # frees the pixels; the upload itself stays open, it is stored afterwards
    return plain


def _eight_bit(picture: Image.Image) -> Image.Image:
    """16-bit grey scaled (not clipped) to 8 bits."""
    wide = picture if picture.mode == "I" else picture.convert("I")
    return wide.point(lambda value: value * (1 / 256)).convert("L")


def _shrunk(picture: Image.Image, side: float) -> Image.Image:
    """The picture with its longer side at most `side` px; itself when it is no larger."""
    scale = side / max(picture.size)
    if scale >= 1:
        return picture
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def to_jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _size(fileobj: Any) -> int:
    return fileobj.seek(0, io.SEEK_END) if not hasattr(fileobj, "size") else int(fileobj.size)


def _head(fileobj: IO[bytes]) -> bytes:
    fileobj.seek(0)
    return fileobj.read(512)


def _sha256(fileobj: IO[bytes]) -> str:
    fileobj.seek(0)
    digest = hashlib.sha256()
    while block := fileobj.read(1 << 16):
        digest.update(block)
    return digest.hexdigest()


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, field="files", code="picture")


def _foreign(head: bytes) -> str:
    """A sentence for kinds of files people really send that are no photograph of the allowed kinds."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    names = [
        (b"gif8", "GIF"), (b"bm", "BMP"), (b"ii*\x00", "TIFF"), (b"mm\x00*", "TIFF"), (b"%pdf", "PDF"),
        (b"pk\x03\x04", "ZIP/Office"), (b"8bps", "PSD"), (b"\x1aE\xdf\xa3".lower(), "WebM"),
    ]
    found = next((label for magic, label in names if start.startswith(magic)), "")
    if start.startswith((b"<svg", b"<?xml", b"<!doctype", b"<html", b"<script")):
        found = "SVG/HTML"
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis", b"isom", b"mp41", b"mp42", b"qt  ", b"M4V "):
        found = "AVIF" if head[8:11] == b"avi" else "MP4"
    if not found:
        return ""
    return _("This is a %(kind)s file. JPEG, PNG, WebP and HEIC photographs are accepted.") % {"kind": found}


def _cause(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return _("This is no picture that can be read. JPEG, PNG, WebP and HEIC photographs are accepted.")
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        return _("The picture has too many pixels.")
    if isinstance(error, MemoryError):
        return _("The picture needs too much memory to be read.")
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return _("The picture is incomplete: the end of the file is missing. Send it again from the phone or camera.")
    return _("The picture is damaged and can't be read. Take or send it again.")

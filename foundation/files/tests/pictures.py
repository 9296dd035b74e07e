"""Pictures for tests: honest ones, odd ones and hostile ones, all made here."""

import io
import struct
import zlib
from typing import Any

import pillow_heif
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

pillow_heif.register_heif_opener()


def upload(data: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/jpeg")


def saved(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def photograph(width: int = 640, height: int = 480, *, shade: int = 90) -> Image.Image:
    """Noise over a shade: no two shades have the same bytes."""
    noise = Image.effect_noise((width, height), 60)
    return Image.merge("RGB", (noise, Image.new("L", (width, height), shade), noise.rotate(180)))


def jpeg(width: int = 640, height: int = 480, *, shade: int = 90, **options: Any) -> bytes:
    return saved(photograph(width, height, shade=shade), **options)


def with_exif(orientation: int = 6, *, taken: str = "2026:11:20 10:30:00", width: int = 640, height: int = 480) -> bytes:
    """A phone's JPEG: left half red, orientation, time, camera and a place."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 2, height))
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = "SECRETCAMERA"
    tags.get_ifd(0x8769)[0x9003] = taken
    tags.get_ifd(0x8825)[1] = "N"
    tags.get_ifd(0x8825)[2] = (31.0, 14.0, 5.0)
    return saved(picture, exif=tags)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_claiming(width: int, height: int, *, bits: int = 8, colour: int = 0) -> bytes:
    """A PNG whose header claims a size; its data are a few zero bytes."""
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    data = zlib.compress(b"\x00" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def jpeg_of_many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is repeated until there are more than `count`."""
    data = jpeg(64, 64, progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def jpeg_claiming(width: int, height: int) -> bytes:
    """A small JPEG whose frame header claims another size."""
    data = bytearray(jpeg(64, 64))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)

"""Whatever is sent becomes a plain JPEG of bounded size or one sentence; nothing of the file survives but its pixels."""

import io
import os
import random
import time
from datetime import UTC, datetime

import pytest
from PIL import Image

from foundation.files import images, jpeg
from foundation.files.tests import pictures
from foundation.lifecycle.errors import Blocked, Invalid

WHITE = (255, 255, 255)


def clean(data, name="photo.jpg"):
    return images.clean(pictures.upload(data, name), name=name)


def opened(result):
    return Image.open(io.BytesIO(result.jpeg))


def refusal(data):
    with pytest.raises(Invalid) as refused:
        clean(data)
    assert refused.value.field == "files"
    return str(refused.value)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_it_takes_the_four_kinds(kind):
    result = clean(pictures.saved(pictures.photograph(), kind))
    assert (result.width, result.height) == (640, 480)
    assert opened(result).format == "JPEG"
    assert result.mime_of_original == images.MIMES[kind]


def test_it_takes_a_phones_mpo_and_keeps_its_first_picture():
    first, second = Image.new("RGB", (300, 200), "red"), Image.new("RGB", (300, 200), "blue")
    result = clean(pictures.saved(first, "MPO", save_all=True, append_images=[second]))
    red, _green, blue = opened(result).getpixel((150, 100))
    assert red > 240 and blue < 20
    assert result.mime_of_original == "image/jpeg"


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16", "CMYK"])
def test_it_makes_rgb_of_every_mode(mode):
    picture = Image.new(mode, (64, 64))
    result = clean(pictures.saved(picture, "JPEG" if mode == "CMYK" else "PNG"))
    assert opened(result).mode == "RGB"


def test_sixteen_bits_are_scaled_not_clipped():
    grey = Image.new("I;16", (32, 32), 32768)
    assert abs(opened(clean(pictures.saved(grey, "PNG"))).getpixel((5, 5))[0] - 128) <= 2


def test_what_was_transparent_becomes_white():
    picture = Image.new("RGBA", (32, 32), (255, 0, 0, 0))
    assert opened(clean(pictures.saved(picture, "PNG"))).getpixel((5, 5)) == WHITE
    palette = Image.new("P", (32, 32), 3)
    palette.putpalette([0, 0, 0, 9, 9, 9, 60, 60, 60, 200, 0, 0])
    assert opened(clean(pictures.saved(palette, "PNG", transparency=3))).getpixel((5, 5)) == WHITE


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [(1, (640, 480), (10, 240)), (3, (640, 480), (630, 240)), (6, (480, 640), (240, 10)), (8, (480, 640), (240, 630))],
)
def test_it_turns_the_picture_upright(orientation, size, red_at):
    result = clean(pictures.with_exif(orientation))
    assert (result.width, result.height) == size
    red, green, _blue = opened(result).getpixel(red_at)
    assert red > 200 and green < 60


def test_no_metadata_survives():
    picture = opened(clean(pictures.with_exif()))
    assert not picture.getexif()
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(picture.info)
    assert b"SECRETCAMERA" not in clean(pictures.with_exif()).jpeg


def test_no_profile_comment_or_text_survives():
    data = pictures.saved(pictures.photograph(), icc_profile=b"SECRETPROFILE" * 40, comment=b"SECRETCOMMENT")
    assert b"SECRET" not in clean(data).jpeg


def test_no_tail_survives():
    data = pictures.jpeg() + b"<script>alert(1)</script>PK\x03\x04SECRETTAIL"
    assert b"SECRETTAIL" not in clean(data).jpeg


def test_the_time_is_read_as_shanghai_time():
    assert clean(pictures.with_exif()).taken_at == datetime(2026, 11, 20, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "9999:12:31 23:59:59", "٢٠٢٦:11:20 10:30:00", "rubbish", ""])
def test_a_time_that_is_none_is_none(taken):
    assert clean(pictures.with_exif(taken=taken)).taken_at is None


def test_broken_metadata_never_refuse_a_picture():
    data = pictures.with_exif()
    broken = data.replace(b"MM\x00*", b"MM\xff\xff", 1)
    assert broken != data
    assert clean(broken).taken_at is None


def test_a_big_picture_is_made_smaller_but_stays_large():
    result = clean(pictures.jpeg(5600, 4000))
    assert (result.width, result.height) == (2800, 2000)
    assert max(Image.open(io.BytesIO(result.thumb)).size) == images.THUMB_SIDE


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"GIF89a" + b"\x00" * 60, "GIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"  <?xml version='1.0'?><svg/>", "SVG"),
        (b"<!DOCTYPE html><script>1</script>", "HTML"),
        (b"%PDF-1.7 ", "PDF"),
        (b"PK\x03\x04rubbish", "ZIP"),
        (b"II*\x00rubbish", "TIFF"),
        (b"\x00\x00\x00\x20ftypavif" + b"\x00" * 40, "AVIF"),
        (b"\x00\x00\x00\x20ftypisom" + b"\x00" * 40, "MP4"),
        (b"rubbish" * 40, "no picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"\x89PNG\r\n\x1a\n" + b"rubbish" * 10, "picture"),
        (b"RIFF\x20\x00\x00\x00WEBPVP8 ", "picture"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 300, "picture"),
    ],
    ids=["empty", "gif", "svg", "xml", "html", "pdf", "zip", "tiff", "avif", "mp4", "rubbish", "jpeg-head", "png-head",
         "webp-head", "heic-head"],
)
def test_it_names_what_is_no_photograph(data, words):
    assert words in refusal(data)


def test_a_gif_saved_as_gif_is_refused():
    assert "GIF" in refusal(pictures.saved(Image.new("P", (20, 20)), "GIF"))


@pytest.mark.parametrize("data", [
    pictures.png_claiming(60000, 60000),
    pictures.png_claiming(9459, 9459, bits=1),
    pictures.png_claiming(4001, 4001),
    pictures.jpeg_claiming(8000, 6300),
    pictures.jpeg_claiming(65000, 65000),
], ids=["png-3.6-gp", "png-1-bit", "png-16.01-mp", "jpeg-50.4-mp", "jpeg-4-gp"])
def test_it_refuses_too_many_pixels_before_decoding(data):
    started = time.monotonic()
    assert "too many pixels" in refusal(data)
    assert time.monotonic() - started < 1


def test_a_bomb_of_one_bit_is_refused():
    assert "too many pixels" in refusal(pictures.saved(Image.new("1", (9459, 9459)), "PNG"))


def test_a_jpeg_of_many_scans_is_refused_at_once():
    started = time.monotonic()
    assert "layers" in refusal(pictures.jpeg_of_many_scans(1500))
    assert time.monotonic() - started < 1


def test_an_ordinary_progressive_jpeg_is_taken():
    assert clean(pictures.jpeg(progressive=True)).width == 640


def test_a_motion_photo_is_taken():
    """A film behind the picture is full of chance FF DA; only the picture's own scans count."""
    film = b"\x00\x00\x00\x20ftypmp42" + b"\xff\xda\x12\x34" * 500
    assert clean(pictures.jpeg() + film).width == 640


def test_scans_hidden_behind_a_false_length_are_counted():
    data = pictures.jpeg_of_many_scans(200)
    assert jpeg.scans(data, 64) > 64


def test_a_file_over_the_size_limit_is_refused():
    assert "10 MB" in refusal(pictures.jpeg() + b"\x00" * images.MAX_BYTES)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_refused(kind, share):
    data = pictures.saved(pictures.photograph(), kind)
    assert refusal(data[: int(len(data) * share)])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_damaged_picture_is_a_picture_or_a_sentence(kind):
    whole, dice = pictures.saved(pictures.photograph(200, 150), kind), random.Random(kind)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 30)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            assert clean(bytes(data)).width
        except Invalid as error:
            assert str(error)


def test_a_large_progressive_jpeg_without_subsampling_is_refused():
    data = pictures.saved(Image.new("RGB", (7000, 7000)), quality=30, progressive=True, subsampling=0)
    assert "progressive" in refusal(data)


def test_one_decode_at_a_time(monkeypatch):
    monkeypatch.setattr(images, "WAIT_SECONDS", 0.05)
    with images.one_at_a_time(), pytest.raises(Blocked):
        clean(pictures.jpeg())
    assert clean(pictures.jpeg()).width == 640


def test_random_bytes_after_each_magic_never_escape():
    for magic in (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x00\x10\x00\x00WEBP", b"\x00\x00\x00\x18ftypheic"):
        for _ in range(20):
            assert refusal(magic + os.urandom(2000))

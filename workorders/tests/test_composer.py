"""One sheet of all vouchers: within the platform's limits, nothing enlarged, nothing too small to read."""

import io

import pytest
from PIL import Image

from foundation.files.tests import pictures
from foundation.lifecycle.errors import Blocked
from workorders import composer
from workorders.composer import Heading, Limits, Picture, compose

HEADING = Heading("261122-000000000000001", "WO7K3M9QZX1A")


@pytest.fixture
def draw(tmp_path):
    """A function: size → a Picture of it on disk."""
    made = {}

    def drawn(width, height, rotation=0, labels=("发货底单",), caption="", detail=False):
        if (width, height, detail) not in made:
            path = tmp_path / f"{width}x{height}{detail}.jpg"
            plain = Image.new("RGB", (width, height), "#8899aa")
            path.write_bytes(pictures.saved(pictures.photograph(width, height) if detail else plain, quality=92))
            made[width, height, detail] = path
        return Picture(made[width, height, detail], width, height, rotation, labels, caption)

    return drawn


def sizes_on_sheet(shown):
    columns, scale = next(composer._plans(shown, Limits()))
    cells, _size = composer._laid_out(shown, columns, Limits(), scale)
    return cells


@pytest.mark.parametrize("count", [1, 2, 3, 4, 8, 13, 20])
@pytest.mark.parametrize("size", [(4000, 3000), (3000, 4000), (900, 5000), (5000, 900)])
def test_no_voucher_is_too_small_and_the_sheet_not_too_wide(draw, count, size):
    cells = sizes_on_sheet([draw(*size)] * count)
    assert all(max(cell.size) >= 600 for cell in cells)
    assert all(cell.x + cell.size[0] <= 2000 - composer.MARGIN for cell in cells)


def test_a_small_picture_is_never_enlarged(draw):
    small = draw(300, 200)
    assert [cell.size for cell in sizes_on_sheet([small, draw(4000, 3000)])][0] == (300, 200)


def test_pictures_never_overlap(draw):
    cells = sizes_on_sheet([draw(4000, 3000), draw(900, 5000), draw(300, 200), draw(3000, 4000), draw(5000, 900)])
    boxes = [(c.x, c.y, c.x + c.size[0], c.top + c.size[1]) for c in cells]
    for first in range(len(boxes)):
        for second in range(first):
            a, b = boxes[first], boxes[second]
            assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def test_the_sheet_is_a_plain_jpeg_within_the_limits(draw):
    composed = compose([draw(4000, 3000, detail=True)] * 4, HEADING, Limits())
    sheet = Image.open(io.BytesIO(composed.jpeg))
    assert (sheet.format, sheet.mode, sheet.size) == ("JPEG", "RGB", (composed.width, composed.height))
    assert sheet.width <= 2000 and len(composed.jpeg) <= 5_000_000
    assert not sheet.getexif() and "icc_profile" not in sheet.info


def test_a_byte_limit_lowers_the_quality_and_then_the_size(draw):
    shown = [draw(1600, 1200, detail=True)] * 3
    generous = compose(shown, HEADING, Limits())
    tight = compose(shown, HEADING, Limits(max_bytes=len(generous.jpeg) * 2 // 3))
    assert len(tight.jpeg) <= len(generous.jpeg) * 2 // 3
    assert tight.quality < generous.quality
    tighter = compose(shown, HEADING, Limits(max_bytes=len(generous.jpeg) // 3))
    assert len(tighter.jpeg) <= len(generous.jpeg) // 3


def test_what_can_not_be_brought_under_the_limit_is_refused(draw):
    with pytest.raises(Blocked, match="MB"):
        compose([draw(1600, 1200, detail=True)] * 3, HEADING, Limits(max_bytes=20_000))


def test_a_narrow_policy_is_kept(draw):
    composed = compose([draw(4000, 3000)] * 3, HEADING, Limits(max_width=900))
    assert composed.width <= 900


def test_the_same_inputs_give_the_same_bytes(draw):
    shown = [draw(1600, 1200, caption="门口"), draw(900, 1600, rotation=90)]
    assert compose(shown, HEADING, Limits()).jpeg == compose(shown, HEADING, Limits()).jpeg


def test_it_turns_clockwise(draw, tmp_path):
    picture = Image.new("RGB", (800, 400), "white")
    picture.paste("red", (0, 0, 400, 400))
    path = tmp_path / "turn.jpg"
    picture.save(path, quality=95)
    composed = compose([Picture(path, 800, 400, 90, ("发货底单",))], HEADING, Limits())
    sheet = Image.open(io.BytesIO(composed.jpeg))
    top = composer.MARGIN + composer.HEADER + composer.BAND
    assert sheet.getpixel((composer.MARGIN + 200, top + 100))[1] < 60  # red came up
    assert sheet.getpixel((composer.MARGIN + 200, top + 700))[1] > 200


def test_captions_order_number_and_slots_are_drawn(draw):
    blank = compose([draw(700, 700, labels=())], Heading("", ""), Limits())
    named = compose([draw(700, 700, labels=("发货底单", "红章证明"), caption="门口")], HEADING, Limits())
    assert blank.jpeg != named.jpeg
    assert named.height == blank.height + composer.LINE


def test_long_words_end_in_an_ellipsis():
    lines = composer._wrapped("很长" * 100, 300, most=2)
    assert len(lines) == 2 and lines[-1].endswith("…")
    assert composer._wrapped("", 300, most=1) == [""]


def test_an_empty_desk_and_a_lost_file_are_refused(draw, tmp_path):
    with pytest.raises(Blocked, match="no picture"):
        compose([], HEADING, Limits())
    with pytest.raises(Blocked, match="Picture 2"):
        compose([draw(700, 700), Picture(tmp_path / "gone.jpg", 9, 9, 0, ())], HEADING, Limits())


def test_one_sheet_at_a_time(draw, monkeypatch):
    monkeypatch.setattr(composer, "WAIT_SECONDS", 0.05)
    with composer._one_at_a_time(), pytest.raises(Blocked, match="at this moment"):
        compose([draw(700, 700)], HEADING, Limits())

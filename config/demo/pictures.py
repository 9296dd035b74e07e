"""Evidence drawn by code: a slip, a stamped proof, a parcel on a scale. Marked as samples, so nobody takes them for real."""

import io
from functools import lru_cache
from random import Random

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from foundation.files.fonts import caption_font
from orders.models import Order
from workorders.slots import SLOTS

SIZE = (1200, 900)
PAPER, INK, GREY, RED = (250, 248, 242), (30, 30, 40), (120, 120, 130), (205, 40, 45)


def upload(slot: str, order: Order) -> SimpleUploadedFile:
    """The picture of a voucher of this order, as a phone would upload it."""
    random = Random(f"{slot}:{order.number}")
    picture = _weighing(slot, order, random) if slot.startswith("weighing") else _paper(slot, order, random)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return SimpleUploadedFile(f"{slot}-{order.number}.jpg", out.getvalue(), content_type="image/jpeg")


@lru_cache(maxsize=2)
def _table(colour: tuple[int, int, int]) -> Image.Image:
    """The table the thing lies on: light from one side, a little grain."""
    light = Image.linear_gradient("L").rotate(90).resize(SIZE)
    dark = Image.new("RGB", SIZE, tuple(part * 7 // 10 for part in colour))
    grain = Image.effect_noise(SIZE, 14).convert("RGB")
    return Image.blend(Image.composite(Image.new("RGB", SIZE, colour), dark, light), grain, 0.06)


def _paper(slot: str, order: Order, random: Random) -> Image.Image:
    sheet = Image.new("RGB", (820, 640), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((14, 14, 805, 625), outline=GREY, width=2)
    draw.text((300, 34), f"{SLOTS[slot].name_zh}（示例）", font=caption_font(40), fill=INK)
    for place, (name, value) in enumerate(_lines(slot, order, random)):
        top = 120 + place * 62
        draw.text((50, top), name, font=caption_font(26), fill=GREY)
        draw.text((230, top - 2), value, font=caption_font(30), fill=INK)
        draw.line((50, top + 46, 770, top + 46), fill=(215, 215, 215), width=1)
    if slot == "sign_off_proof":
        _stamp(sheet)
    picture = _table((196, 174, 150)).copy()
    turned = sheet.rotate(random.uniform(-4, 4), expand=True, resample=Image.Resampling.BICUBIC, fillcolor=(176, 156, 134))
    picture.paste(turned, ((SIZE[0] - turned.width) // 2, (SIZE[1] - turned.height) // 2))
    return picture


def _lines(slot: str, order: Order, random: Random) -> list[tuple[str, str]]:
    lines = [
        ("订单号", order.number), ("物流公司", order.carrier or "示例快递"), ("运单号", order.tracking_number or "—"),
        ("收件地址", "示例省示例市示例区"), ("重量", f"{random.randint(40, 320) / 100:.2f} kg"),
    ]  # fmt: skip
    if slot == "sign_off_proof":
        return [*lines[:3], ("签收人", "本人签收（手写示例）"), ("签收日期", f"{order.signed_at:%Y-%m-%d}" if order.signed_at else "—"),
                ("盖章", "示例快递网点")]  # fmt: skip
    return [*lines, ("寄件", "示例仓库")]


def _stamp(sheet: Image.Image) -> None:
    """A round red stamp, a little faint, across the writing."""
    stamp = Image.new("RGBA", (230, 230), (0, 0, 0, 0))
    draw = ImageDraw.Draw(stamp)
    draw.ellipse((8, 8, 222, 222), outline=(*RED, 215), width=8)
    draw.text((52, 62), "示例快递", font=caption_font(32), fill=(*RED, 215))
    draw.text((38, 118), "签收专用章", font=caption_font(31), fill=(*RED, 215))
    stamp = stamp.rotate(-12, resample=Image.Resampling.BICUBIC)
    sheet.paste(stamp, (540, 360), stamp)


def _weighing(slot: str, order: Order, random: Random) -> Image.Image:
    picture = _table((150, 158, 166)).copy()
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((230, 610, 970, 800), 26, fill=(58, 62, 68))
    draw.rectangle((470, 660, 760, 750), fill=(16, 36, 24))
    draw.text((500, 668), f"{random.randint(40, 320) / 100:.2f} kg", font=caption_font(60), fill=(110, 240, 150))
    draw.rectangle((300, 210, 900, 610), fill=(188, 148, 98), outline=(140, 104, 62), width=4)
    draw.rectangle((300, 390, 900, 424), fill=(214, 186, 140))
    draw.rectangle((350, 250, 770, 560), fill=PAPER)
    for place, line in enumerate([f"{SLOTS[slot].name_zh}（示例）", order.number, order.tracking_number or "—", order.carrier or "示例快递"]):
        draw.text((370, 270 + place * 66), line, font=caption_font(34), fill=INK)
    return picture

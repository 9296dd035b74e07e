"""One cell of text → one value, by rules that take nothing a person wouldn't write there.

Digits are ASCII digits: `int()` and `Decimal()` also take full-width and Arabic ones, "1e3" and "NaN".
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import override

from foundation.lifecycle.deadlines import SHANGHAI

from ..states import LANGUAGES, Flag, OrderState

MAX_MINOR = 10**12  # fen; ten thousand million yuan is no order
_MONEY = re.compile(r"[¥￥]?\s?(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,12})(?:\.([0-9]*))?(?:\s?元)?")
_DATE = re.compile(
    r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?"
    r"(?:[T ]\s*([0-9]{1,2})[:：]([0-9]{2})(?:[:：]([0-9]{2})(?:\.([0-9]{1,6}))?)?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_COUNT = re.compile(r"[0-9]{1,6}(?:\.0+)?")
_PHONE = re.compile(r"[0-9*+()\- ]{3,20}")
_YEARS = range(2000, 2100)

_STATES = {
    OrderState.GROUPING: "拼团中 待成团 待拼单 grouping",
    OrderState.TO_SHIP: "待发货 已成团待发货 已付款 已支付 买家已付款 买家已付款等待卖家发货 等待卖家发货 toship paid",
    OrderState.SHIPPED: "已发货 待收货 已发货待签收 已发货待收货 卖家已发货 卖家已发货等待买家确认 运输中 派件中 shipped intransit",
    OrderState.SIGNED: "已签收 已签收未确认 signed delivered",
    OrderState.COMPLETED: "交易成功 已完成 已收货 确认收货 已确认收货 交易完成 completed done success",
    OrderState.CANCELLED: "已取消 交易关闭 团失败 拼团失败 已关闭 待付款 未付款 待支付 未支付 等待买家付款 cancelled canceled closed unpaid",
    OrderState.REFUNDED: "已退款 退款成功 全额退款 已全额退款 refunded",
}
_STATE_OF = {name: state.value for state, names in _STATES.items() for name in names.split()}
_FLAG_OF = {
    "": "", "无": "", "none": "", "noflag": "", "红": "red", "红色": "red", "red": "red", "黄": "yellow", "黄色": "yellow",
    "yellow": "yellow", "绿": "green", "绿色": "green", "green": "green", "蓝": "blue", "蓝色": "blue", "blue": "blue",
    "紫": "purple", "紫色": "purple", "purple": "purple",
}  # fmt: skip


@cache
def _own_words(choices: type[TextChoices]) -> dict[str, str]:
    """Label in each of our languages → value: what our own export writes."""
    found = {}
    for language in LANGUAGES:
        with override(language):
            found |= {_plain(str(one.label)): str(one.value) for one in choices}
    return found


def _plain(words: str) -> str:
    return re.sub(r"[\s_\-,，、;；]+", "", words.lower())


class Refused(Exception):
    """The cell's text is refused; the message is a sentence."""


def money(text: str) -> int:
    """Yuan as written → fen, exactly. Empty is 0. Refused: more than two decimals, minus, anything but a number."""
    if not text:
        return 0
    found = _MONEY.fullmatch(text)
    if not found:
        raise Refused(_("This is no amount of money. Write it like 1234.50."))
    sign, whole, part = found[1], found[2], found[3] or ""
    if len(part) > 2:
        raise Refused(_("An amount has at most two decimals."))
    minor = int(whole.replace(",", "")) * 100 + int(part.ljust(2, "0") if part else 0)
    if sign and minor:
        raise Refused(_("An amount here is never below zero."))
    if minor > MAX_MINOR:
        raise Refused(_("The amount is too large for an order."))
    return minor


def moment(text: str) -> datetime | None:
    """A time as written, Shanghai unless it names an offset → UTC. Empty is None."""
    if not text:
        return None
    found = _DATE.fullmatch(text)
    if not found:
        raise Refused(_("This is no time. Write it like 2026-02-20 23:59:54."))
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if year not in _YEARS:
        raise Refused(_("The year must lie between 2000 and 2099."))
    micro = int((found[7] or "").ljust(6, "0"))
    try:
        local = datetime(year, month, day, hour, minute, second, micro, tzinfo=SHANGHAI)
        if found[8]:
            zone = found[8].replace("Z", "+00:00")
            local = datetime.fromisoformat(local.replace(tzinfo=None).isoformat() + zone)
        return local.astimezone(UTC)
    except ValueError:
        raise Refused(_("There is no such day or hour.")) from None


def text(limit: int) -> Callable[[str], str]:
    """Words up to `limit` characters; longer ones are refused, never cut silently."""

    def read(words: str) -> str:
        if len(words) > limit:
            raise Refused(_("Longer than %(limit)s characters.") % {"limit": limit})
        return words

    return read


def number(words: str) -> str:
    """An order number: 1–64 printable characters."""
    if not words:
        raise Refused(_("The order number is missing."))
    if len(words) > 64:
        raise Refused(_("Longer than %(limit)s characters.") % {"limit": 64})
    if not words.isprintable():
        raise Refused(_("An order number has no invisible characters."))
    if re.fullmatch(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+", words):
        raise Refused(_("The spreadsheet has cut this number short. Format the column as text and export again."))
    return words


def count(words: str) -> int:
    if not words:
        return 1
    if not _COUNT.fullmatch(words) or not 1 <= int(words.partition(".")[0]) <= 100_000:
        raise Refused(_("This is no quantity. Write a whole number from 1."))
    return int(words.partition(".")[0])


def phone(words: str) -> str:
    if words and not _PHONE.fullmatch(words):
        raise Refused(_("This is no phone number."))
    return words


def state(words: str) -> str:
    """The order state a marketplace's export means; "" when the cell is empty."""
    name = _plain(words)
    found = _STATE_OF.get(name) or _own_words(OrderState).get(name, "")
    if name and not found:
        known = ", ".join(str(one.label) for one in OrderState)
        raise Refused(_("This order state is not known. Known are: %(states)s.") % {"states": known})
    return found


def flag(words: str) -> str:
    name = re.sub(r"[\s]+|旗$", "", words.lower())
    own = _own_words(Flag).get(_plain(words))
    if own is None and name not in _FLAG_OF:
        known = ", ".join(str(one.label) for one in Flag)
        raise Refused(_("This flag is not known. Known are: %(flags)s.") % {"flags": known})
    return _FLAG_OF[name] if own is None else own


def tags(words: str) -> list[str]:
    found = [one.strip() for one in re.split(r"[,，;；|]", words) if one.strip()]
    if len(found) > 20 or any(len(one) > 20 for one in found):
        raise Refused(_("At most 20 tags of 20 characters each."))
    return list(dict.fromkeys(found))


READERS: dict[str, Callable[[str], Any]] = {
    "number": number, "status": state, "placed_at": moment, "paid_at": moment, "grouped_at": moment,
    "promised_ship_at": moment, "shipped_at": moment, "signed_at": moment, "confirmed_at": moment,
    "total": money, "paid": money, "net_received": money, "refunded": money, "goods": money, "discount": money,
    "postage": money, "buyer_name": text(80), "buyer_phone": phone, "province": text(40), "address": text(300),
    "buyer_remark": text(500), "staff_note": text(500), "flag": flag, "tags": tags, "carrier": text(40),
    "tracking_number": text(64), "item_title": text(200), "product_code": text(64), "sku_name": text(120),
    "sku_code": text(64), "quantity": count, "price": money,
}  # fmt: skip

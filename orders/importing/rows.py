"""One row of a file → one arriving order, or every reason why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from foundation.catalog.services import Wanted
from foundation.lists.sheets import harmed

from ..services import ArrivingLine, ArrivingOrder
from ..services.arriving import refusals
from ..states import GroupState, OrderState
from . import cells
from .columns import FIELDS, TARGETS
from .readers import Row

PROVINCES = [
    "北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东",
    "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏",
    "宁夏", "新疆", "香港", "澳门", "示例省",
]  # fmt: skip
_PAID_STATES = (OrderState.TO_SHIP, OrderState.SHIPPED, OrderState.SIGNED, OrderState.COMPLETED)


@dataclass(frozen=True)
class Problem:
    """Why a row is refused: `column` as the file names it ("" for the row as a whole), its text, and a sentence."""

    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Plan:
    """How to read the rows of one file: which cell is which target."""

    header: tuple[str, ...]
    columns: Mapping[str, int]

    @classmethod
    def of(cls, header: Sequence[str], mapping: Mapping[str, str]) -> "Plan":
        return cls(tuple(header), {code: header.index(name) for name, code in mapping.items()})

    def name(self, code: str) -> str:
        """The file's own name of the column, or the target's label where the file has none."""
        code = FIELDS.get(code, code)
        if code == "paid" and "net_received" in self.columns:
            code = "net_received"
        if code in self.columns:
            return self.header[self.columns[code]]
        return str(TARGETS[code].label) if code in TARGETS else ""

    def text(self, row: Row, code: str) -> str:
        position = self.columns.get(FIELDS.get(code, code))
        return harmed(row.cells[position]) if position is not None and position < len(row.cells) else ""


@dataclass
class Reading:
    """What became of one row: an order to arrive, or problems; `wanted` is its product, when the file names its code."""

    row: Row
    number: str = ""
    order: ArrivingOrder | None = None
    wanted: Wanted | None = None
    problems: list[Problem] = field(default_factory=list)


def read(row: Row, plan: Plan, now: datetime) -> Reading:
    """Read every cell that means something; all problems of the row are told, not only the first."""
    reading = Reading(row, number=plan.text(row, "number"))
    if row.broken:
        reading.problems.append(Problem("", "", row.broken))
        return reading
    if len(row.cells) > len(plan.header):
        extra = ", ".join(row.cells[len(plan.header) :])[:200]
        reading.problems.append(Problem("", extra, _("The row has more cells than the header.")))
    values = _values(row, plan, reading.problems)
    if reading.problems:
        return reading
    order = _order(values, plan)
    for code, sentence in _contradictions(values, order, plan, now):
        reading.problems.append(Problem(plan.name(code), plan.text(row, code), sentence))
    if not reading.problems:
        reading.order, reading.wanted = order, _wanted(values)
    return reading


def _values(row: Row, plan: Plan, problems: list[Problem]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for code, position in plan.columns.items():
        text = harmed(row.cells[position]) if position < len(row.cells) else ""
        try:
            values[code] = cells.READERS[code](text)
        except cells.Refused as refusal:
            problems.append(Problem(plan.header[position], text, str(refusal)))
    return values


def _order(values: dict[str, Any], plan: Plan) -> ArrivingOrder:
    """Put the amounts together: net + refunded = paid; a state of `refunded` without amounts gave all of it back."""
    refunded = values.get("refunded", 0)
    paid = values["paid"] if "paid" in values else values["net_received"] + refunded
    status = values.get("status") or None
    if status == OrderState.REFUNDED and "refunded" not in plan.columns:
        refunded = paid
    address = values.get("address", "")
    goods = values.get("goods") or (values.get("total", 0) if "goods" not in plan.columns else 0)
    return ArrivingOrder(
        number=values["number"],
        placed_at=values.get("placed_at") or values.get("paid_at"),  # type: ignore[arg-type]
        paid_minor=paid,
        refunded_minor=refunded,
        status=status,
        paid_at=values.get("paid_at"),
        grouped_at=values.get("grouped_at"),
        promised_ship_at=values.get("promised_ship_at"),
        physically_shipped_at=values.get("shipped_at"),
        tracking_uploaded_at=values.get("shipped_at") if values.get("tracking_number") else None,
        signed_at=values.get("signed_at"),
        confirmed_at=values.get("confirmed_at"),
        buyer_name=values.get("buyer_name", ""),
        buyer_phone=values.get("buyer_phone", "")[:20],
        province=values.get("province", "") or province_of(address),
        address=address,
        buyer_remark=values.get("buyer_remark", ""),
        staff_note=values.get("staff_note", ""),
        flag=values.get("flag", ""),
        tags=tuple(values.get("tags", ())),
        goods_minor=goods,
        discount_minor=values.get("discount", 0),
        postage_minor=values.get("postage", 0),
        group_state=GroupState.GROUPING if status == OrderState.GROUPING else GroupState.NONE,
        carrier=values.get("carrier", ""),
        tracking_number=values.get("tracking_number", ""),
        lines=_lines(values, paid),
    )


def _lines(values: dict[str, Any], paid: int) -> tuple[ArrivingLine, ...]:
    """One row is one line, when the file names a product; the line carries all that was paid less postage."""
    title = values.get("item_title") or values.get("sku_name") or values.get("product_code")
    if not title:
        return ()
    quantity = values.get("quantity", 1)
    share = max(paid - values.get("postage", 0), 0)
    price = values.get("price") or share // quantity
    return (ArrivingLine(title, values.get("sku_name", ""), quantity, price_minor=price, paid_minor=share),)


def _wanted(values: dict[str, Any]) -> Wanted | None:
    code = values.get("product_code", "")
    if not code:
        return None
    return Wanted(
        code=code,
        title=values.get("item_title") or code,
        sku_code=values.get("sku_code", ""),
        sku_name=values.get("sku_name", ""),
        price_minor=values.get("price", 0),
    )


def _contradictions(
    values: dict[str, Any], order: ArrivingOrder, plan: Plan, now: datetime
) -> list[tuple[str, str]]:
    """What is readable but can't be true."""
    found = []
    if order.placed_at is None:
        code = "placed_at" if "placed_at" in plan.columns else "paid_at"
        return [(code, _("The time the order was placed is missing."))]
    if (order.placed_at - now).days >= 1:
        found.append(("placed_at", _("This time lies in the future.")))
    if order.paid_minor and "paid_at" in plan.columns and order.paid_at is None:
        found.append(("paid_at", _("There is a paid amount, but no time of payment.")))
    if order.status in _PAID_STATES and not order.paid_minor and order.paid_at is None:
        found.append(("status", _("The state says paid, but nothing was paid.")))
    return found + refusals(order)


def province_of(address: str) -> str:
    """The province an address begins with, "" if it begins with none."""
    found = next((name for name in PROVINCES if address.startswith(name)), "")
    if found and (len(address) <= 8 or found == "示例省"):
        return found if found == "示例省" else address
    return found

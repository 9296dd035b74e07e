"""The columns of a file of questions: their names in either language, and what a cell may say."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from foundation.lifecycle.errors import Invalid
from orders.importing import cells
from orders.importing.columns import clean_header, key

from ..models import VoucherKind, WorkOrderPolicy
from ..services.cases import COMPENSATION_MAX_BP
from ..services.opening import QUESTION_MAX

_SHARE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2})0*)?\s?[%％]?")
_LINE = re.compile(r"([0-9]{1,3})(?:\.0+)?")
_BETWEEN = re.compile(r"[,，;；、|\n]+")


class Refused(Exception):
    """The cell can't be used; the message says what was expected."""


@dataclass(frozen=True)
class Column:
    """`names` are headers that mean it, as `orders.importing.columns.key` writes them; `zh`, `en` the template's."""

    code: str
    zh: str
    en: str
    label: Any
    names: str
    required: bool = True
    help: Any = ""


COLUMNS: dict[str, Column] = {
    column.code: column
    for column in [
        Column("shop", "店铺编码", "shop code", _("Shop code"), "店铺 店铺编码 店铺id 店铺编号 shop shopcode shopid",
               help=_("the code in the shop's addresses, or its shop ID")),
        Column("order", "订单号", "order number", _("Order number"), "订单号 订单编号 order ordernumber orderno orderid",
               help=_("as the shop's order list shows it; format the column as text")),
        Column("type", "工单类型", "type", _("Type"), "类型 工单类型 问题类型 type questiontype",
               help=_("its code or its name")),
        Column("text", "平台提问", "question", _("The question, as the seller is to read it"),
               "平台提问 提问 问题 问题描述 内容 question text platformtext theplatformswords", help=_("at most 4,000 characters")),
        Column("line", "商品行", "line", _("Line of the order, from 1"), "商品行 行 行号 订单行 line lineno position", False,
               _("empty: the whole order")),
        Column("compensation", "赔付比例", "compensation percent", _("Compensation (percent of the line paid)"),
               "赔付比例 赔付 赔付百分比 compensation compensationpercent", False, _("0 to 500; empty: what the rule says")),
        Column("vouchers", "凭证", "vouchers", _("Vouchers asked for"), "凭证 所需凭证 凭证要求 vouchers voucher slots", False,
               _("codes or names, separated by commas; empty: what the rule asks for")),
    ]
}  # fmt: skip
_BY_NAME = {name: column.code for column in COLUMNS.values() for name in column.names.split()}


def understand(first: Iterable[str]) -> tuple[dict[str, int], dict[str, str], list[str]]:
    """The header row: code → position, code → name in the file, and the names that mean nothing.

    Invalid, naming what is missing, without the four columns a question needs.
    """
    at: dict[str, int] = {}
    names: dict[str, str] = {}
    unused = []
    for position, name in enumerate(clean_header(list(first))):
        code = _BY_NAME.get(key(name))
        if code and code not in at:
            at[code], names[code] = position, name
        else:
            unused.append(name)
    missing = [str(column.label) for column in COLUMNS.values() if column.required and column.code not in at]
    if missing:
        raise Invalid(
            gettext("The file has no column for: %(columns)s. Take the template's first row.")
            % {"columns": ", ".join(missing)},
            field="file",
        )
    return at, names, unused


@dataclass(frozen=True)
class Known:
    """What a cell may name: every name in lower case → its code, and the names as the reader knows them."""

    codes: Mapping[str, str]
    labels: Sequence[str]

    def find(self, text: str) -> str:
        """The code; Refused, naming all there are, for anything else."""
        if text.strip().lower() not in self.codes:
            raise Refused(gettext("one of: %(known)s") % {"known": pgettext("between things in a row", ", ").join(self.labels)})
        return self.codes[text.strip().lower()]


def types(now: datetime) -> Known:
    """The types with a rule in force, by code and by name in either language."""
    rules = WorkOrderPolicy.objects.filter(effective_from__lte=now).order_by("effective_from", "pk")
    found: dict[str, str] = {}
    for rule in rules.only("type", "name_zh", "name_en"):
        found |= {rule.name_zh.lower(): rule.type, rule.name_en.lower(): rule.type}
    return Known(found | {code: code for code in found.values()}, [name for _code, name in WorkOrderPolicy.objects.names(now)])


def voucher_kinds() -> Known:
    """The vouchers there are, by code and by any name a text may call them by."""
    kinds = list(VoucherKind.objects.all())
    found = {name.lower(): kind.code for kind in kinds for name in kind.names}
    return Known(found | {kind.code: kind.code for kind in kinds}, [kind.label for kind in kinds])


def number(text: str) -> str:
    try:
        return cells.number(text)
    except cells.Refused as refusal:
        raise Refused(str(refusal)) from None


def shop(text: str) -> str:
    if not text:
        raise Refused(gettext("a shop code or shop ID"))
    return text


def question(text: str) -> str:
    if not text.strip() or len(text) > QUESTION_MAX:
        raise Refused(gettext("a question of 1 to %(limit)s characters") % {"limit": f"{QUESTION_MAX:,}"})
    return text


def line(text: str) -> int | None:
    """The position from 1, or None when the question is about the whole order."""
    if not text:
        return None
    found = _LINE.fullmatch(text)
    if not found or int(found[1]) < 1:
        raise Refused(gettext("a line of the order, counted from 1, or nothing"))
    return int(found[1])


def compensation(text: str) -> int | None:
    """Percent with at most two decimals → basis points; None for an empty cell."""
    if not text:
        return None
    found = _SHARE.fullmatch(text)
    share = int(Decimal(f"{found[1]}.{found[2] or 0}") * 100) if found else -1
    if not 0 <= share <= COMPENSATION_MAX_BP:
        raise Refused(gettext("a percentage between 0 and 500 with at most two decimals, or nothing"))
    return share


def vouchers(known: Known, text: str) -> list[str] | None:
    """Codes without repeats; None for an empty cell."""
    names = [name.strip() for name in _BETWEEN.split(text) if name.strip()]
    return list(dict.fromkeys(known.find(name) for name in names)) or None

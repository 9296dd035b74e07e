"""Rows of a file → questions that may be asked, or every reason why not; set-wise, writing nothing."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from foundation.accounts.models import Shop
from foundation.lifecycle.errors import DomainError
from orders.models import Order, OrderLine

from ..models import QuestionFile, QuestionRow, WorkOrder
from ..models.bulk import ASKED, GOOD
from ..services.opening import Question, not_asked_twice, unfinished_of
from . import columns


@dataclass
class Reading:
    """What became of one row: a question, or problems; `waits` when it would queue behind another."""

    row: QuestionRow
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    question: Question | None = None
    waits: bool = False

    def refuse(self, file: QuestionFile, code: str, expected: str, got: str | None = None) -> None:
        self.problems.append({
            "column": file.header.get(code) or str(columns.COLUMNS[code].label),
            "expected": expected,
            "got": (self.row.cells.get(code, "") if got is None else got)[:200],
        })


def look(file: QuestionFile, rows: Sequence[QuestionRow], now: datetime) -> list[Reading]:
    """Read the rows, find shops, orders and lines, and say which could be asked at `now`; in the order given."""
    readings = [Reading(row) for row in rows]
    readers = _readers(now)
    for reading in readings:
        _read(reading, file, readers)
    orders = _find_orders(file, readings)
    lines = _lines(readings, orders)
    for reading in readings:
        if not reading.problems:
            _make(reading, file, orders[reading.values["order_key"]], lines)
    _compare(file, [reading for reading in readings if reading.question], now)
    return readings


def key_of(question: Question) -> str:
    """The same for the same question about the same order: type, line and words."""
    said = f"{question.type}\x1f{question.line.pk if question.line else ''}\x1f{question.platform_text}"
    return hashlib.sha256(said.encode()).hexdigest()


def _readers(now: datetime) -> dict[str, Callable[[str], Any]]:
    return {
        "shop": columns.shop,
        "order": columns.number,
        "type": columns.types(now).find,
        "text": columns.question,
        "line": columns.line,
        "compensation": columns.compensation,
        "vouchers": partial(columns.vouchers, columns.voucher_kinds()),
    }


def _read(reading: Reading, file: QuestionFile, readers: dict[str, Callable[[str], Any]]) -> None:
    """Every cell, all problems told; a row the file's grammar broke on has nothing but that."""
    cells = reading.row.cells
    if "broken" in cells:
        reading.problems.append({"column": "", "expected": cells["broken"], "got": ""})
        return
    for code, reader in readers.items():
        try:
            reading.values[code] = reader(cells.get(code, ""))
        except columns.Refused as refusal:
            reading.refuse(file, code, str(refusal))


def _find_orders(file: QuestionFile, readings: Sequence[Reading]) -> dict[tuple[int, str], Order]:
    """(shop, number) → order of every row that reads well; rows without one are refused."""
    good = [reading for reading in readings if not reading.problems]
    names = {reading.values["shop"] for reading in good}
    shops: dict[str, Shop] = {}
    for shop in Shop.objects.filter(Q(code__in=names) | Q(number__in={name.upper() for name in names})):
        shops |= {shop.number: shop, shop.code: shop}
    numbers: dict[int, set[str]] = defaultdict(set)
    for reading in good:
        name = reading.values["shop"]
        shop = shops.get(name) or shops.get(name.upper())
        if shop is None:
            reading.refuse(file, "shop", _("the code or ID of a shop"))
            continue
        reading.values["order_key"] = (shop.pk, reading.values["order"])
        numbers[shop.pk].add(reading.values["order"])
    found: dict[tuple[int, str], Order] = {}
    for shop_id, wanted in numbers.items():
        for order in Order.objects.filter(shop_id=shop_id, number__in=wanted).only("number", "shop_id"):
            found[shop_id, order.number] = order
    for reading in good:
        if not reading.problems and reading.values["order_key"] not in found:
            reading.refuse(file, "order", _("an order of this shop"))
    return found


def _lines(readings: Sequence[Reading], orders: dict[tuple[int, str], Order]) -> dict[int, list[OrderLine]]:
    """Order id → its lines in order, of orders a row names a line of."""
    named = [one for one in readings if not one.problems and one.values["line"]]
    found: dict[int, list[OrderLine]] = defaultdict(list)
    ids = {orders[one.values["order_key"]].pk for one in named}
    for line in OrderLine.objects.filter(order_id__in=ids).order_by("order_id", "position") if ids else ():
        found[line.order_id].append(line)
    return found


def _make(reading: Reading, file: QuestionFile, order: Order, lines: dict[int, list[OrderLine]]) -> None:
    values, line = reading.values, None
    if values["line"]:
        known = lines[order.pk]
        if values["line"] > len(known):
            reading.refuse(file, "line", _("a line from 1 to %(count)s") % {"count": len(known)})
            return
        line = known[values["line"] - 1]
    reading.question = Question(
        order.pk, values["type"], values["text"], values["vouchers"], line, values["compensation"]
    )


def _compare(file: QuestionFile, readings: Sequence[Reading], now: datetime) -> None:
    """Against what is unfinished on the orders, and against the file's other rows: asked already, or to wait."""
    order_ids = {reading.question.order_pk for reading in readings if reading.question}
    unfinished = unfinished_of(order_ids)
    earlier, waited_for = _earlier(file, readings, order_ids)
    for reading in readings:
        question = reading.question
        assert question is not None
        others, key = earlier[question.order_pk], key_of(question)
        try:
            not_asked_twice(_as_case(question), unfinished[question.order_pk])
        except DomainError as refusal:
            reading.refuse(file, "text", _("a question not yet asked on this order"), str(refusal))
            continue
        if key in others:
            same = _("row %(row)s asks the same") % {"row": others[key]}
            reading.refuse(file, "text", _("a question not yet asked on this order"), same)
            continue
        reading.waits = bool(unfinished[question.order_pk]) or question.order_pk in waited_for
        waited_for.add(question.order_pk)
        others[key] = reading.row.place


def _earlier(
    file: QuestionFile, readings: Sequence[Reading], order_ids: set[int]
) -> tuple[dict[int, dict[str, int]], set[int]]:
    """Of this file's other rows, asked or found good before these: order id → key → place; and the orders of the good."""
    mine = [reading.row.pk for reading in readings]
    good = Q(outcome__in=GOOD, place__lt=min((reading.row.place for reading in readings), default=0))
    rows = file.rows.filter(good | Q(outcome__in=ASKED), order_id__in=order_ids).exclude(pk__in=mine)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    waited_for = set()
    for order_id, key, place, outcome in rows.values_list("order_id", "key", "place", "outcome"):
        found[order_id][key] = place
        if outcome in GOOD:
            waited_for.add(order_id)
    return found, waited_for


def _as_case(question: Question) -> WorkOrder | Any:
    line = question.line.pk if question.line else None
    return SimpleNamespace(type=question.type, platform_text=question.platform_text, line_id=line)

"""Listed days of the past from a table of operations: read, compared with what is recorded, written once (rules §7.3).

A look every hour can only record days from now on; what shops listed before, or while the house stood still, comes from
the platform's own records. `plan` is the dry run, `import_days` the deed; both judge a row alike.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from foundation.accounts.models import Shop
from foundation.audit.services import Line, record_many
from foundation.lifecycle.deadlines import shanghai_day
from foundation.lifecycle.errors import Invalid
from foundation.lifecycle.locks import lock
from foundation.lists.sheets import harmed

from .models import ListingDay

MAX_BYTES = 1024 * 1024
MAX_ROWS = 5_000
MOST_LISTED = 1_000_000
COLUMNS = {
    "shop": (gettext_lazy("Shop"), "店铺", "店铺 店铺代码 店铺编号 店铺id shop shopcode shopid shopnumber"),
    "day": (gettext_lazy("Day"), "日期", "日期 day date"),
    "count": (gettext_lazy("Listed products"), "在售商品数", "在售商品数 在售数 商品数 count listed listedproducts products"),
}
_BY_NAME = {name: code for code, (_label, _zh, names) in COLUMNS.items() for name in names.split()}
Key = tuple[int, date]
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class Becomes(models.TextChoices):
    """What a row does, or did."""

    NEW = "new", pgettext_lazy("day in a table", "new")
    SAME = "same", gettext_lazy("recorded already")
    RAISED = "raised", gettext_lazy("raises what is recorded")
    LOWERED = "lowered", gettext_lazy("lowers what is recorded")
    KEPT = "kept", gettext_lazy("left out: a higher count is recorded")
    REFUSED = "refused", pgettext_lazy("day in a table", "refused")


CHANGES = (Becomes.NEW, Becomes.RAISED, Becomes.LOWERED)


@dataclass(frozen=True)
class DayRow:
    """A row of the table and what becomes of it; `was` is the count recorded so far, `why_not` the sentence of a refused one."""

    place: int
    said: tuple[str, str, str]
    shop: Shop | None = None
    day: date | None = None
    count: int = 0
    becomes: str = Becomes.REFUSED
    was: int | None = None
    why_not: str = ""

    @property
    def key(self) -> Any:
        """(shop's pk, day); None for a refused row."""
        return (self.shop.pk, self.day) if self.shop else None

    def get_becomes_display(self) -> str:
        return str(Becomes(self.becomes).label)


def decoded(raw: bytes) -> str:
    """The text of a CSV file in UTF-8 or GBK; Invalid for anything else and for more than 1 MB."""
    if len(raw) > MAX_BYTES:
        raise Invalid(_("The file is larger than %(limit)s MB. Split it.") % {"limit": MAX_BYTES // 1024 // 1024}, field="file")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(_("The file is neither UTF-8 nor GBK text. Save it as CSV."), field="file")


def plan(text: str, *, now: datetime, lower: bool = False) -> list[DayRow]:
    """What importing this table would do, row by row; reads only.

    Invalid for a table without the three columns, without rows or with more than 5,000. `lower`: a higher count that is
    recorded may be replaced too; otherwise it is kept and the row says so.
    """
    rows = _read(text, shanghai_day(now))
    return _judged(rows, _recorded(rows), lower)


@transaction.atomic
def import_days(text: str, *, lower: bool, by: Any, now: datetime) -> list[DayRow]:
    """Write the good rows of the table; returns every row with what became of it.

    Twice is once. Two imports at the same moment: the unique day and the rows' locks make the second see the first's
    counts. Each shop's audit says what came in, each count that was replaced says so by itself. Invalid as `plan`.
    """
    rows = _read(text, shanghai_day(now))
    before = _recorded(rows)
    fresh = sorted((row for row in rows if row.key and row.key not in before), key=lambda row: row.key)  # no circle of waits
    ListingDay.objects.bulk_create(
        [ListingDay(shop_id=row.key[0], day=row.key[1], listed_count=row.count) for row in fresh], ignore_conflicts=True
    )
    held = {(one.shop_id, one.day): one for one in lock(_rows_of(rows))}
    mine = {row.key for row in fresh if held[row.key].listed_count == row.count}
    judged = _judged(rows, {key: one.listed_count for key, one in held.items() if key not in mine}, lower)
    replaced = [row for row in judged if row.becomes in (Becomes.RAISED, Becomes.LOWERED)]
    for row in replaced:
        held[row.key].listed_count = row.count
    ListingDay.objects.bulk_update([held[row.key] for row in replaced], ["listed_count"])
    _tell(judged, held, by, now)
    return judged


def _tell(rows: list[DayRow], held: dict[Key, ListingDay], by: Any, now: datetime) -> None:
    """A line per shop, and one per count that was replaced."""
    changed = sorted((row for row in rows if row.becomes in CHANGES), key=lambda row: row.key)
    shop_of: Callable[[DayRow], Any] = attrgetter("shop")
    lines = []
    for shop, some in groupby(changed, key=shop_of):
        days = list(some)
        data = {"count": len(days), "first": str(days[0].day), "last": str(days[-1].day)}
        lines.append(Line(shop, data=data))
    record_many("catalog.days_imported", lines, by=by, now=now)
    replaced = [
        Line(held[row.key], data={"day": str(row.day), "was": row.was, "count": row.count})
        for row in changed
        if row.becomes != Becomes.NEW
    ]
    record_many("catalog.day_replaced", replaced, by=by, now=now)


def _judged(rows: list[DayRow], recorded: dict[Key, int], lower: bool) -> list[DayRow]:
    return [_judge(row, recorded.get(row.key), lower) if row.key else row for row in rows]


def _judge(row: DayRow, was: int | None, lower: bool) -> DayRow:
    if was is None:
        return replace(row, becomes=Becomes.NEW)
    if was == row.count:
        return replace(row, becomes=Becomes.SAME, was=was)
    if was < row.count:
        return replace(row, becomes=Becomes.RAISED, was=was)
    return replace(row, becomes=Becomes.LOWERED if lower else Becomes.KEPT, was=was)


def _rows_of(rows: Iterable[DayRow]) -> "models.QuerySet[ListingDay]":
    """The recorded days these rows speak of."""
    keys = sorted(row.key for row in rows if row.key)
    wanted = Q(pk__in=[])
    for shop_id, some in groupby(keys, key=lambda key: key[0]):
        wanted |= Q(shop_id=shop_id, day__in=[day for _shop, day in some])
    return ListingDay.objects.filter(wanted)


def _recorded(rows: Iterable[DayRow]) -> dict[Key, int]:
    return {(shop_id, day): count for shop_id, day, count in _rows_of(rows).values_list("shop_id", "day", "listed_count")}


def _read(text: str, today: date) -> list[DayRow]:
    """Every row, the good ones with shop, day and count; not yet compared with what is recorded."""
    said = list(_cells(text))
    if not said:
        raise Invalid(_("The file has a header, but no rows."), field="file")
    names = {cells[0] for _place, cells in said}
    shops = Shop.objects.filter(Q(code__in=names) | Q(number__in=names))
    by_name = {name: shop for shop in shops for name in (shop.number, shop.code)}
    seen: dict[Key, DayRow] = {}
    rows = []
    for place, cells in said:
        row = _row(place, cells, by_name, today)
        if row.key:
            first = seen.setdefault(row.key, row)
            if first is not row:
                row = _refused(place, cells, _("Row %(row)s is about the same shop and day.") % {"row": first.place})
        rows.append(row)
    return rows


def _cells(text: str) -> Iterator[tuple[int, tuple[str, str, str]]]:
    """(line, (shop, day, count)) below the header; empty lines are passed over."""
    try:
        lines = list(enumerate(csv.reader(io.StringIO(text.replace("\x00", ""))), start=1))
    except csv.Error:
        raise Invalid(_("The file is no table of comma-separated values."), field="file") from None
    at: dict[str, int] = {}
    for position, name in enumerate(lines[0][1] if lines else []):
        code = _BY_NAME.get(re.sub(r"[\s_\-]", "", name).casefold())
        if code:
            at.setdefault(code, position)
    missing = [str(label) for code, (label, _zh, _names) in COLUMNS.items() if code not in at]
    if missing:
        raise Invalid(_("The file has no column for: %(columns)s. Take the template's first row.") % {
            "columns": ", ".join(missing)}, field="file")  # fmt: skip
    full = [(place, cells) for place, cells in lines[1:] if any(cell.strip() for cell in cells)]
    if len(full) > MAX_ROWS:
        raise Invalid(_("More than %(limit)s rows. Split the file.") % {"limit": f"{MAX_ROWS:,}"}, field="file")
    for place, cells in full:
        shop, day, count = (harmed(cells[at[code]])[:60].strip() if at[code] < len(cells) else "" for code in COLUMNS)
        yield place, (shop, day, count)


def _row(place: int, said: tuple[str, str, str], shops: dict[str, Shop], today: date) -> DayRow:
    name, day_said, count_said = said
    shop, day = shops.get(name), _day(day_said)
    if shop is None:
        return _refused(place, said, _("There is no shop with the code or ID “%(text)s”.") % {"text": name})
    if day is None:
        return _refused(place, said, _("“%(text)s” is no day. Write it like 2026-01-31.") % {"text": day_said})
    if day >= today:
        return _refused(place, said, _("%(day)s is not over yet: only finished days are imported.") % {"day": day})
    if not (count_said.isascii() and count_said.isdigit() and int(count_said) <= MOST_LISTED):
        return _refused(place, said, _("“%(text)s” is no number of products.") % {"text": count_said})
    return DayRow(place, said, shop, day, int(count_said))


def _refused(place: int, said: tuple[str, str, str], why_not: str) -> DayRow:
    return DayRow(place, said, why_not=why_not)


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None

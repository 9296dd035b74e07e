"""The rows of a file of tracking numbers: CSV or XLSX, three columns by any of their names."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.lifecycle.errors import Invalid
from foundation.lists.sheets import harmed
from orders.importing import readers
from orders.importing.columns import clean_header, key

from ..services.uploads import NumberRow

MAX_ROWS = 5_000
MAX_BYTES = 5 * 1024 * 1024
LONGEST = 100
COLUMNS = {
    "order": (gettext_lazy("Order number"), "订单号", "订单号 订单编号 order ordernumber orderno orderid"),
    "carrier": (
        gettext_lazy("Carrier"), "快递公司",
        "快递公司 物流公司 承运商 快递 物流服务商 快递方式 carrier carriername shippingcompany courier",
    ),
    "number": (
        gettext_lazy("Tracking number"), "物流单号",
        "物流单号 快递单号 运单号 单号 trackingnumber trackingno number waybill waybillnumber",
    ),
}  # fmt: skip
_BY_NAME = {name: code for code, (_label, _zh, names) in COLUMNS.items() for name in names.split()}


def rows(file: BinaryIO) -> Iterator[NumberRow]:
    """Every row below the header. Unreadable or Invalid, naming what is wrong, for a file that is none of ours."""
    if file.seek(0, 2) > MAX_BYTES:
        raise readers.Unreadable(
            _("The file is larger than %(limit)s MB. Split it.") % {"limit": MAX_BYTES // 1024 // 1024}
        )
    file.seek(0)
    reading = readers.rows(file, most=readers.MAX_LINES)
    header = next(reading, None)
    if header is None or header.broken:
        raise readers.Unreadable(_("The file has no header row."))
    at = _understood(header.cells)
    for count, row in enumerate(reading, start=1):
        if count > MAX_ROWS:
            raise readers.Unreadable(_("More than %(limit)s rows. Split the file.") % {"limit": f"{MAX_ROWS:,}"})
        cells = {code: _cell(row.cells, place) for code, place in at.items()}
        yield NumberRow(row.number, **cells)


def _understood(names: list[str]) -> dict[str, int]:
    """code → position; Invalid, naming what is missing."""
    at: dict[str, int] = {}
    for position, name in enumerate(clean_header(names)):
        code = _BY_NAME.get(key(name))
        if code:
            at.setdefault(code, position)
    missing = [str(label) for code, (label, _zh, _names) in COLUMNS.items() if code not in at]
    if missing:
        raise Invalid(_("The file has no column for: %(columns)s. Take the template's first row.") % {
            "columns": ", ".join(missing)}, field="file")  # fmt: skip
    return at


def _cell(cells: list[str], place: int) -> str:
    return harmed(cells[place])[:LONGEST].strip() if place < len(cells) else ""


def check(file: Any) -> int:
    """How many rows there are; refuses what `rows` refuses, and a file without any."""
    count = sum(1 for _row in rows(file))
    file.seek(0)
    if not count:
        raise Invalid(_("The file has a header, but no rows."), field="file")
    return count

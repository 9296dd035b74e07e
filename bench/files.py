"""A list of a shop as CSV against COPY of the same columns, as XLSX against openpyxl's write-only mode."""

import io
import statistics
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import QueryDict
from openpyxl import Workbook

from foundation.accounts.models import Shop, User
from foundation.lifecycle import clock
from foundation.lists import registry
from foundation.lists.export import write_csv, write_xlsx
from foundation.lists.query import ListQuery
from orders.models import Order

from .compose import peak_kib
from .figures import Figure, timed

TURNS = 3
PER = 100_000


def measure() -> Iterator[Figure]:
    """Seconds per 100,000 rows of the second shop's order list, its columns as a new user sees them."""
    shop = Shop.objects.get(code="mumian")
    owner = User.objects.get(username="dianzhu")
    query = registry.get("orders").query(shop, QueryDict(), clock.now(), user=owner)
    rows = Order.objects.filter(shop=shop).count()
    names = list(dict.fromkeys(need for column in query.columns for field in column.fields for need in field.sources))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "list"
        csv = _pairs(lambda: _our_csv(query, file), lambda: _copy(shop, names, file))
        memory = _growth(lambda: _our_csv(query, file))
        xlsx = _pairs(lambda: write_xlsx(query, str(file)), lambda: _openpyxl(shop, names, file))
        more = _growth(lambda: write_xlsx(query, str(file)))
    scale = PER / rows
    yield Figure("CSV of 100,000 orders against COPY", csv[0] * scale, "s", csv[1] * scale, 3, 1.3)
    yield Figure("CSV: memory while writing", memory, "MiB", None, 50)
    yield Figure("XLSX of 100,000 orders against openpyxl", xlsx[0] * scale, "s", xlsx[1] * scale, 0.75, 0.5)
    yield Figure("XLSX: memory while writing", more, "MiB", None, 50)


def _pairs(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    times = [(timed(ours), timed(theirs)) for _turn in range(TURNS)]
    mine, reference = zip(*times, strict=True)
    return statistics.median(mine), statistics.median(reference)


def _growth(work: Callable[[], object]) -> float:
    """MiB this process grew by at the most while working; what it held before is not counted."""
    Path("/proc/self/clear_refs").write_text("5")
    before = peak_kib()
    work()
    return (peak_kib() - before) / 1024


def _our_csv(query: ListQuery, file: Path) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        write_csv(query, out)


def _copy(shop: Shop, names: list[str], file: Path) -> None:
    columns = ", ".join(f'"{name}"' for name in names)
    select = f"SELECT {columns} FROM orders_order WHERE shop_id = {shop.pk} ORDER BY placed_at DESC, id DESC"
    with connection.cursor() as cursor, file.open("wb") as out, cursor.copy(f"COPY ({select}) TO STDOUT CSV") as copy:
        for data in copy:
            out.write(data)


def _openpyxl(shop: Shop, names: list[str], file: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(names)
    rows = Order.objects.filter(shop=shop).order_by("-placed_at", "-pk").values_list(*names)
    for row in rows.iterator(chunk_size=5000):
        sheet.append([_plain(value) for value in row])
    written = io.BytesIO()
    book.save(written)
    file.write_bytes(written.getvalue())


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value

"""Importing 100,000 orders from a CSV while others go on working: seconds, memory, and what the others wait.

Each run imports into a shop of its own; its orders stay in the database, for booked rows can't be taken away.
"""

import csv
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.utils.timezone import localtime

from foundation.accounts.models import Shop, ShopKind
from foundation.accounts.services import create_shop
from foundation.lifecycle import clock

from .figures import Figure
from .house import ROOT, Browser

ROWS = 100_000
PAGES = ("/s/qinghe/orders/", "/s/qinghe/orders/?tab=signed", "/s/qinghe/work-orders/")
HEAD = [
    "订单号", "订单状态", "下单时间", "付款时间", "商品名称", "规格", "数量", "商品总价", "实付金额", "退款金额", "收货人", "手机号",
    "收货地址", "物流公司", "物流单号",
]  # fmt: skip


def measure(browser: Browser) -> Iterator[Figure]:
    """One import by `manage.py import_orders`, pages asked all the while."""
    now = clock.now()
    code = f"import{Shop.objects.count()}"
    create_shop(name=code, code=code, kind=ShopKind.COMPANY, bound_phone="10099999999", by=None, now=now)
    base = _peak_of(["check"])
    for page in PAGES:
        browser.get(page)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        _write(file, code, localtime(now))
        seconds, peak, waits = _import(file, code, browser)
    yield Figure("import of 100,000 rows", seconds, "s", None, 60, 20)
    yield Figure("import: memory over the base", (peak - base) / 1024, "MiB", None, 200)
    yield Figure("import: p99 of others' pages meanwhile", statistics.quantiles(waits, n=100)[98], "s", None, 1)


def _write(file: Path, code: str, now: datetime) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(HEAD)
        for place in range(ROWS):
            placed = now - timedelta(days=30, seconds=-20 * place)
            price = 1990 + place % 400
            refunded = price if place % 11 == 0 else 0
            lines.writerow([
                f"{placed:%y%m%d}-{code}-{place:09d}", "已完成", f"{placed:%Y-%m-%d %H:%M:%S}",
                f"{placed + timedelta(minutes=2):%Y-%m-%d %H:%M:%S}", f"示例商品 {place % 200}", "标准", 1, price / 100,
                price / 100, refunded / 100, "示例", f"100{place:08d}", "示例省示例市示例路1号", "中通快递", f"DEMO{place:011d}",
            ])  # fmt: skip


def _import(file: Path, code: str, browser: Browser) -> tuple[float, int, list[float]]:
    """Seconds, peak KiB of the importing process, and how long each page took meanwhile."""
    began = time.perf_counter()
    work = subprocess.Popen(
        [sys.executable, "manage.py", "import_orders", str(file), "--shop", code, "--json"], cwd=ROOT,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    waits: list[float] = []
    peak = 0
    while work.poll() is None:
        peak = max(peak, _peak(work.pid))
        waits.append(browser.time(PAGES[len(waits) % len(PAGES)]))
        time.sleep(0.05)
    seconds = time.perf_counter() - began
    said = work.stdout.read() if work.stdout else ""
    if work.returncode or f'"created": {ROWS}' not in said:
        raise SystemExit(f"The import did not take every row: {said}")
    return seconds, peak, waits


def _peak_of(arguments: list[str]) -> int:
    """Peak KiB of a process that only sets Django up."""
    work = subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    peak = 0
    while work.poll() is None:
        peak = max(peak, _peak(work.pid))
        time.sleep(0.02)
    return peak


def _peak(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)

"""Pushes of scans through gunicorn's two workers: callbacks a second, against a bare INSERT of the scans they bring.

Each parcel gets several callbacks, each with its whole history, as Kuaidi100 sends them. Its orders stay, in a shop of
their own.
"""

import hashlib
import json
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import psycopg
from django.db import connection

from foundation.accounts.models import Shop, ShopKind
from foundation.accounts.services import create_shop
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import SHANGHAI
from logistics.models import Scan
from logistics.services import salts
from orders.services import ArrivingOrder, arrive_many

from .figures import Figure

PARCELS, EACH = 1500, 3  # callbacks each
AT_ONCE, CONNECTIONS = 4, 2
TABLE = "bench_given_scan"
CODES = ["1", "0", "5"]


def measure(port: int) -> Iterator[Figure]:
    """The server is up on `port`."""
    now = clock.now()
    shop = _shop(now)
    numbers = _parcels(shop, now)
    salt = salts.hook_of(shop).salt
    calls = [_call(shop, salt, number, step, now, port) for step in range(EACH) for number in numbers]
    _send(port, calls[:1] * 20)  # both workers are awake
    seconds = _in_threads(calls, AT_ONCE, lambda part: [_send(port, [one]) for one in part])
    stored = Scan.objects.filter(parcel__shop=shop).count()
    if stored != len(calls):
        raise SystemExit(f"{len(calls)} callbacks brought {stored} scans.")
    taken, bare = len(calls) / seconds, len(calls) / _bare(shop)
    yield Figure("push intake, callbacks a second", taken, "1/s", None, 300, 450, more=True)
    yield Figure("push intake against bare INSERT", taken, "1/s", bare, 0.1, 0.3, more=True)
    yield Figure("push: a replay, p99", _slowest(port, calls[-200:]), "s", None, 0.2, 0.05)
    spoilt = [call.replace(b"%7B", b"%7C") for call in calls[-200:]]
    yield Figure("push: a bad signature refused, p99", _slowest(port, spoilt, b"403"), "s", None, 0.2, 0.05)


def _shop(now: datetime) -> Shop:
    code = f"hooks{Shop.objects.count()}"
    return create_shop(name=code, code=code, kind=ShopKind.COMPANY, bound_phone="10099999999", by=None, now=now)


def _parcels(shop: Shop, now: datetime) -> list[str]:
    numbers = [f"YT{shop.pk % 1000:03d}{place:010d}" for place in range(PARCELS)]
    sent = {"physically_shipped_at": now - timedelta(hours=12), "tracking_uploaded_at": now - timedelta(hours=12)}
    arriving = [
        ArrivingOrder(
            number=f"{shop.code}-{number}", placed_at=now - timedelta(days=2), paid_at=now - timedelta(days=2), status="shipped",
            paid_minor=1990, carrier="圆通速递", tracking_number=number, buyer_name="示例", province="浙江省", **sent,
        )
        for number in numbers
    ]  # fmt: skip
    arrive_many(arriving, shop=shop, by=None, now=now)
    return numbers


def _call(shop: Shop, salt: str, number: str, step: int, now: datetime, port: int) -> bytes:
    """The whole request: `step` + 1 scans, newest first."""
    data = [_scan(now - timedelta(hours=10 - place), CODES[place]) for place in range(step, -1, -1)]
    result = {"message": "ok", "state": CODES[step], "status": "200", "com": "yuantong", "nu": number, "data": data}
    param = json.dumps({"status": "polling", "message": "", "lastResult": result}, ensure_ascii=False)
    sign = hashlib.md5(f"{param}{salt}".encode(), usedforsecurity=False).hexdigest().upper()
    body = urlencode({"sign": sign, "param": param}).encode()
    head = (
        f"POST /hooks/kuaidi100/{shop.code}/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _scan(at: datetime, code: str) -> dict[str, str]:
    said = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return {
        "time": said,
        "ftime": said,
        "context": "【示例转运中心】快件已发出",
        "status": "在途",
        "statusCode": code,
        "areaName": "浙江,杭州市",
    }


def _send(port: int, calls: Sequence[bytes], expected: bytes = b"200") -> list[float]:
    """Seconds of each; RuntimeError for another answer."""
    waits = []
    for call in calls:
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port), 30) as asked:
            asked.sendall(call)
            answer = asked.recv(65_536)
            while asked.recv(65_536):
                pass
        waits.append(time.perf_counter() - began)
        if answer.split(b" ", 2)[1] != expected:
            raise RuntimeError(f"A callback was answered {answer[:200]!r}")
    return waits


def _slowest(port: int, calls: Sequence[bytes], expected: bytes = b"200") -> float:
    return statistics.quantiles(_send(port, calls, expected), n=100)[98]


def _in_threads(items: Sequence[Any], count: int, work: Callable[[Sequence[Any]], object]) -> float:
    """Seconds until `count` threads have done their share."""
    failed: list[Exception] = []

    def share(place: int) -> None:
        try:
            work(items[place::count])
        except Exception as problem:
            failed.append(problem)

    threads = [threading.Thread(target=share, args=[place]) for place in range(count)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return time.perf_counter() - began


def _bare(shop: Shop) -> float:
    """Seconds of the very same rows, one INSERT and one commit for each, into a table with the same indexes."""
    columns = [field.column for field in Scan._meta.local_concrete_fields]
    rows = list(
        Scan.objects.filter(parcel__shop=shop)
        .order_by("pk")
        .values_list(*[f.attname for f in Scan._meta.local_concrete_fields])
    )
    statement = f"INSERT INTO {TABLE} ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
    given = connection.get_connection_params()
    where = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}

    def insert(part: Sequence[tuple]) -> None:
        with psycopg.connect(**where, autocommit=True) as own:
            for row in part:
                own.execute(statement, row)

    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE {Scan._meta.db_table} INCLUDING ALL)")
    try:
        return _in_threads(rows, CONNECTIONS, insert)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE {TABLE}")

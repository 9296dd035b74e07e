"""Pages against the floor: an empty signed-in page, asked right before and after each."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from foundation.accounts.models import User
from foundation.lists.keyset import Cursor
from logistics.models import Parcel
from orders.models import Order
from workorders.models import WorkOrder

from .counting import ASK, TELL
from .figures import Figure, say
from .house import Browser

SHOP = "qinghe"
FLOOR = "/bench/floor/"
ROWS = 25
FIRST_MUST, FIRST_STRETCH = 4.0, 3.0
OTHER_MUST, OTHER_STRETCH = 1.3, 1.1
SQL_MUST, SQL_STRETCH = 7, 5
DETAIL_MUST, DETAIL_STRETCH, DETAIL_SQL_MUST, DETAIL_SQL_STRETCH = 5.0, 3.0, 12, 8
CONNECTIONS = 4


def sign_in(username: str, port: int) -> Browser:
    """A browser with a session of this person and the CSRF cookie the sign-in page would have given it."""
    client = Client()
    client.get(reverse(settings.LOGIN_URL))
    client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    return Browser(port, f"{cookies}; {settings.LANGUAGE_COOKIE_NAME}=zh-hans")


def measure(browser: Browser, staff: Browser, rounds: int) -> Iterator[Figure]:
    """Lists, details, the tuned admin, and what four connections get."""
    addresses = {**_orders(), **_work_orders(), **_parcels()}
    for path in (FLOOR, *addresses.values()):
        browser.get(path)
        browser.get(path)  # both workers
    asked = _interleaved(browser, addresses, rounds)
    for kind in ("order list", "work-order list", "package centre"):
        yield from _list_figures(kind, asked)
    for name in ("order detail", "work-order detail", "parcel detail"):
        page, floor = asked[name]
        yield Figure(f"{name} × floor", 1000 * page, "ms", 1000 * floor, DETAIL_MUST, DETAIL_STRETCH)
    yield from _statements(browser, addresses)
    yield _against_admin(asked["order list: first"][0], staff, rounds)
    yield _throughput(browser, addresses["order list: first"])


def _orders() -> dict[str, str]:
    root = f"/s/{SHOP}/orders/"
    rows = Order.objects.filter(shop__code=SHOP)
    there = rows.order_by("-placed_at", "-pk")
    number = _middle(there)[1]
    return {
        "order list: first": root,
        "order list: status filter": f"{root}?tab=signed",
        "order list: search by number": f"{root}?q={number}",
        "order list: page 1000": f"{root}?after={_thousandth(there, 'placed_at')}",
        "order list: last": f"{root}?last=1",
        "order detail": f"{root}{number}/",
    }


def _work_orders() -> dict[str, str]:
    root = f"/s/{SHOP}/work-orders/"
    rows = WorkOrder.objects.filter(shop__code=SHOP)
    newest = rows.order_by("-created_at", "-pk")
    number = _middle(newest)[1]
    return {
        "work-order list: first": f"{root}?tab=all",
        "work-order list: status filter": f"{root}?tab=closed",
        "work-order list: search by number": f"{root}?tab=all&q={number}",
        "work-order list: page 1000": f"{root}?tab=all&after={_thousandth(newest, 'created_at')}",
        "work-order list: last": f"{root}?tab=all&last=1",
        "work-order detail": f"{root}{number}/",
    }


def _parcels() -> dict[str, str]:
    root = f"/s/{SHOP}/shipping/"
    newest = Parcel.objects.filter(shop__code=SHOP).order_by("-created_at", "-pk")
    scanned = newest.exclude(last_scan_at=None)
    number = _middle(scanned if scanned.exists() else newest)[1]
    tracking_number = newest.exclude(tracking_number="").values_list("tracking_number", flat=True)[1000]
    return {
        "package centre: first": root,
        "package centre: status filter": f"{root}?tab=signed",
        "package centre: search by number": f"{root}?q={tracking_number}",
        "package centre: page 1000": f"{root}?after={_thousandth(newest, 'created_at')}",
        "package centre: last": f"{root}?last=1",
        "parcel detail": f"{root}parcels/{number}/",
    }


def _middle(rows: QuerySet) -> tuple[int, str]:
    pk, number = rows.values_list("pk", "number")[min(rows.count() // 3, 30_000)]
    return pk, number


def _thousandth(rows: QuerySet, column: str) -> str:
    """The cursor after 999 pages; of a smaller list, half-way."""
    place = min(999 * ROWS, rows.count() // 2) - 1
    value, pk = rows.values_list(column, "pk")[max(place, 0)]
    return Cursor(value, pk).encode()


def _interleaved(browser: Browser, addresses: dict[str, str], rounds: int) -> dict[str, tuple[float, float]]:
    """name → (median of the page, median of the floors beside it), in seconds."""
    pages: dict[str, list[float]] = {name: [] for name in addresses}
    floors: dict[str, list[float]] = {name: [] for name in addresses}
    for done in range(rounds):
        before = browser.time(FLOOR)
        for name, path in addresses.items():
            pages[name].append(browser.time(path))
            after = browser.time(FLOOR)
            floors[name] += [before, after]
            before = after
        if done == 0:
            say("  one round of pages done")
    return {name: (statistics.median(pages[name]), statistics.median(floors[name])) for name in addresses}


def _list_figures(kind: str, asked: dict[str, tuple[float, float]]) -> Iterator[Figure]:
    first, floor = asked[f"{kind}: first"]
    yield Figure(f"{kind}: first × floor", 1000 * first, "ms", 1000 * floor, FIRST_MUST, FIRST_STRETCH)
    for view in ("status filter", "search by number", "page 1000", "last"):
        page, beside = asked[f"{kind}: {view}"]
        # both in floors, so that a minute in which the machine was slower changes neither
        yield Figure(f"{kind}: {view} × first", 1000 * page, "ms", 1000 * beside * first / floor, OTHER_MUST, OTHER_STRETCH)


def _statements(browser: Browser, addresses: dict[str, str]) -> Iterator[Figure]:
    for name, path in addresses.items():
        answer, _body = browser.get(path, **{ASK: "1"})
        must, stretch = (DETAIL_SQL_MUST, DETAIL_SQL_STRETCH) if "detail" in name else (SQL_MUST, SQL_STRETCH)
        yield Figure(f"{name}: statements", int(answer.headers[TELL]), "SQL", None, must, stretch)


def _against_admin(first: float, staff: Browser, rounds: int) -> Figure:
    path = "/bench/tuned/orders/order/"
    staff.get(path)
    admin = statistics.median(staff.time(path) for _round in range(max(rounds // 3, 3)))
    return Figure("order list: first ÷ tuned admin", 1000 * first, "ms", 1000 * admin, 0.1)


def _throughput(browser: Browser, path: str, seconds: float = 3.0, turns: int = 3) -> Figure:
    """Answers a second at four connections, the list's against the floor's, in turns."""
    got = {path: [], FLOOR: []}  # type: dict[str, list[float]]
    for _turn in range(turns):
        for asked in (FLOOR, path):
            got[asked].append(_answers(lambda asked=asked: browser.get(asked), seconds) / seconds)
    ours, floors = statistics.median(got[path]), statistics.median(got[FLOOR])
    return Figure("order list at 4 connections, share of the floor's", ours, "req/s", floors, 0.25, 0.40, more=True)


def _answers(ask: Callable[[], object], seconds: float) -> int:
    end = time.monotonic() + seconds
    counts = [0] * CONNECTIONS

    def work(place: int) -> None:
        while time.monotonic() < end:
            ask()
            counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)

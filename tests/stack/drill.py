"""`make drill`: backup and restore, walked through on a house of its own while it works (F48).

Load (cases running out, answers with pictures, imports) → pg_dump in the middle, then a copy of the pictures → restore
into another database and folder → invariants → one beat period of the restored house → nothing happened twice. Prints
figures, ends by itself, removes everything it made.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

from foundation.accounts.tests.factories import PASSWORD
from tests.run_suite import postgresql
from tests.stack.browsing import Person
from tests.stack.house import ROOT, House, until

OVERDUE, SOON, ANSWERED = 300, 100, 4  # SOON run out three seconds apart, so that there is work on both sides of the dump
LOADED_FOR = 8  # seconds of load before the dump
BEAT = 65  # seconds: one period of a minute and what it starts
CASES = f"""
from datetime import timedelta
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.lifecycle import clock
from foundation.notifications.services import queue_sms
from orders.tests.factories import make_orders
from workorders.tests.factories import answer, ask, ask_overdue
now = clock.now()
shop = make_shop()
owner = make_member(shop, "owner", "owner")
for place, order in enumerate(make_orders(shop, {OVERDUE + SOON}, now - timedelta(days=3))):
    ask_overdue(shop, now, order=order, by=timedelta(seconds=60 if place < {OVERDUE} else 3 * ({OVERDUE} - place)))
for place in range({ANSWERED}):
    answer(ask(shop, now), now, owner)
for place in range(200):
    queue_sms("13800000000", "drill", key=f"drill:{{place}}", now=now)
"""
ANSWERS = """
import itertools, pathlib
from django.core.management import call_command
from foundation.accounts.models import Shop, User
from foundation.lifecycle import clock
from orders.tests.factories import make_order
from workorders.tests.factories import answer, ask
shop, owner = Shop.objects.get(), User.objects.get(username="owner")
for place in itertools.takewhile(lambda _: not pathlib.Path("{stop}").exists(), itertools.count()):
    order = make_order(shop, number=f"DRILL-{{place}}")
    answer(ask(shop, clock.now(), order=order), clock.now(), owner)
    sheet = pathlib.Path("{stop}.csv")
    rows = "".join(f"D-{{place}}-{{row}},2026-11-01 10:00:00,已完成,12.50\\n" for row in range(200))
    sheet.write_text("订单号,下单时间,订单状态,实付金额\\n" + rows)
    call_command("import_orders", sheet, shop=shop.code)
"""
STORY = """
import hashlib, json, pathlib
from django.conf import settings
from django.db.models import Count
from django.db.models.functions import Coalesce
from foundation.files.models import StoredFile
from foundation.ledger.models import Transaction
from foundation.lifecycle import clock
from foundation.notifications.models import OutboxMessage
from orders.models import Order, Refund
from workorders.models import Answer, Forfeiture, Voucher, WorkOrder
media = pathlib.Path(settings.MEDIA_ROOT)
refunds = Transaction.objects.filter(movement="refund")
kept = list(StoredFile.objects.filter(removed_at=None))
paths = [media / path for f in kept for path in (f.original_path, f.clean_path, f.thumb_path) if path]
changed = [f.name for f in kept if f.original_path and (media / f.original_path).exists()
           and hashlib.sha256((media / f.original_path).read_bytes()).hexdigest() != f.sha256]
print(json.dumps({
    "work_orders": WorkOrder.objects.count(),
    "overdue": WorkOrder.objects.overdue(clock.now()).count(),
    "parked": WorkOrder.objects.parked().count(),
    "forfeited": WorkOrder.objects.filter(status="forfeited").count(),
    "forfeitures": Forfeiture.objects.count(),
    "ledger_refunds": refunds.count(),
    "refund_rows": Refund.objects.count(),
    "orders_refunded_twice": refunds.values("order_id").annotate(n=Count("id")).filter(n__gt=1).count(),
    "orders": Order.objects.count(),
    "answers": Answer.objects.count(),
    "pictures": Voucher.objects.count(),
    "files": len(paths),
    "files_missing": sum(not path.exists() for path in paths),
    "files_changed": len(changed),
    "sent": sorted(OutboxMessage.objects.filter(status="sent").values_list("key", flat=True)),
    "waiting": OutboxMessage.objects.due(clock.now()).count(),
}))
"""


def main() -> int:
    began = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(143))  # told to end, it still removes what it made
    with tempfile.TemporaryDirectory(prefix="houtai-drill-") as name, ExitStack() as ending:
        folder = Path(name)
        os.environ["HOUTAI_VAR_DIR"] = str(folder / "template")
        os.environ["DATABASE_URL"] = ending.enter_context(postgresql(folder / "postgresql"))
        if not os.environ["DATABASE_URL"]:
            sys.exit("The drill needs PostgreSQL: set TEST_DATABASE_URL.")
        house = ending.enter_context(House(_folder(folder / "house")))
        other = ending.enter_context(House(_folder(folder / "restored")))
        drill = Drill(folder, house, other)
        drill.run()
    say("the whole drill", seconds=round(time.monotonic() - began, 1))
    say("PASSED" if not drill.wrong else "FAILED", wrong=drill.wrong or None)
    return 1 if drill.wrong else 0


class Drill:
    """The two houses, and what did not hold."""

    def __init__(self, folder: Path, house: House, other: House):
        self.folder, self.house, self.other = folder, house, other
        self.wrong: list[str] = []
        self.stop = folder / "stop"
        self.previews = 0

    def run(self) -> None:
        self.house.python(CASES)
        self.house.up()
        with Load(self):
            until(lambda: self._story(self.house)["forfeitures"] > 0, "the first cases run out")
            time.sleep(LOADED_FOR)
            self._dump()
        self._end(self.house)
        at_end = self._story(self.house)
        say("the house when it ended", **_counts(at_end), previews=self.previews)
        self._restore()
        restored = self._story(self.other)
        say("restored", **_counts(restored))
        self._must("a dump from the middle of the work", restored["forfeitures"] > 0 and restored["answers"] > 0)
        self._must_be_whole(self.other, restored)
        self._one_beat_period(restored, at_end)

    def _dump(self) -> None:
        """Database first, pictures second: whatever row the dump holds, its file was written before it."""
        began = time.monotonic()
        _tool("pg_dump", "--format=custom", "--file", self._file, self.house.environment["DATABASE_URL"])
        seconds = round(time.monotonic() - began, 2)
        began = time.monotonic()
        self.other.var.mkdir(mode=0o700)
        shutil.copytree(self.house.var / "media", self.other.var / "media", copy_function=_copy_if_there)
        say("dumped under load", seconds=seconds, kilobytes=self._file.stat().st_size // 1024,
            pictures_seconds=round(time.monotonic() - began, 2))  # fmt: skip

    def _restore(self) -> None:
        began = time.monotonic()
        address = self.other.environment["DATABASE_URL"]
        with psycopg.connect(address) as empty:
            empty.execute("DROP SCHEMA public CASCADE")
            empty.execute("CREATE SCHEMA public")
        _tool("pg_restore", "--no-owner", "--exit-on-error", "--dbname", address, self._file)
        self.other.manage("migrate", "--verbosity", "0")
        say("restored into another database", seconds=round(time.monotonic() - began, 2))

    def _one_beat_period(self, restored: dict[str, Any], at_end: dict[str, Any]) -> None:
        sent_before = set(restored["sent"])
        self.other.up()
        time.sleep(BEAT)
        until(lambda: self._caught_up(restored), "what was overdue is forfeited and what waits is sent")
        self._end(self.other)
        after = self._story(self.other)
        left = _keys(self.other.var / "outbox" / "messages.jsonl")
        say("after one beat period", **_counts(after), messages_left=len(left))
        self._must_be_whole(self.other, after)
        self._must("every forfeit of the dump stands, and the work went on", after["forfeitures"] > restored["forfeitures"])
        self._must("nothing that was sent is sent again", not sent_before & set(left))
        self._must("nothing is sent twice", len(left) == len(set(left)))
        say("sent by the lost house after the dump and again by this one, under the same key (the gateway drops them)",
            messages=len((set(at_end["sent"]) - sent_before) & set(left)))  # fmt: skip

    def _must_be_whole(self, house: House, told: dict[str, Any]) -> None:
        found = json.loads(house.manage("check_invariants", "--json"))
        self._must("invariants hold", found["ok"])
        self._must("one forfeiture per forfeited case", told["forfeited"] == told["forfeitures"])
        self._must("one refund per row", told["ledger_refunds"] == told["refund_rows"])
        self._must("no order refunded twice", told["orders_refunded_twice"] == 0)
        self._must("nothing parked", told["parked"] == 0)
        self._must("every picture there and unchanged", told["files_missing"] == told["files_changed"] == 0)

    def _must(self, words: str, holds: bool) -> None:
        if not holds:
            self.wrong.append(words)
        say(words, holds="yes" if holds else "NO")

    def _story(self, house: House) -> dict[str, Any]:
        return json.loads(house.python(STORY))

    def _caught_up(self, restored: dict[str, Any]) -> dict[str, Any] | None:
        """The restored house's story once everything that was overdue at the restore is forfeited and told."""
        told = self._story(self.other)
        forfeited = told["forfeitures"] >= restored["forfeitures"] + max(restored["overdue"], 1)
        return told if forfeited and not told["waiting"] else None

    def _end(self, house: House) -> None:
        assert house.process is not None
        house.process.send_signal(signal.SIGINT)
        house.process.wait(90)

    @property
    def _file(self) -> Path:
        return self.folder / "houtai.dump"


class Load:
    """Answers with pictures and imports from one process, import previews through the web, while the block runs."""

    def __init__(self, drill: Drill):
        self.drill = drill

    def __enter__(self) -> None:
        house = self.drill.house
        command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", ANSWERS.format(stop=self.drill.stop)]
        self.answers = subprocess.Popen(command, cwd=ROOT, env=house.environment, stdout=subprocess.DEVNULL)
        self.thread = threading.Thread(target=self._import)
        self.thread.start()

    def __exit__(self, *_problem: object) -> None:
        self.drill.stop.touch()
        self.thread.join(60)
        self.answers.wait(60)

    def _import(self) -> None:
        person = Person(self.drill.house.port)
        person.post("/login/", {"username": "owner", "password": PASSWORD})
        while not self.drill.stop.exists():
            rows = "".join(
                f"D-{self.drill.previews}-{row},2026-11-01 10:00:00,已完成,12.50\n" for row in range(200)
            )
            sheet = f"订单号,下单时间,订单状态,实付金额\n{rows}".encode()
            answer = person.post("/s/qinghe/orders/import/", {"on_bad": "skip"}, ("orders.csv", sheet))
            self.drill.previews += answer.status == 200
            time.sleep(0.5)


def say(words: str, **figures: object) -> None:
    told = "  ".join(f"{name}={value}" for name, value in figures.items() if value is not None)
    sys.stdout.write(f"{words:<48} {told}\n")
    sys.stdout.flush()


def _counts(story: dict[str, Any]) -> dict[str, Any]:
    return {name: len(value) if isinstance(value, list) else value for name, value in story.items()}


def _keys(path: Path) -> list[str]:
    return [json.loads(line)["key"] for line in path.read_text().splitlines()] if path.exists() else []


def _copy_if_there(source: str, target: str) -> None:
    """A temporary file that was renamed meanwhile is there under its name."""
    try:
        shutil.copy2(source, target)
    except FileNotFoundError:
        if not Path(source).name.startswith((".", "tmp")):
            raise


def _tool(*command: object) -> None:
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{command[0]}: {ended.stderr[-2000:]}")


def _folder(path: Path) -> Path:
    path.mkdir(mode=0o700)
    return path

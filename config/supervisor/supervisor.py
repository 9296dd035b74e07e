"""Keeps the children running, passes on what they say, ends them in order. One thread, one loop, no surprises."""

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

from .child import Child, Plan
from .make import Make

TICK = 0.2  # seconds
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """`run()` returns when everything it started is gone, whatever ended it."""

    def __init__(self, plans: list[Plan], cwd: str, on_tick: Callable[[], None] = lambda: None):
        self.children = [Child(plan, cwd) for plan in plans]
        self.on_tick = on_tick
        self.stops_asked = 0
        self.make = Make()
        self._wake_in, self._wake_out = os.pipe()
        os.set_blocking(self._wake_in, False)
        os.set_blocking(self._wake_out, False)

    def run(self) -> None:
        previous = {number: signal.signal(number, self._asked_to_stop) for number in STOPPING}
        waker = signal.set_wakeup_fd(self._wake_out, warn_on_full_buffer=False)
        try:
            while not self.stops_asked:
                self._start_what_is_due()
                self._listen()
                self._restart_what_died()
                self.on_tick()
                if not self.stops_asked and self.make.was_interrupted():
                    self.stops_asked = 1
            self._stop([child for child in self.children if not child.plan.last])
            self._stop([child for child in self.children if child.plan.last])
        finally:
            for child in self.children:
                child.kill()
            signal.set_wakeup_fd(waker)
            for number, handler in previous.items():
                signal.signal(number, handler)

    def say(self, words: str, name: str = "houtai") -> None:
        """One prefixed line; a closed terminal must not bring the house down."""
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(f"{name:<7}| {words}\n")
            sys.stdout.flush()

    def _asked_to_stop(self, number: int, _frame: FrameType | None) -> None:
        self.stops_asked += 1

    def _start_what_is_due(self) -> None:
        for child in self.children:
            if not child.running and child.start_at is not None and time.monotonic() >= child.start_at:
                child.start()

    def _listen(self) -> None:
        """Wait one tick for words or a signal, and pass the words on."""
        outputs = {child.output: child for child in self.children if child.running}
        readable, _writable, _errors = select.select([*outputs, self._wake_in], [], [], TICK)
        if self._wake_in in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(self._wake_in, 1024)
        spoke = False
        for output in readable:
            if output in outputs:
                spoke = self._pass_on(outputs[output]) or spoke
        if readable and not spoke:
            time.sleep(TICK / 10)  # a closed pipe is readable for ever; don't spin until its process is reaped

    def _pass_on(self, child: Child) -> bool:
        lines = list(child.lines())
        for line in filter(None, lines):
            self.say(line, child.plan.name)
        return bool(lines)

    def _restart_what_died(self) -> None:
        for child in self.children:
            code = self._reap(child)
            if code is not None:
                wait = child.start_again_later()
                self.say(f"{child.plan.name} ended ({_how(code)}); starting it again in {wait:g} s")

    def _reap(self, child: Child) -> int | None:
        if child.running:
            self._pass_on(child)
        return child.exited()

    def _stop(self, children: list[Child]) -> None:
        """TERM, then wait each one's grace; a second Ctrl-C, or time up: KILL."""
        running = [child for child in children if child.running]
        if running and self.stops_asked < 2:
            self.say(f"ending {', '.join(child.plan.name for child in running)} (Ctrl-C again: now)")
        for child in reversed(running):  # beat first: it would only give more to do
            child.terminate()
        asked = time.monotonic()
        while any(child.running for child in running):
            self._listen()
            for child in running:
                if child.running and (self.stops_asked > 1 or time.monotonic() - asked > child.plan.grace):
                    child.kill()
                self._reap(child)


def _how(code: int) -> str:
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name

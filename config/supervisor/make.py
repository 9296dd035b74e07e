"""Ending together with the `make run` that started us.

Ctrl-C in a terminal reaches make and us alike. A signal sent to make alone does not: killed, it would leave us behind,
and interrupted, it waits for us to end, which nobody told us.
"""

import ctypes
import os
import signal
from pathlib import Path

from .child import PR_SET_PDEATHSIG

SIGINT_BIT = 1 << (signal.SIGINT - 1)


class Make:
    """The make above us, if any."""

    def __init__(self) -> None:
        self.pid = os.getppid()
        self.listening = "MAKELEVEL" in os.environ and self._catches_interrupts()
        if "MAKELEVEL" in os.environ:
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    def was_interrupted(self) -> bool:
        """make's own handler has begun: it takes the signal's handler off before it waits for its children."""
        return self.listening and not self._catches_interrupts()

    def _catches_interrupts(self) -> bool:
        try:
            lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        except OSError:
            return False
        caught = next((line.split()[1] for line in lines if line.startswith("SigCgt:")), "0")
        return bool(int(caught, 16) & SIGINT_BIT)

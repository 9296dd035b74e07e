"""What a sender must do."""

from typing import Protocol


class NotSent(Exception):
    """It certainly did not leave; another try is safe."""


class Refused(Exception):
    """The gateway will never take it (a number that does not exist)."""


class OutcomeUnknown(Exception):
    """It may have left or not."""


class Sender(Protocol):
    def send(self, *, key: str, to: str, subject: str, body: str) -> None:
        """Hand over one message; `key` is the idempotency key. At most 5 seconds."""

    def was_sent(self, key: str) -> bool | None:
        """What the gateway knows of `key`; None if it can't say."""

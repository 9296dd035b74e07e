"""Messages into the log of the process that sends them."""

import logging

log = logging.getLogger("houtai.messages")


class ConsoleSender:
    """For looking on while developing; the log masks phone numbers."""

    def send(self, *, key: str, to: str, subject: str, body: str) -> None:
        log.info("to %s: %s %s [%s]", to, subject, body, key)

    def was_sent(self, key: str) -> bool | None:
        return None

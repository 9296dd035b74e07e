"""Messages into `var/outbox/messages.jsonl`: what a demo sends, to be read by a person or a test."""

import json
import os
from pathlib import Path

from django.conf import settings

from .base import NotSent


class FileSender:
    """One line of JSON each, appended in one write, readable by this user only."""

    @property
    def path(self) -> Path:
        return Path(settings.HOUTAI_VAR_DIR) / "outbox" / "messages.jsonl"

    def send(self, *, key: str, to: str, subject: str, body: str) -> None:
        line = json.dumps({"key": key, "to": to, "subject": subject, "body": body}, ensure_ascii=False) + "\n"
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as problem:
            raise NotSent(problem.strerror or "the file can't be opened") from problem
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def was_sent(self, key: str) -> bool | None:
        if not self.path.exists():
            return False
        needle = json.dumps({"key": key}, ensure_ascii=False)[:-1].encode()
        with self.path.open("rb") as lines:
            return any(line.startswith(needle + b",") for line in lines)

"""One event, one line: time, level, logger, request id, words. Never a phone number, a cookie or a line break in it."""

import logging
import re
from datetime import UTC, datetime

from foundation.audit.context import request_id

PHONE = re.compile(r"(?<!\d)(1\d\d)\d{4}(\d{4})(?!\d)")
CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
LONGEST_LINE = 8000  # characters


def clean(text: str) -> str:
    """Mobile numbers as 138****8000, control characters as \\x.., cut at 8,000 characters."""
    text = PHONE.sub(r"\1****\2", text[:LONGEST_LINE])
    return CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


class LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        words = record.getMessage()
        if record.exc_info:
            words = f"{words} {self.formatException(record.exc_info)}"
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return f"{at} {record.levelname.lower()} {record.name} request={request_id() or '-'} {clean(words)}"

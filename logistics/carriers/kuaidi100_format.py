"""Kuaidi100's documents as they are written: signatures, pushes, lists of scans. No database, no network.

Whatever can't be meant is a ValueError with a sentence for who sent it.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from foundation.lifecycle.deadlines import SHANGHAI

from ..carrier_rows import KUAIDI100
from ..tracking import Event

MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?")
NUMBER = re.compile(r"[A-Za-z0-9-]{6,32}")
DEEPEST, MOST_SCANS = 12, 500
AHEAD = timedelta(days=1)  # a carrier's clock may be wrong; a scan of next year would hide every later one


@dataclass(frozen=True, slots=True)
class Pushed:
    """One push: `status` is polling, shutdown, abort or updateall; `carrier` Kuaidi100's code."""

    status: str
    carrier: str
    number: str
    events: tuple[Event, ...]


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def is_signed(sign: str, param: str, salt: str) -> bool:
    """MD5(param + salt) in hex of any case, compared in constant time."""
    return hmac.compare_digest(sign.lower().encode(), md5(param + salt).encode())


def read_json(text: str) -> dict[str, Any]:
    """A JSON object whose texts a database can hold. Numbers stay as they are written: they are codes, never counted with."""
    try:
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("param is nested too deeply.") from None
    except ValueError as problem:
        raise ValueError(f"param is no JSON: {problem}") from None
    if not isinstance(found, dict):
        raise ValueError("param is no JSON object.")
    _check(found, 0)
    return found


def read_push(text: str, now: datetime) -> Pushed:
    """A push of scans. One that brings none – “no record for three days” – has no events."""
    param = read_json(text)
    status = _text(param, "status")
    result = param.get("lastResult")
    if not isinstance(result, dict):
        raise ValueError("lastResult is missing.")
    data = result.get("data")
    if data in (None, ""):
        data = []
    number = _text(result, "nu").strip().upper()
    if data and not NUMBER.fullmatch(number):
        raise ValueError("nu is no tracking number.")
    return Pushed(
        status=status, carrier=_text(result, "com")[:32].lower(), number=number,
        events=read_scans(data, _text(result, "state"), now),
    )  # fmt: skip


def read_scans(data: Any, state: str, now: datetime) -> tuple[Event, ...]:
    """The scans of a push or of an answer to a question, newest first as they come.

    Each may carry its own `statusCode`; where none does, `state` is the newest one's. Codes get their meaning later.
    """
    if not isinstance(data, list) or len(data) > MOST_SCANS:
        raise ValueError(f"data is no list of at most {MOST_SCANS} scans.")
    coded = any(isinstance(one, dict) and one.get("statusCode") for one in data)
    events = []
    for place, one in enumerate(data):
        if not isinstance(one, dict):
            raise ValueError("A scan is no object.")
        newest = KUAIDI100.get(state, "") if not coded and place == 0 else ""
        events.append(
            Event(
                at=read_moment(_text(one, "ftime") or _text(one, "time"), now),
                state=str(newest),
                text=_text(one, "context")[:300],
                place=(_text(one, "areaName") or _text(one, "location"))[:100],
                code=_text(one, "statusCode")[:40],
            )  # fmt: skip
        )
    return tuple(events)


def read_moment(text: str, now: datetime) -> datetime:
    """`2026-11-22 14:03:05` of Shanghai, never later than a day after `now`."""
    found = MOMENT.fullmatch(text.strip())
    try:
        at = datetime(*(int(part or 0) for part in found.groups()), tzinfo=SHANGHAI) if found else None  # type: ignore[arg-type, misc]
    except ValueError:
        at = None
    if at is None or at.year < 2000:
        raise ValueError("A scan's time is no moment.")
    if at > now + AHEAD:
        raise ValueError("A scan's time is yet to come.")
    return at.astimezone(UTC)


def _text(found: dict[str, Any], name: str) -> str:
    """The text under `name`, "" where there is none."""
    value = found.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name} is no text.")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _check(value: Any, depth: int) -> None:
    """No text a database refuses (NUL, half a character), nothing nested for its own sake."""
    if depth > DEEPEST:
        raise ValueError("param is nested too deeply.")
    for one in _parts(value):
        if isinstance(one, str):
            if "\x00" in one or not _is_unicode(one):
                raise ValueError("param holds characters that are none.")
        else:
            _check(one, depth + 1)


def _parts(value: Any) -> "Iterator[Any] | Sequence[Any]":
    if isinstance(value, dict):
        return (*value, *value.values())
    return value if isinstance(value, list) else ()


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

"""One POST to somebody else's server, told apart by what is known afterwards (F28).

Five seconds in all, 64 KB of answer at most, no redirect followed, no proxy asked. Whoever calls is outside every
transaction and holds no lock.
"""

import http.client
import json
import socket
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from .base import Final, Retryable, Unknown

SECONDS = 5.0
MOST_BYTES = 64 * 1024
COME_AGAIN = (429, 503)  # refused before anything was done


def post_form(url: str, fields: Mapping[str, str], *, seconds: float | None = None) -> dict[str, Any]:
    """POST a form, give the JSON object it is answered with.

    Retryable when nothing left us, or the other side was too busy to look (429, 503); Final when it was refused (a
    redirect, 4xx); Unknown for everything after which it may have been done: no answer in time, 5xx, a body that
    breaks off, is too large or no JSON object.
    """
    seconds = seconds or SECONDS
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    asked = kind(address.hostname or "", address.port, timeout=seconds)
    try:
        return _object(*_exchange(asked, address.path or "/", fields, seconds))
    finally:
        asked.close()


def _exchange(
    asked: http.client.HTTPConnection, path: str, fields: Mapping[str, str], seconds: float
) -> tuple[int, bytes]:
    """Status and body. A clock of its own ends the call: a timeout of sockets counts from each byte anew."""
    try:
        asked.connect()
    except OSError as problem:
        raise Retryable(f"no connection: {problem}") from problem
    over = threading.Event()
    clock = threading.Timer(seconds, _hang_up, [asked.sock, over])
    clock.daemon = True
    clock.start()
    try:
        asked.request("POST", path, urlencode(fields), {
            "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", "Connection": "close",
        })  # fmt: skip
        answer = asked.getresponse()
        body = answer.read(MOST_BYTES + 1) if answer.status == 200 else b""
    except (OSError, http.client.HTTPException) as problem:
        raise Unknown(_late(seconds) if over.is_set() else f"no answer: {type(problem).__name__}") from problem
    finally:
        clock.cancel()
    if over.is_set():
        raise Unknown(_late(seconds))
    expected = answer.headers.get("Content-Length", "")
    if answer.status == 200 and expected.isdecimal() and len(body) < min(int(expected), MOST_BYTES):
        raise Unknown("the answer breaks off")
    return answer.status, body


def _hang_up(connected: socket.socket, over: threading.Event) -> None:
    over.set()
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it ended by itself in this moment


def _late(seconds: float) -> str:
    return f"no answer within {seconds:g} s"


def _object(status: int, body: bytes) -> dict[str, Any]:
    if status in COME_AGAIN:
        raise Retryable(f"answered {status}")
    if status >= 500:
        raise Unknown(f"answered {status}")
    if status != 200:
        raise Final(f"answered {status}")
    if len(body) > MOST_BYTES:
        raise Unknown(f"answered more than {MOST_BYTES} bytes")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise Unknown("the answer is no JSON") from problem
    if not isinstance(found, dict):
        raise Unknown("the answer is no JSON object")
    return found

"""Kuaidi100 (快递100): subscribe, ask, intercept, in its documented forms. Off until the operator gives a key.

Of a buyer's phone no more than the last four digits leave the house. Keys and salts stand in no error.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from foundation.lifecycle import clock

from . import http
from .base import Answer, Final, Retryable, Track, Unknown
from .kuaidi100_format import Pushed, is_signed, md5, read_json, read_moment, read_push, read_scans

__all__ = ["SOURCE", "Kuaidi100", "Pushed", "is_on", "is_signed", "read_json", "read_moment", "read_push"]

SOURCE = "kuaidi100"
DONE = "200"
SUBSCRIBED_ALREADY = "501"
NOTHING_YET, BUSY = "500", ("501", "502")  # of a question
BACK_TO_SENDER = "RETURN_SEND_ADDR"


def is_on() -> bool:
    return bool(settings.KUAIDI100["key"])


class Kuaidi100:
    """The adapter (`base.Adapter`); `carrier` is Kuaidi100's own code."""

    source = SOURCE

    def subscribe(self, *, carrier: str, number: str, phone: str, callback: str, salt: str) -> None:
        """A number subscribed already is subscribed."""
        parameters = {"callbackurl": callback, "salt": salt, "resultv2": "1", "phone": phone}
        param = {"company": carrier, "number": number, "key": _key("key"), "parameters": parameters}
        said = self._post("poll_url", "/poll", {"schema": "json", "param": _written(param)})
        if _code(said) not in (DONE, SUBSCRIBED_ALREADY):
            raise Final(_words(said))

    def track(self, *, carrier: str, number: str, phone: str, now: datetime) -> Track:
        param = _written({"com": carrier, "num": number, "phone": phone, "resultv2": "1"})
        customer = _key("customer")
        sign = md5(param + _key("key") + customer).upper()
        said = self._post("poll_url", "/poll/query.do", {"customer": customer, "sign": sign, "param": param})
        code = _code(said)
        if code == NOTHING_YET:
            return Track()
        if code in BUSY:
            raise Retryable(_words(said))
        if code != DONE:
            raise Final(_words(said))
        try:
            events = read_scans(said.get("data") or [], str(said.get("state") or ""), now)
        except ValueError as problem:
            raise Unknown(str(problem)) from problem
        return Track(events=events)

    def intercept(self, *, carrier: str, number: str, reason: str, key: str, callback: str, salt: str) -> Answer:
        param = {
            "kuaidicom": carrier, "kuaidinum": number, "interceptType": BACK_TO_SENDER, "reason": reason, "orderid": key,
            "interceptPayType": "SHIPPER", "salt": salt, "callBackUrl": callback,
        }  # fmt: skip
        said = self._label("interceptOrder", param)
        data = said.get("data")
        reference = str(data.get("orderId") or data.get("taskId") or "") if isinstance(data, dict) else ""
        return Answer(code="registered", text=_words(said), reference=reference[:64])

    def call_off(self, *, carrier: str, number: str, reference: str, key: str) -> Answer:
        raise Final("Kuaidi100 documents no call that takes an interception back: phone the carrier.")

    def ask(self, *, carrier: str, number: str, reference: str, key: str) -> Answer | None:
        raise Final("Kuaidi100 documents no question about an interception: phone the carrier.")

    def _label(self, method: str, param: Mapping[str, Any]) -> dict[str, Any]:
        written, at = _written(param), str(int(clock.now().timestamp() * 1000))
        sign = md5(written + at + _key("key") + _key("secret")).upper()
        fields = {"method": method, "key": _key("key"), "t": at, "sign": sign, "param": written}
        said = self._post("api_url", "/label/order", fields)
        if _code(said) != DONE:
            raise Final(_words(said))
        return said

    def _post(self, base: str, path: str, fields: Mapping[str, str]) -> dict[str, Any]:
        return read_answer(http.post_form(f"{settings.KUAIDI100[base]}{path}", fields))


def read_answer(said: dict[str, Any]) -> dict[str, Any]:
    """The same, or Unknown when it holds what no database takes."""
    try:
        return read_json(json.dumps(said))
    except (ValueError, RecursionError) as problem:
        raise Unknown(f"the answer can't be read: {problem}") from problem


def _key(name: str) -> str:
    value = settings.KUAIDI100[name]
    if not value:
        raise Final(f"HOUTAI_KUAIDI100_{name.upper()} is not set.")
    return str(value)


def _written(param: Mapping[str, Any]) -> str:
    return json.dumps(param, ensure_ascii=False, separators=(",", ":"))


def _code(said: Mapping[str, Any]) -> str:
    """`returnCode`, or of an answer to a question `status`."""
    return str(said.get("returnCode") or said.get("status") or "")


def _words(said: Mapping[str, Any]) -> str:
    return f"{_code(said)} {said.get('message') or ''}".strip()[:250]

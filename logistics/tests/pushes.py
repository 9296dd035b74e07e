"""Pushes as Kuaidi100 documents them, for tests: the form's fields, signed with a shop's salt."""

import hashlib
import json
from datetime import timedelta
from urllib.parse import urlencode

from foundation.lifecycle.deadlines import SHANGHAI
from logistics.services import salts
from logistics.states import ParcelState

from . import factories

FORM = "application/x-www-form-urlencoded"


def fresh_parcel(shop, now, **columns):
    """The first parcel of a shipped order, with a number and nothing scanned."""
    label = {"status": ParcelState.LABEL, "arrival_status": ParcelState.LABEL, "picked_up_at": None}
    return factories.make_parcel(shop, now, **(label | columns))


def scan(at, code="0", text="运输中", **more):
    """One scan of a push; `at` is aware, the document has Shanghai's time."""
    said = at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return {
        "time": said,
        "ftime": said,
        "context": text,
        "status": text,
        "statusCode": code,
        "areaName": "浙江,杭州市",
        **more,
    }


def history(now, *codes):
    """Scans an hour apart, newest first as Kuaidi100 sends them; the last code is the newest one's."""
    return [
        scan(now - timedelta(hours=place), code, f"第{len(codes) - place}条")
        for place, code in enumerate(reversed(codes))
    ]


def push(number, data, *, state="0", status="polling", com="zhongtong", **more):
    result = {
        "message": "ok",
        "state": state,
        "status": "200",
        "condition": "F00",
        "ischeck": "0",
        "com": com,
        "nu": number,
    }
    return {"status": status, "message": "", "autoCheck": "0", "lastResult": {**result, "data": data}, **more}


def sign(param, salt):
    return hashlib.md5(f"{param}{salt}".encode()).hexdigest().upper()


def form(param, shop, **more):
    """The body of a push: `param` as text or as what becomes JSON."""
    text = param if isinstance(param, str) else json.dumps(param, ensure_ascii=False)
    return urlencode({"sign": sign(text, salts.hook_of(shop).salt), "param": text, **more})


def send(client, shop, param, page="kuaidi100", **more):
    return client.post(f"/hooks/{page}/{shop.code}/", form(param, shop, **more), content_type=FORM)

"""Carriers' calls: only signed ones are taken, only what can be meant, and each of them once."""

import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from foundation.accounts.tests.factories import make_shop
from logistics.models import CarrierCode, CarrierEvent, Parcel, ParkedPush, Scan, ShopHook
from logistics.services import salts
from logistics.states import ParcelState as P

from . import pushes

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
TAKEN = {"result": True, "returnCode": "200", "message": "成功"}


@pytest.fixture
def parcel(shop, now):
    return pushes.fresh_parcel(shop, now)


@pytest.fixture
def carrier():
    return Client(enforce_csrf_checks=True)


def stored():
    """Everything a push could leave behind."""
    rows = [Scan, ParkedPush, CarrierCode, CarrierEvent, ShopHook, Parcel]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in rows}


def test_a_signed_push_moves_the_parcel_and_is_answered_as_documented(carrier, shop, parcel, now):
    answer = pushes.send(
        carrier, shop, pushes.push(parcel.tracking_number, pushes.history(now, "1", "0", "5", "3"), state="3")
    )
    assert (answer.status_code, answer.json()) == (200, TAKEN)
    assert Parcel.objects.get(pk=parcel.pk).status == P.SIGNED
    assert Scan.objects.filter(parcel=parcel).count() == 4
    assert ShopHook.objects.get(shop=shop).last_push_at is not None


def test_the_sign_may_be_written_in_any_case(carrier, shop, parcel, now):
    text = json.dumps(pushes.push(parcel.tracking_number, pushes.history(now, "1")))
    sign = pushes.sign(text, salts.hook_of(shop).salt)
    for said in (sign.lower(), sign.upper()):
        body = urlencode({"sign": said, "param": text})
        assert carrier.post(f"/hooks/kuaidi100/{shop.code}/", body, content_type=pushes.FORM).status_code == 200


def test_a_replay_is_taken_and_stores_nothing(carrier, shop, parcel, now):
    said = pushes.push(parcel.tracking_number, pushes.history(now, "1", "0", "9999"))
    pushes.send(carrier, shop, said)
    before = stored()
    for _again in range(5):
        assert pushes.send(carrier, shop, said).json() == TAKEN
    assert stored() == before


def test_a_push_of_an_unknown_number_is_parked_once(carrier, shop, now):
    said = pushes.push("ZZ00000000001", pushes.history(now, "1", "0"))
    for _again in range(3):
        assert pushes.send(carrier, shop, said).json() == TAKEN
    assert ParkedPush.objects.count() == 1


def test_a_push_without_scans_is_taken(carrier, shop, now):
    for data in ([], None, ""):
        assert (
            pushes.send(carrier, shop, pushes.push("", data, status="abort", message="3天查询无记录")).json() == TAKEN
        )
    assert not ParkedPush.objects.exists()


@pytest.mark.parametrize("sign", ["", "0" * 32, "é" * 32, "x" * 5000])
def test_a_bad_sign_is_refused(carrier, shop, parcel, now, sign):
    text = json.dumps(pushes.push(parcel.tracking_number, pushes.history(now, "1")))
    salts.hook_of(shop)
    before = stored()
    answer = carrier.post(
        f"/hooks/kuaidi100/{shop.code}/", urlencode({"sign": sign, "param": text}), content_type=pushes.FORM
    )
    assert (answer.status_code, answer.json()["result"], stored()) == (403, False, before)


def test_another_shops_salt_is_refused(carrier, shop, parcel, now):
    other = make_shop("other")
    salts.hook_of(shop), salts.hook_of(other)
    before = stored()
    body = pushes.form(pushes.push(parcel.tracking_number, pushes.history(now, "1")), other)
    assert carrier.post(f"/hooks/kuaidi100/{shop.code}/", body, content_type=pushes.FORM).status_code == 403
    assert stored() == before


def test_a_renewed_salt_ends_the_old_one(carrier, shop, owner, parcel, now):
    body = pushes.form(pushes.push(parcel.tracking_number, pushes.history(now, "1")), shop)
    salts.renew(shop, by=owner, now=now)
    assert carrier.post(f"/hooks/kuaidi100/{shop.code}/", body, content_type=pushes.FORM).status_code == 403


def test_a_shop_that_never_was_is_404_and_one_without_a_salt_403(carrier, shop, parcel, now):
    body = urlencode({"sign": "0" * 32, "param": "{}"})
    assert carrier.post("/hooks/kuaidi100/nobody/", body, content_type=pushes.FORM).status_code == 404
    assert carrier.post(f"/hooks/kuaidi100/{shop.code}/", body, content_type=pushes.FORM).status_code == 403
    assert not ShopHook.objects.exists()


def param_of(parcel, now):
    """A good push, to be spoilt."""
    return pushes.push(parcel.tracking_number, pushes.history(now, "1", "0"))


SPOILT = {
    "no JSON": lambda said: "{",
    "an empty text": lambda said: "",
    "a list": lambda said: "[]",
    "a text": lambda said: '"polling"',
    "null": lambda said: "null",
    "NaN": lambda said: said.replace('"polling"', "NaN"),
    "infinity": lambda said: said.replace('"polling"', "-Infinity"),
    "a number where a text belongs": lambda said: said.replace('"polling"', "true"),
    "nested deeply": lambda said: '{"a":' * 2000 + "1" + "}" * 2000,
    "a list nested deeply": lambda said: "[" * 9000 + "]" * 9000,
    "nested a little too deeply": lambda said: said.replace('"message": ""', f'"message": {"[" * 14}{"]" * 14}', 1),
    "a huge number as a moment": lambda said: said.replace('"ftime": "', '"ftime": "9' * 1 + "9" * 5000),
    "no lastResult": lambda said: said.replace("lastResult", "last"),
    "lastResult is a list": lambda said: '{"status": "polling", "lastResult": []}',
    "data is a text": lambda said: '{"status": "polling", "lastResult": {"nu": "YT0000000000001", "data": "x"}}',
    "data holds numbers": lambda said: '{"status": "polling", "lastResult": {"nu": "YT0000000000001", "data": [1, 2]}}',
    "too many scans": lambda said: (
        '{"lastResult": {"nu": "YT0000000000001", "data": [' + ",".join(["{}"] * 501) + "]}}"
    ),
    "no moment": lambda said: said.replace('time": "2', 'time": "x'),
    "a month that is none": lambda said: (
        '{"lastResult": {"nu": "YT0000000000001", "data": [{"ftime": "2026-13-01 10:00:00"}]}}'
    ),
    "next year": lambda said: '{"lastResult": {"nu": "YT0000000000001", "data": [{"ftime": "2199-01-01 10:00:00"}]}}',
    "the year 1": lambda said: '{"lastResult": {"nu": "YT0000000000001", "data": [{"ftime": "0001-01-01 10:00:00"}]}}',
    "a number that is none": lambda said: '{"lastResult": {"nu": ";DROP", "data": [{"ftime": "2026-01-01 10:00:00"}]}}',
    "NUL": lambda said: said.replace("polling", "\\u0000"),
    "half a character": lambda said: said.replace("polling", "\\ud83d"),
    "a NUL in a name": lambda said: said.replace('"message"', '"\\u0000"'),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
@pytest.mark.parametrize("page", ["kuaidi100", "interception"])
def test_a_signed_push_that_can_not_be_meant_is_400_and_stores_nothing(carrier, shop, parcel, now, spoil, page):
    text = spoil(json.dumps(param_of(parcel, now), ensure_ascii=False))
    salts.hook_of(shop)
    before = stored()
    answer = pushes.send(carrier, shop, text, page)
    harmless = page == "interception" and answer.status_code == 200  # a document of another kind names no interception
    assert answer.status_code == 400 or harmless, answer.content
    assert stored() == before


BODIES = {
    "nothing": (b"", pushes.FORM),
    "no form": (b'{"sign": "x", "param": "{}"}', "application/json"),
    "a form of files": (b"--x\r\n", "multipart/form-data; boundary=x"),
    "another alphabet": ("sign=a&param=中文".encode("gbk"), pushes.FORM),
    "another alphabet, said so": (b"sign=a&param=b", "application/x-www-form-urlencoded; charset=gbk"),
    "broken percent": (b"sign=a&param=%ff%fe", pushes.FORM),
    "no sign": (b"param=%7B%7D", pushes.FORM),
    "no param": (b"sign=a", pushes.FORM),
    "two params": (b"sign=a&param=b&param=c", pushes.FORM),
    "two signs": (b"sign=a&sign=b&param=c", pushes.FORM),
    "many fields": (b"sign=a&param=c&" + b"&".join(b"x=1" for _ in range(50)), pushes.FORM),
    "no pairs": (b"signparam", pushes.FORM),
}


@pytest.mark.parametrize(("body", "kind"), BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_no_form_is_400(carrier, shop, body, kind):
    salts.hook_of(shop)
    answer = carrier.post(f"/hooks/kuaidi100/{shop.code}/", body, content_type=kind)
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/json")


@pytest.mark.parametrize("page", ["kuaidi100", "interception"])
def test_a_huge_body_is_413_and_never_read(carrier, shop, page):
    answer = carrier.post(f"/hooks/{page}/{shop.code}/", b"x", content_type=pushes.FORM, CONTENT_LENGTH=str(10 * 2**30))
    assert answer.status_code == 413
    assert carrier.post(f"/hooks/{page}/{shop.code}/", b"x" * 65_537, content_type=pushes.FORM).status_code == 413


@pytest.mark.parametrize("said", ["-1", "a lot", "9" * 40])
def test_a_length_that_is_no_length_is_not_believed(carrier, shop, said):
    answer = carrier.post(f"/hooks/kuaidi100/{shop.code}/", b"x", content_type=pushes.FORM, CONTENT_LENGTH=said)
    assert answer.status_code in (400, 413)


def test_a_get_is_405_and_needs_nobody_signed_in(carrier, shop):
    assert carrier.get(f"/hooks/kuaidi100/{shop.code}/").status_code == 405


def test_a_push_costs_few_statements_and_no_session(carrier, shop, parcel, now):
    numbers = [parcel.tracking_number]
    pushes.send(carrier, shop, pushes.push(numbers[0], pushes.history(now - HOUR, "1")))
    with CaptureQueriesContext(connection) as asked:
        pushes.send(carrier, shop, pushes.push(numbers[0], pushes.history(now, "0", "5")))
    said = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"] and "shophook" not in one["sql"].lower()]
    most = 2 if connection.vendor == "postgresql" else 5  # look and lock, then write: a round trip each
    assert len(said) <= most, "\n".join(one[:200] for one in said)
    assert not [sql for sql in said if "session" in sql or "accounts_user" in sql]


def test_an_interceptions_push_of_an_unknown_number_is_taken_and_moves_nothing(carrier, shop, now):
    answer = pushes.send(
        carrier, shop, {"kuaidinum": "YT0000000000009", "status": "20", "message": "拦截成功"}, "interception"
    )
    assert (answer.json(), CarrierEvent.objects.count()) == (TAKEN, 0)

"""One event, one line, an id through web and task, and nothing in it that must not be kept (S36)."""

import io
import json
import logging
import logging.config
from types import SimpleNamespace

import pytest
import structlog
from celery.signals import before_task_publish
from django.db import IntegrityError
from django.test import Client
from django_structlog.celery.receivers import CeleryReceiver

from config import logs
from foundation.accounts.tests.factories import PASSWORD
from foundation.audit.context import fresh_request_id, request_id
from foundation.audit.models import Entry
from orders.models import Order

PHONE, ADDRESS, CODE, SECRET = "13877776666", "浙江省杭州市西湖区文三路 478 号 3 幢", "483920", "Sesam-offne-dich-9"
CANARIES = (PHONE, "文三路", CODE, SECRET)
HOSTILE = f"a\nb\r\n\x1b[31m\x00\x85\u2028\u2029 {PHONE}"


class Heard:
    """What the house's handler writes while a test listens."""

    def __init__(self, production):
        given = logs.logging_for(production)["formatters"]["line"]
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(given["()"](processors=given["processors"], foreign_pre_chain=given["foreign_pre_chain"]))

    @property
    def text(self):
        return self.stream.getvalue()

    @property
    def lines(self):
        return self.text.splitlines()  # splits at U+2028, U+0085 and the like too

    @property
    def events(self):
        return [json.loads(line) for line in self.lines]


@pytest.fixture(params=[True, False], ids=["production", "demo"])
def heard(request):
    listening = Heard(request.param)
    logging.getLogger().addHandler(listening.handler)
    yield listening
    logging.getLogger().removeHandler(listening.handler)


@pytest.fixture
def as_json():
    listening = Heard(True)
    logging.getLogger().addHandler(listening.handler)
    yield listening
    logging.getLogger().removeHandler(listening.handler)


def test_whatever_is_logged_is_one_line(heard):
    log = logging.getLogger("orders")
    log.warning("text %s", HOSTILE)
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        log.exception("with a traceback")
    structlog.get_logger("orders").warning("words", note=HOSTILE, deep={"list": [HOSTILE, {HOSTILE: 1}]}, lone="\ud800")
    assert len(heard.lines) == 3
    assert PHONE not in heard.text
    assert "138****6666" in heard.text
    assert not [character for character in heard.text if ord(character) < 32 and character != "\n"]


@pytest.mark.parametrize(
    "words",
    [
        f"{{'password': '{SECRET}'}}",
        f"password={SECRET} and more",
        f"Authorization: Bearer {SECRET}",
        f"redis://user:{SECRET}@broker:6379/0 does not answer",
        f"Not Found: /invite/{SECRET}/",
        f"Set-Cookie: {SECRET}; sessionid={SECRET}",
        f"the code is {CODE}",
        f"验证码：{CODE}，十分钟内有效",
        f"sent to {PHONE}",
        f"收货地址 {ADDRESS} {PHONE}",
        f'null value in column "x"\nDETAIL:  Failing row contains (1, 张三, {PHONE}, {ADDRESS}, {SECRET}).',
        f"DETAIL:  Key (phone)=({PHONE}) already exists.",
        f"Key (address, x)=({ADDRESS}, {SECRET}) already exists.",
    ],
)
def test_secrets_phones_and_addresses_stay_out_of_any_text(words):
    assert not [canary for canary in CANARIES if canary in logs.clean(words)]


@pytest.mark.parametrize("written", ["+8613912346666", "008613912346666", "86-139-1234-6666", "139 1234 6666", "１３912346666"])
def test_a_phone_is_cut_however_it_is_written(written):
    assert logs.clean(f"sent to {written}.").endswith("****6666.")


def test_a_secret_of_several_words_is_left_out_whole():
    assert "horse" not in logs.clean("{'password': 'correct horse battery', 'x': 1}")


@pytest.mark.parametrize("words", ["status code 200", "order 2026112200001234", "took 1.5 s", "exit code 1", "token", ""])
def test_what_is_harmless_stays_as_it_is(words):
    assert logs.clean(words) == words


def test_a_chain_of_errors_is_told_to_its_end():
    told = logs.clean(f"DETAIL: Failing row contains (1, {PHONE}).\n\nThe above exception was the direct cause\nValueError: x")
    assert told.endswith("(…)\n\nThe above exception was the direct cause\nValueError: x")


def test_values_under_a_secrets_key_are_left_out(as_json):
    log = structlog.get_logger("orders")
    log.warning("x", password=SECRET, sms_code=CODE, headers={"Cookie": SECRET}, code=int(CODE), phone=int(PHONE), rows=7)
    [event] = as_json.events
    assert event["rows"] == 7
    assert not [canary for canary in CANARIES if canary in as_json.text]


def test_a_long_text_is_cut_and_costs_little():
    for pattern in ("中" * 100_000, "1" * 100_000, "code " * 20_000, "password=" * 12_000, "://:" * 30_000):
        assert len(logs.clean(pattern)) < 3 * logs.LONGEST_TEXT


@pytest.mark.django_db
def test_a_request_is_one_line_with_its_id_and_without_what_was_asked(as_json, owner, shop, sign_in):
    client = sign_in(owner)
    answer = client.get(f"/s/{shop.code}/search/", {"q": PHONE, "address": ADDRESS, "password": SECRET})
    [event] = [event for event in as_json.events if event["event"] == "request"]
    assert event["request_id"] == answer.headers["X-Request-ID"]
    assert (event["method"], event["path"], event["status"], event["user"]) == (
        "GET", f"/s/{shop.code}/search/", answer.status_code, owner.pk,
    )  # fmt: skip
    assert event["ms"] > 0
    assert not [canary for canary in CANARIES if canary in as_json.text]


@pytest.mark.django_db
def test_nothing_of_a_sign_in_an_invitation_or_a_crash_is_kept(heard, owner, shop, sign_in, monkeypatch):
    Client().post("/login/", {"username": owner.username, "password": SECRET})
    Client().post("/login/", {"username": owner.username, "password": PASSWORD}, headers={"cookie": f"x={SECRET}"})
    Client().get(f"/invite/{SECRET}/")
    Client().get("/healthz", headers={"host": f"{SECRET}.example"})

    def broken(*_args):
        raise IntegrityError(f"DETAIL:  Failing row contains (1, {PHONE}, {ADDRESS}, {SECRET}, {CODE}).")

    monkeypatch.setattr(Order.objects, "for_shop", broken)
    client = sign_in(owner)
    client.raise_request_exception = False
    assert client.get(f"/s/{shop.code}/orders/").status_code == 500
    assert "IntegrityError" in heard.text
    assert not [canary for canary in (*CANARIES, PASSWORD) if canary in heard.text]


def test_pages_machines_ask_for_are_not_worth_a_line(as_json):
    Client().get("/healthz")
    assert as_json.lines == []
    Client().post("/healthz")
    assert [event["status"] for event in as_json.events if event["event"] == "request"] == [405]


def test_a_tasks_message_carries_the_id_of_the_click_and_its_rows_and_lines_have_it():
    message: dict = {}
    with fresh_request_id() as clicked:
        before_task_publish.send(sender="jobs.run_job", headers=message, body=None, properties={})
    assert message["__django_structlog__"]["request_id"] == clicked
    assert request_id() == ""
    task = SimpleNamespace(name="jobs.run_job", request=SimpleNamespace(__django_structlog__=message["__django_structlog__"]))
    CeleryReceiver().receiver_task_prerun("1", task)
    try:
        with fresh_request_id("job-") as working:
            assert working == request_id() == clicked
    finally:
        structlog.contextvars.clear_contextvars()


def test_a_tick_of_the_clock_has_an_id_of_its_own():
    with fresh_request_id("job-") as first:
        assert first.startswith("job-")
    with fresh_request_id("job-") as second:
        assert second != first


@pytest.mark.django_db
def test_audit_rows_of_a_click_carry_the_id_its_page_shows(owner, shop, sign_in):
    answer = sign_in(owner).post("/password/", {"old_password": "x"}, headers={"x-request-id": "chosen-by-a-stranger"})
    assert answer.headers["X-Request-ID"] != "chosen-by-a-stranger"
    assert len(answer.headers["X-Request-ID"]) == 16
    assert set(Entry.objects.values_list("request_id", flat=True)) <= {answer.headers["X-Request-ID"], ""}


@pytest.mark.django_db
def test_what_django_refused_is_a_line_without_a_traceback(as_json, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    crowded = Client(raise_request_exception=False).post("/login/", {f"f{n}": "" for n in range(9)})
    strange = Client().get("/login/", headers={"host": "elsewhere.example"})
    forged = Client(enforce_csrf_checks=True).post("/login/", {"username": "a"})
    assert (crowded.status_code, strange.status_code, forged.status_code) == (400, 400, 403)
    logging.getLogger("django.security.SuspiciousOperation").error("odd", exc_info=ValueError("odd"))
    told = [event for event in as_json.events if event["logger"].startswith("django.security")]
    assert {"odd", "The number of GET/POST parameters exceeded settings.DATA_UPLOAD_MAX_NUMBER_FIELDS."} <= {
        event["event"] for event in told
    }
    assert not [event for event in as_json.events if "exception" in event]
    assert "Traceback" not in as_json.text

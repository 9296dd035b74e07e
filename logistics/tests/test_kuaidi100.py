"""Kuaidi100's forms as they are documented, and every way its server can fail."""

import json
import socket
from datetime import timedelta

import pytest

from logistics.carriers import http
from logistics.carriers.base import Final, Retryable, Unknown
from logistics.carriers.kuaidi100 import Kuaidi100

from . import fake_kuaidi100, pushes

NUMBER = "73100000000001"
TO = {"carrier": "zhongtong", "number": NUMBER, "phone": "1234"}


@pytest.fixture
def fake(settings, monkeypatch):
    monkeypatch.setattr(http, "SECONDS", 0.5)
    with fake_kuaidi100.running() as server:
        settings.KUAIDI100 = server.settings
        yield server


def intercept():
    return Kuaidi100().intercept(
        carrier="zhongtong",
        number=NUMBER,
        reason="buyer",
        key="interception:1:request",
        callback="https://x.example/",
        salt="s",
    )


def test_subscribing_sends_the_documented_form(fake):
    Kuaidi100().subscribe(**TO, callback="https://houtai.example/hooks/kuaidi100/qinghe/", salt="pepper")
    [(path, fields)] = fake.asked
    param = json.loads(fields["param"])
    assert (path, fields["schema"], param["company"], param["number"]) == ("/poll", "json", "zhongtong", NUMBER)
    assert param["parameters"] == {
        "callbackurl": "https://houtai.example/hooks/kuaidi100/qinghe/", "salt": "pepper", "resultv2": "1", "phone": "1234",
    }  # fmt: skip


def test_a_number_that_is_subscribed_already_is_no_error(fake):
    fake.answers["/poll"] = {"result": False, "returnCode": "501", "message": "重复订阅"}
    Kuaidi100().subscribe(**TO, callback="https://x.example/", salt="s")


def test_a_subscription_refused_is_final(fake):
    fake.answers["/poll"] = {"result": False, "returnCode": "701", "message": "拒绝订阅的快递公司"}
    with pytest.raises(Final, match="701"):
        Kuaidi100().subscribe(**TO, callback="https://x.example/", salt="s")


def test_a_question_is_signed_and_its_scans_are_read(fake, now):
    fake.scans[NUMBER] = pushes.history(now, "1", "0", "5")
    track = Kuaidi100().track(**TO, now=now)
    assert [event.code for event in track.events] == ["5", "0", "1"]
    assert track.events[0].at == now.replace(microsecond=0)


def test_a_number_nobody_knows_yet_has_no_scans(fake, now):
    assert Kuaidi100().track(**TO, now=now).events == ()


def test_a_wrong_key_is_final_and_stands_in_no_error(fake, settings, now):
    settings.KUAIDI100 = settings.KUAIDI100 | {"customer": "somebody-else"}
    with pytest.raises(Final) as refused:
        Kuaidi100().track(**TO, now=now)
    assert not [secret for secret in (fake_kuaidi100.KEY, "somebody-else") if secret in str(refused.value)]


def test_an_interception_is_signed_and_answered_with_its_reference(fake):
    answer = intercept()
    assert (answer.code, answer.reference) == ("registered", "K100200300")
    param = json.loads(fake.asked[0][1]["param"])
    assert (param["orderid"], param["kuaidinum"], param["interceptType"]) == (
        "interception:1:request",
        NUMBER,
        "RETURN_SEND_ADDR",
    )


def test_without_a_key_nobody_is_asked(settings, now):
    with pytest.raises(Final, match="HOUTAI_KUAIDI100"):
        Kuaidi100().track(**TO, now=now)


FAULTS = {
    "429": Retryable, "500": Unknown, "404": Final, "301": Final, "hanging": Unknown, "dripping": Unknown, "closing": Unknown,
    "silent": Unknown, "huge": Unknown, "garbage": Unknown, "list": Unknown, "nested": Unknown,
}  # fmt: skip


@pytest.mark.parametrize(("mode", "error"), FAULTS.items())
def test_every_fault_is_told_apart_and_ends_in_time(fake, mode, error):
    fake.mode = mode

    def ask():
        with pytest.raises(error):
            http.post_form(f"{fake.url}/label/order", {"a": "b"}, seconds=0.5)

    assert fake_kuaidi100.seconds(ask) < 3
    assert len(fake.asked) == 1  # no redirect followed, nothing sent twice


def test_of_ten_gigabytes_a_few_kilobytes_are_read(fake):
    fake.mode = "huge"
    with pytest.raises(Unknown, match="more than 65536"):
        http.post_form(f"{fake.url}/poll", {}, seconds=5)
    assert fake.sent_bytes < 16 * 2**20  # what the sockets' buffers took


def test_nobody_there_is_certain_not_to_have_arrived():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with pytest.raises(Retryable):
        http.post_form(f"http://127.0.0.1:{port}/poll", {}, seconds=0.5)


def test_an_interception_nobody_answered_is_unknown_not_refused(fake):
    fake.mode = "closing"
    with pytest.raises(Unknown):
        intercept()


@pytest.mark.parametrize(
    "said", [{"data": "x"}, {"data": [1]}, {"data": [{"ftime": "x"}]}, {"data": [{"ftime": "\x00"}]}]
)
def test_an_answer_that_can_not_be_meant_is_unknown(fake, now, said):
    fake.answers["/poll/query.do"] = {"message": "ok", "status": "200", "state": "0", **said}
    with pytest.raises(Unknown):
        Kuaidi100().track(**TO, now=now)


def test_a_scan_of_next_year_is_not_believed(fake, now):
    fake.scans[NUMBER] = pushes.history(now + timedelta(days=400), "3")
    with pytest.raises(Unknown):
        Kuaidi100().track(**TO, now=now)

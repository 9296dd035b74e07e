"""The pages under the work-order admin: who enters, what is shown, what a click does."""

import csv
import io

import pytest
from django.urls import reverse

from foundation.accounts.tests.factories import make_reviewer, make_superuser
from foundation.jobs import services as jobs
from orders.tests.factories import make_order, make_orders
from workorders.bulk import files, steps, views
from workorders.models import QuestionFile, WorkOrder
from workorders.tests.factories import ask

from .conftest import row, table

pytestmark = pytest.mark.django_db
UPLOAD = "admin:workorders_bulk"


@pytest.fixture
def client(reviewer, sign_in):
    """A reviewer who reads English."""
    client = sign_in(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page(name, file):
    return reverse(f"admin:workorders_{name}", args=[file.number])


def upload(client, rows):
    """Upload a table; the file."""
    answer = client.post(reverse(UPLOAD), {"file": table(rows)})
    assert answer.status_code == 302, answer.content.decode()
    return QuestionFile.objects.get(number=answer.url.rstrip("/").rsplit("/", 1)[-1])


def test_the_queue_leads_to_the_upload(client):
    assert reverse(UPLOAD) in client.get(reverse("admin:workorders_workorder_changelist")).content.decode()
    assert client.get(reverse(UPLOAD)).status_code == 200


def test_from_upload_to_result(client, shop, now, reviewer):
    busy = ask(shop, now).order
    file = upload(client, [row(make_order(shop, now)), row(busy, "错发漏发", "少发"), ["qinghe", "no-such", "未收到货", "x"]])
    body = client.get(page("questionfile", file)).content.decode()
    for words in ("Would open", "Would queue", "Refused", "Ask 2 questions", "an order of this shop", "no-such", "订单号"):
        assert words in body, words
    assert WorkOrder.objects.count() == 1
    assert client.post(page("questionfile_start", file), {"which": "good"}).status_code == 302
    working = client.get(page("questionfile", file))
    assert working.headers["Refresh"] == views.REFRESH
    file.refresh_from_db()
    jobs.run_to_end(file.job_id)
    done = client.get(page("questionfile", file), {"show": "opened"})
    assert "Refresh" not in done.headers
    case = WorkOrder.objects.get(question_row__outcome="opened")
    assert reverse("admin:workorders_workorder_change", args=[case.pk]) in done.content.decode()
    assert case.opened_by == reviewer
    assert WorkOrder.objects.count() == 3


def test_the_template_has_the_columns_and_is_understood(client, shop, now):
    for language, first in (("en", "shop code"), ("zh-hans", "店铺编码")):
        answer = client.get(reverse("admin:workorders_bulk_template"), headers={"accept-language": language})
        text = answer.content.decode("utf-8-sig")
        assert text.startswith(first)
        header = next(csv.reader(io.StringIO(text)))
        order = make_order(shop, now)
        posted = client.post(reverse(UPLOAD), {"file": table([row(order, "not_received", f"x {order.pk}")], header)})
        assert posted.status_code == 302, language


def test_the_same_file_again_leads_to_the_first(client, shop, now):
    rows = [row(make_order(shop, now))]
    first, second = upload(client, rows), upload(client, rows)
    assert first == second
    assert "here already" in client.get(page("questionfile", first)).content.decode()


def test_only_if_all_are_good_is_refused_with_a_sentence_while_one_is_not(client, shop, now):
    file = upload(client, [row(make_order(shop, now)), ["qinghe", "no-such", "未收到货", "x"]])
    answer = client.post(page("questionfile_start", file), {"which": "all"})
    assert answer.status_code == 409
    assert "only if all are good" in answer.content.decode()
    assert not WorkOrder.objects.exists()


def test_a_second_click_starts_no_second_job(client, shop, now):
    file = upload(client, [row(make_order(shop, now))])
    assert client.post(page("questionfile_start", file), {"which": "good"}).status_code == 302
    assert client.post(page("questionfile_start", file), {"which": "good"}).status_code == 409
    file.refresh_from_db()
    jobs.run_to_end(file.job_id)
    assert client.post(page("questionfile_start", file), {"which": "good"}).status_code == 409
    assert WorkOrder.objects.count() == 1


def test_the_refused_rows_as_a_file_that_can_be_put_right_and_uploaded(client, shop, now):
    order = make_order(shop, now)
    file = upload(client, [[shop.code, order.number, "no type", "=1+1", "", "", "x"], ["nowhere", "1", "未收到货", "x"]])
    answer = client.get(page("questionfile_refused", file))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    header, first, second = list(csv.reader(io.StringIO(text)))
    assert header[:7] == ["店铺编码", "订单号", "工单类型", "平台提问", "商品行", "赔付比例", "凭证"]
    assert first[3] == "'=1+1"
    assert first[7:9] == ["2", "工单类型 / 凭证"]
    assert second[7:] == ["3", "店铺编码", "the code or ID of a shop", "nowhere"]
    first[2], first[6] = "未收到货", ""
    again = client.post(reverse(UPLOAD), {"file": table([first], header)})
    put_right = QuestionFile.objects.get(number=again.url.rstrip("/").rsplit("/", 1)[-1])
    assert put_right.rows.get().outcome == "opens"
    assert put_right.rows.get().cells["text"] == "=1+1"


def test_a_stopped_job_says_why_and_goes_on(client, shop, now, monkeypatch):
    file = upload(client, [row(make_order(shop, now))])
    monkeypatch.setattr(steps, "look", lambda *told: 1 / 0)
    client.post(page("questionfile_start", file), {"which": "all"})
    file.refresh_from_db()
    for _try in range(5):
        jobs.Job.objects.filter(pk=file.job_id).update(lease_until=None)
        jobs.run_chunk(file.job_id, now=now)
    body = client.get(page("questionfile", file)).content.decode()
    assert "Go on from where it stopped" in body
    monkeypatch.undo()
    assert client.post(page("questionfile_go_on", file)).status_code == 302
    jobs.run_to_end(file.job_id)
    assert WorkOrder.objects.count() == 1


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b"PK\x03\x04", b"\x00" * 100])
def test_a_file_that_is_none_of_ours_is_a_422_with_a_sentence(client, content):
    bad = table([])
    answer = client.post(reverse(UPLOAD), {"file": type(bad)("q.csv", content)})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()
    assert not QuestionFile.objects.exists()


def test_no_file_at_all_is_a_422(client):
    assert client.post(reverse(UPLOAD)).status_code == 422


def test_too_large_a_file_is_refused(client, shop, now, monkeypatch):
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    assert client.post(reverse(UPLOAD), {"file": table([row(make_order(shop, now))])}).status_code == 422


def test_rows_are_shown_a_hundred_at_a_time(client, shop, now, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 2)
    file = upload(client, [row(order) for order in make_orders(shop, 3, now)])
    first = client.get(page("questionfile", file))
    assert [one.place for one in first.context["rows"]] == [2, 3]
    assert [one.place for one in client.get(page("questionfile", file), {"after": "3"}).context["rows"]] == [4]
    for hostile in ("²", "-1", "9" * 30, "x", "\x00"):
        assert client.get(page("questionfile", file), {"after": hostile, "show": hostile}).status_code == 200


def test_only_reviewers_of_work_orders_and_superusers_enter(shop, now, owner, client, sign_in):
    file = upload(client, [row(make_order(shop, now))])
    gets = [reverse(UPLOAD), reverse("admin:workorders_bulk_template"), page("questionfile", file), page("questionfile_refused", file)]
    posts = [reverse(UPLOAD), *(page(f"questionfile_{verb}", file) for verb in ("start", "again", "go_on"))]
    for desk in ("rules", "operations"):
        other = sign_in(make_reviewer(desk, group=desk))
        assert {other.get(url).status_code for url in gets} == {other.post(url).status_code for url in posts} == {403}
    for outside in (sign_in(owner), type(client)()):
        assert {outside.get(url).status_code for url in gets} == {outside.post(url).status_code for url in posts} == {302}
    above = sign_in(make_superuser())
    assert {above.get(url).status_code for url in gets} == {200}
    assert not WorkOrder.objects.exists()


def test_a_verb_is_never_a_get_and_an_unknown_file_is_404(client, shop, now):
    file = upload(client, [row(make_order(shop, now))])
    for verb in ("start", "again", "go_on"):
        assert client.get(page(f"questionfile_{verb}", file)).status_code == 405
    file.number = "QFNOSUCH"
    for name in ("questionfile", "questionfile_refused"):
        assert client.get(page(name, file)).status_code == 404
    assert client.post(page("questionfile_start", file)).status_code == 404

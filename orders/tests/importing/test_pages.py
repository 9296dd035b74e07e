"""The pages of an import: upload, columns, preview, run, result; nothing written before the run."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.files.models import StoredFile
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from orders.importing.mappings import OrderMapping
from orders.models import Order

from .conftest import paid_row, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(owner, sign_in):
    return sign_in(owner)


def upload(client, content, *, on_bad="skip", key=None, shop="qinghe", name="orders.csv"):
    content = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    data = {"file": file, "on_bad": on_bad, "request_key": str(key or uuid.uuid4())}
    return client.post(f"/s/{shop}/orders/import/", data)


def preview_of(client, content, **options) -> Job:
    response = upload(client, content, **options)
    assert response.status_code == 302, response.content.decode()
    return jobs.run_to_end(Job.objects.get(number=response.url.rstrip("/").rsplit("/", 1)[-1]).pk)


def page(job, tail=""):
    return f"/s/{job.shop.code}/orders/import/{job.number}/{tail}"


def test_from_the_upload_to_the_result(client):
    preview = preview_of(client, table(paid_row(1), paid_row(2, "x")))
    shown = client.get(page(preview)).content.decode()
    assert "on_bad" in shown and not Order.objects.exists()
    response = client.post(page(preview, "start/"), {"on_bad": "skip"})
    assert response.status_code == 302
    run = jobs.run_to_end(Job.objects.get(kind="orders.import").pk)
    assert Order.objects.count() == 1
    result = client.get(page(run, "result/")).content.decode()
    assert str(run.output_file.uuid) in result
    reasons = client.get(f"/s/qinghe/files/{run.output_file.uuid}/")
    assert reasons.status_code == 200 and "attachment" in reasons.headers["Content-Disposition"]


def test_starting_twice_imports_once(client):
    preview = preview_of(client, table(paid_row(1)))
    urls = {client.post(page(preview, "start/"), {"on_bad": "skip"}).url for _ in range(3)}
    assert len(urls) == Job.objects.filter(kind="orders.import").count() == 1


def test_the_same_form_sent_twice_is_one_preview(client):
    key = uuid.uuid4()
    urls = {upload(client, table(paid_row(1)), key=key).url for _ in range(2)}
    assert len(urls) == 1


def test_a_bad_row_stops_the_rest_when_the_user_says_so(client):
    preview = preview_of(client, table(paid_row(1), paid_row(2, "x")), on_bad="stop")
    response = client.post(page(preview, "start/"), {"on_bad": "stop"})
    assert response.status_code == 409
    assert not Job.objects.filter(kind="orders.import").exists()


def test_nothing_to_import_is_said_and_refused(client):
    first = preview_of(client, table(paid_row(1)))
    client.post(page(first, "start/"), {"on_bad": "skip"})
    jobs.run_to_end(Job.objects.get(kind="orders.import").pk)
    again = preview_of(client, table(paid_row(1)))
    assert again.result["unchanged"] == 1
    assert client.post(page(again, "start/"), {"on_bad": "skip"}).status_code == 409


@pytest.mark.parametrize(
    "content", [b"", b"a\x00b\n1\n", b"a,b\n", b"\xff\xff\xff", b"a,b\n" + b"1," * 20_000, b"PK\x03\x04nonsense"]
)
def test_a_file_that_can_not_be_read_is_refused_beside_the_field(client, content):
    response = upload(client, content)
    assert response.status_code == 422
    assert "invalid-feedback" in response.content.decode()
    assert not StoredFile.objects.exists() and not Job.objects.exists()


def test_a_form_without_a_file_is_refused(client):
    assert client.post("/s/qinghe/orders/import/", {"on_bad": "skip"}).status_code == 422
    assert client.post("/s/qinghe/orders/import/", {"on_bad": "x", "request_key": "y"}).status_code == 422


def test_a_file_that_turns_out_bad_later_stops_its_preview_with_a_sentence(client):
    preview = preview_of(client, table(*(paid_row(n) for n in range(20))) + '9,"open\n')
    assert preview.status == "failed" and preview.error
    assert preview.error in client.get(page(preview)).content.decode()


UNKNOWN = "编码,时间,钱\n1,2026-01-02 10:00:00,10\n2,2026-01-02 10:00:00,5\n"


def test_columns_it_does_not_know_are_asked_for_and_kept(client, shop):
    response = upload(client, UNKNOWN, on_bad="stop")
    assert "/columns/" in response.url
    form = client.get(response.url)
    assert form.status_code == 200 and "编码" in form.content.decode()
    told = {"column-0": "number", "column-1": "placed_at", "column-2": "paid", "on_bad": "skip"}
    sent = client.post(response.url, {**told, "request_key": str(uuid.uuid4())})
    preview = jobs.run_to_end(Job.objects.get(number=sent.url.rstrip("/").rsplit("/", 1)[-1]).pk)
    assert preview.result["created"] == 2
    assert OrderMapping.objects.get().shop == shop
    assert "/columns/" not in upload(client, UNKNOWN).url


def test_columns_that_can_not_be_used_are_refused_and_the_choice_is_kept(client):
    url = upload(client, UNKNOWN).url
    twice = {"column-0": "number", "column-1": "number", "column-2": "paid", "on_bad": "skip"}
    response = client.post(url, {**twice, "request_key": str(uuid.uuid4())})
    assert response.status_code == 422
    assert response.content.decode().count('value="number" selected') == 2
    assert not OrderMapping.objects.exists()
    assert client.post(url, {**twice, "column-1": "password", "request_key": "x"}).status_code == 422


def test_only_who_may_import_sees_it_and_another_shops_import_does_not_exist(client, shop, sign_in):
    preview = preview_of(client, table(paid_row(1)))
    warehouse = sign_in(make_member(shop, "warehouse"))
    for address in ("/s/qinghe/orders/import/", page(preview), page(preview, "start/")):
        assert warehouse.get(address).status_code in (403, 405)
    stranger = sign_in(make_member(make_shop("other"), "owner"))
    for tail in ("", "result/"):
        assert stranger.get(f"/s/other/orders/import/{preview.number}/{tail}").status_code == 404
    uid = preview.input_file.uuid
    assert stranger.get(f"/s/other/orders/import/columns/{uid}/").status_code == 404
    assert stranger.get(f"/s/other/files/{uid}/").status_code == 404
    assert warehouse.get(f"/s/qinghe/files/{uid}/").status_code in (403, 404)


def test_the_template_names_columns_the_import_knows(client):
    response = client.get("/s/qinghe/orders/import/template.csv")
    head = response.content.decode("utf-8-sig").strip()
    row = ",".join(["1", "已发货", "2026-01-02", "2026-01-02", "10", "0", *[""] * 9])
    assert preview_of(client, f"{head}\n{row}\n").result["created"] == 1

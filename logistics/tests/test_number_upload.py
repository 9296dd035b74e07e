"""A file of tracking numbers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from logistics.models import Parcel
from logistics.services.shipping import ship_order
from logistics.services.uploads import NumberRow, look, upload_many
from logistics.tests.factories import make_parcel, to_ship
from logistics.uploads import steps

pytestmark = pytest.mark.django_db
NEW, NEXT = "73100000000011", "73100000000012"


def row(place, order, number=NEW, carrier="中通"):
    return NumberRow(place, order.number, carrier, number)


def test_each_row_says_what_it_would_do(shop, owner, now, in_english):
    waiting, offline, going = to_ship(shop, now), to_ship(shop, now), make_parcel(shop, now)
    ship_order(offline.pk, by=owner, now=now)
    found = look(
        [
            row(2, waiting, NEW), row(3, offline, NEXT), row(4, going.order, "73100000000013"),
            row(5, make_parcel(shop, now).order, "x"), NumberRow(6, "no such order", "中通", NEW),
            row(7, to_ship(shop, now), "73100000000014", "no such carrier"),
            row(8, to_ship(shop, now), "YT1234567890123", ""),
        ],
        shop=shop,
    )  # fmt: skip
    assert [(one.does, one.problem) for one in found] == [
        ("ships", ""), ("enters", ""), ("changes", ""),
        ("", "A tracking number has 6 to 32 letters, digits and hyphens."),
        ("", "This shop has no order of that number."),
        ("", "Unknown carrier “no such carrier”."),
        ("", "The carrier is missing; the number looks like one of YTO Express."),
    ]  # fmt: skip
    again = look([row(2, going.order, going.tracking_number)], shop=shop)
    assert again[0].does == "same"


def test_strange_and_twice_used_numbers_warn(shop, now, in_english):
    one, two = to_ship(shop, now), to_ship(shop, now)
    used = make_parcel(shop, now)
    found = look([row(2, one, used.tracking_number), row(3, two, "YT1234567890123")], shop=shop)
    assert [result.warning for result in found] == [
        "The number is used for another order as well.", "It looks like a number of YTO Express.",
    ]  # fmt: skip


def test_a_row_that_is_refused_takes_no_other_with_it(shop, owner, now):
    waiting, scanned = to_ship(shop, now), make_parcel(shop, now, last_scan_at=now)
    before = scanned.tracking_number
    found = upload_many([row(2, scanned.order, NEXT), row(3, waiting)], shop=shop, by=owner, now=now)
    assert [bool(one.problem) for one in found] == [True, False]
    assert Parcel.objects.get(pk=scanned.pk).tracking_number == before
    assert Parcel.objects.get(order=waiting).tracking_number == NEW


def test_another_shops_order_is_not_there(shop, owner, now):
    theirs = to_ship(make_shop("other"), now)
    [found] = upload_many([row(2, theirs)], shop=shop, by=owner, now=now)
    assert found.problem and not Parcel.objects.exists()


def test_looking_costs_the_same_few_statements(shop, now, django_assert_max_num_queries):
    rows = [row(place, to_ship(shop, now), f"7310000000{place:04d}") for place in range(30)]
    with django_assert_max_num_queries(5):
        look(rows, shop=shop)


def send(client, shop, text, name="numbers.csv"):
    upload = SimpleUploadedFile(name, text.encode(), "text/csv")
    key = "5f2b1f3e-2b6f-4a55-9a15-3a2f1c2e9d11"
    return client.post(f"/s/{shop.code}/shipping/numbers/", {"file": upload, "request_key": key})


def test_from_the_file_to_the_result(shop, owner, sign_in_in_english, now, django_capture_on_commit_callbacks):
    good, twice = to_ship(shop, now), to_ship(shop, now)
    client = sign_in_in_english(owner)
    text = f"订单号,快递公司,物流单号\n{good.number},中通快递,{NEW}\n{twice.number},zto,{NEXT}\n{twice.number},zto,{NEXT}\nnobody,zto,{NEXT}\n"
    answer = send(client, shop, text)
    assert answer.status_code == 302
    preview = Job.objects.get(kind=steps.PREVIEW)
    assert steps.counts_of(jobs.run_to_end(preview.pk)) == {
        "ships": 1,
        "enters": 0,
        "changes": 0,
        "same": 0,
        "refused": 3,
    }
    assert not Parcel.objects.exists()
    page = client.get(answer.url).content.decode()
    assert "Enter 1 number" in page and "The order stands in several rows." in page
    answer = client.post(f"{answer.url}start/")
    run = jobs.run_to_end(Job.objects.get(kind=steps.RUN).pk)
    assert (run.result["ships"], run.result["refused"]) == (1, 3)
    assert Parcel.objects.get(order=good).tracking_number == NEW
    assert client.get(answer.url).status_code == 200
    with_reasons = b"".join(client.get(f"/s/{shop.code}/files/{run.output_file.uuid}/")).decode("utf-8-sig")
    assert with_reasons.count("The order stands in several rows.") == 2 and "nobody" in with_reasons
    assert client.post(f"/s/{shop.code}/shipping/numbers/preview/{preview.number}/start/").url.endswith(
        f"{run.number}/"
    )


def test_the_run_goes_on_where_it_stopped_and_does_nothing_twice(shop, owner, now, sign_in, monkeypatch):
    monkeypatch.setattr(steps, "CHUNK", 2)
    orders = [to_ship(shop, now) for _one in range(5)]
    lines = "\n".join(f"{order.number},zto,7310000000{place:04d}" for place, order in enumerate(orders))
    send(sign_in(owner), shop, f"order number,carrier,tracking number\n{lines}\n")
    preview = jobs.run_to_end(Job.objects.get(kind=steps.PREVIEW).pk)
    run = steps.start_run(preview, by=owner, now=now)
    jobs.run_chunk(run.pk, now=now)
    run.refresh_from_db()
    assert (run.cursor, Parcel.objects.count()) == (2, 2)
    assert jobs.run_to_end(run.pk).result["ships"] == 5 and Parcel.objects.count() == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("a,b\n1,2\n", "no column for: Order number, Carrier, Tracking number"),
        ("order number,carrier,tracking number\n", "no rows"),
        ("order number,carrier,tracking number\n" + "1,2,3\n" * 5001, "Split the file"),
        ("PK\x03\x04 no zip", "can"),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_with_a_sentence(shop, owner, sign_in_in_english, text, said):
    answer = send(sign_in_in_english(owner), shop, text)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Job.objects.exists()


def test_who_may_not_ship_uploads_nothing(shop, sign_in, now):
    client = sign_in(make_member(shop, "finance"))
    assert client.get(f"/s/{shop.code}/shipping/numbers/").status_code == 403
    assert client.get(f"/s/{shop.code}/shipping/numbers/template.csv").status_code == 403


def test_the_template_is_in_the_readers_language(shop, owner, sign_in, sign_in_in_english):
    url = f"/s/{shop.code}/shipping/numbers/template.csv"
    assert sign_in(owner).get(url).content.decode("utf-8-sig").strip() == "订单号,快递公司,物流单号"
    assert (
        sign_in_in_english(owner).get(url).content.decode("utf-8-sig").strip() == "Order number,Carrier,Tracking number"
    )

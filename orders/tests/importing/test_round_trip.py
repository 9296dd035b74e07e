"""Our own export, imported again, changes nothing: both formats, both languages, any columns (rules §3)."""

from datetime import datetime, timedelta
from io import BytesIO

import pytest

from foundation.accounts.tests.factories import make_shop
from foundation.jobs import services as jobs
from foundation.lists.models import Kind, SavedView
from foundation.shell.urls_for import shop_url
from orders.importing import start, steps
from orders.lists import COLUMNS
from orders.models import Order
from orders.services import flag_many, mark_shipped, note_many, note_tracking
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db
EVERYTHING = [column.key for column in COLUMNS]


@pytest.fixture
def book(shop, now):
    """One order of every kind the list knows, times down to the microsecond, texts that would be formulas."""
    odd = now - timedelta(days=9, microseconds=123_457)
    plain = {"signed_at": None, "physically_shipped_at": None, "tracking_uploaded_at": None, "tracking_number": ""}
    make_order(shop, now, number="123456789012345678", placed_at=odd, buyer_remark="=1+1", carrier="@home")
    make_order(shop, now, number="-7", status="completed", buyer_remark="'=quoted", province="示例省")
    make_order(shop, now, number="0012", status="completed", refunded_minor=2_500, buyer_remark="two\r\nlines ")
    make_order(shop, now, number="R1", refunded_minor=12_500, status="refunded", discount_minor=300)
    make_order(shop, now, number="C1", status="cancelled", refunded_minor=12_500, **plain)
    make_order(shop, now, number="U1", status="cancelled", paid_minor=0, paid_at=None, **plain)
    make_order(shop, now, number="G1", status="grouping", **plain)
    shipped = make_order(shop, now, number="S1", status="to_ship", promised_ship_at=odd, lines=(), **plain)
    mark_shipped(shipped.pk, carrier="示例快递", at=odd, by=None, now=now)
    note_tracking(shipped.pk, "示例快递", "773012345678901234", by=None, now=now)
    pks = list(Order.objects.for_shop(shop).values_list("pk", flat=True))
    flag_many(pks[:2], flag="purple", by=None, now=now)
    note_many(pks[1:3], note="+86 call", append=True, by=None, now=now)
    return Order.objects.for_shop(shop)


def exported(client, shop, form, language):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    return client.post(shop_url(shop, "lists:export", list="orders"), {"format": form}).content


def imported(content, name, shop, now):
    file = BytesIO(content)
    head = start.head_of(file)
    mapping, recognised = start.resolve(shop, head, None)
    stored = start.store_upload(file, name, shop=shop, by=None, now=now)
    params = {"mapping": mapping, "recognised": recognised, "on_bad": steps.SKIP}
    job = jobs.start(start.RUN, shop=shop, by=None, now=now, params=params, input_file=stored, queued=False)
    return jobs.run_to_end(job.pk)


@pytest.mark.parametrize("columns", [[], EVERYTHING], ids=["the list's own columns", "every column"])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_row_is_unchanged(book, shop, owner, sign_in, now, form, language, columns):
    SavedView.objects.create(owner=owner, list_key="orders", kind=Kind.LAYOUT, columns=columns, updated_at=now)
    before = list(book.order_by("pk").values())
    job = imported(exported(sign_in(owner), shop, form, language), f"orders.{form}", shop, now)
    found = steps.summary(job)
    assert not job.result["samples"]["refused"], job.result["samples"]["refused"]
    assert not job.result["samples"]["updated"], job.result["samples"]["updated"]
    assert (found["unchanged"], found["created"]) == (len(before), 0)
    assert list(book.order_by("pk").values()) == before


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_into_an_empty_shop_the_orders_arrive_as_they_were(book, shop, owner, sign_in, now, form):
    elsewhere = make_shop("elsewhere")
    job = imported(exported(sign_in(owner), shop, form, "en"), f"orders.{form}", elsewhere, now)
    assert steps.summary(job)["created"] == book.count(), job.result["samples"]["refused"]
    columns = ("number", "status", "paid_minor", "refunded_minor", "flag", "tracking_number", "carrier")
    assert list(Order.objects.for_shop(elsewhere).order_by("number").values_list(*columns)) == list(
        book.order_by("number").values_list(*columns)
    )


def test_masked_buyers_never_overwrite_but_whole_ones_do(shop, now):
    order = make_order(shop, now, number="M1")
    head = "订单号,下单时间,实付金额,收货人,联系手机,收货地址\n"
    placed = f"{order.placed_at + timedelta(hours=8):%Y-%m-%d %H:%M:%S}"
    row = f"M1,{placed},125.00,张**,138****1234,示例市****\n"
    assert steps.summary(imported((head + row).encode(), "masked.csv", shop, now))["unchanged"] == 1
    whole = f"M1,{placed},125.00,李示例,13900005678,示例市示例路2号\n"
    assert steps.summary(imported((head + whole).encode(), "whole.csv", shop, now))["updated"] == 1
    order.refresh_from_db()
    assert (order.buyer_name, order.buyer_phone, order.address) == ("李示例", "13900005678", "示例市示例路2号")


def test_a_masked_buyer_is_better_than_none(shop, now):
    make_order(shop, now, number="M2", buyer_name="", buyer_phone="", address="")
    content = "订单号,下单时间,实付金额,收货人\nM2,2026-11-01 10:00:00,125.00,张**\n"
    imported(content.encode(), "masked.csv", shop, now)
    assert Order.objects.get(number="M2").buyer_name == "张**"


def test_a_later_second_is_news_and_what_lies_below_one_is_not(shop, now):
    at = datetime.fromisoformat("2026-11-01T02:00:00.987654+00:00")
    make_order(shop, now, number="T1", placed_at=at)
    same = "订单号,下单时间,实付金额\nT1,2026-11-01 10:00:00,125.00\n"
    assert steps.summary(imported(same.encode(), "same.csv", shop, now))["unchanged"] == 1
    later = same.replace("10:00:00", "10:00:01")
    assert steps.summary(imported(later.encode(), "later.csv", shop, now))["updated"] == 1

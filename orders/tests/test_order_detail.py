"""The page of one order."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.shell.urls_for import shop_url
from orders import panels
from orders.services import add_staff_note, record_contact, refund
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(shop, now):
    return make_order(shop, now)


@pytest.fixture
def url(shop, order):
    return shop_url(shop, "orders:order", number=order.number)


def test_it_tells_lines_money_notes_contacts_and_timeline(sign_in, owner, shop, order, url, now):
    refund(order.pk, amount_minor=500, cause="goodwill", reason="赔一点", key="k", by=owner, now=now)
    add_staff_note(order.pk, note="等买家回复", flag="blue", by=owner, now=now)
    record_contact(order.pk, who="buyer", channel="phone", at=now, said="同意退五元", files=[], by=owner, now=now)
    answer = sign_in(owner).get(url)
    html = answer.content.decode()
    for text in ("纯棉四件套", "¥125.00", "¥120.00", "等买家回复", "同意退五元", "赔一点", "flag-blue"):
        assert text in html, text
    assert answer.context["net_minor"] == 12000


def test_twelve_statements_at_most(sign_in, owner, order, url, now):
    refund(order.pk, amount_minor=500, cause="goodwill", reason="赔一点", key="k", by=owner, now=now)
    record_contact(order.pk, who="buyer", channel="phone", at=now, said="好", files=[], by=owner, now=now)
    client = sign_in(owner)
    client.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    assert len(asked) <= 12, "\n".join(query["sql"][:150] for query in asked)


def test_the_buyer_is_masked(sign_in, owner, url):
    html = sign_in(owner).get(url).content.decode()
    assert "138****1234" in html
    for secret in ("13800001234", "张示例", "示例路1号"):
        assert secret not in html


def test_an_order_without_lines_buyer_or_money_has_a_page_too(sign_in, owner, shop, now):
    bare = make_order(shop, now, paid_minor=0, status="cancelled", lines=(), buyer_name="", buyer_phone="", address="",
                      carrier="", tracking_number="", signed_at=None, physically_shipped_at=None)
    answer = sign_in(owner).get(shop_url(shop, "orders:order", number=bare.number))
    assert answer.status_code == 200


@pytest.mark.parametrize("number", ["a/b", "100%", "?x=1", "#1", "名 字", "<script>", "a&b", "refund", "x" * 64, "\"'"])
def test_any_printable_number_has_a_page(sign_in, owner, shop, now, number):
    make_order(shop, now, number=number)
    client = sign_in(owner)
    assert client.get(shop_url(shop, "orders:order", number=number)).status_code == 200
    page = client.get(shop_url(shop, "orders:orders"))
    link = re.search(r'<th scope="row"[^>]*><a href="([^"]+)"', page.content.decode()).group(1)
    assert client.get(unescape(link)).context["order"].number == number


def test_another_shops_order_is_like_one_that_never_was(sign_in, order, now):
    other = make_shop("other")
    client = sign_in(make_member(other, "owner"))
    foreign = client.get(shop_url(other, "orders:order", number=order.number))
    unknown = client.get(shop_url(other, "orders:order", number="261101-999999999999999"))
    assert foreign.status_code == unknown.status_code == 404
    assert client.get(shop_url("qinghe", "orders:order", number=order.number)).status_code == 404
    for verb in ("refund-order", "note-order", "record-contact", "reveal-buyer"):
        assert client.post(shop_url(other, f"orders:{verb}", number=order.number)).status_code == 404


def test_the_refund_button_is_there_for_those_who_may_and_says_why_when_it_is_off(sign_in, shop, owner, order, url, now):
    assert "/refund/" in sign_in(owner).get(url).content.decode()
    assert "/refund/" not in sign_in(make_member(shop, "warehouse")).get(url).content.decode()
    refund(order.pk, amount_minor=None, cause="platform", reason="", key="k", by=None, now=now)
    html = sign_in(owner).get(url).content.decode()
    assert 'id="why-refund"' in html and "/refund/" not in html


def test_upper_apps_panels_stand_on_the_page_and_a_broken_one_is_left_out(sign_in, owner, url):
    kept = panels._panels[:]
    try:
        panels.register(lambda request, row, now: f"PANEL {row.number}", order=1)
        panels.register(lambda request, row, now: 1 / 0)
        panels.register(lambda request, row, now: None)
        answer = sign_in(owner).get(url)
        assert answer.status_code == 200
        assert answer.context["panels"][0].startswith("PANEL")
    finally:
        panels._panels[:] = kept


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/s/other/orders/", "javascript:1", "\x00"])
def test_next_leads_only_to_pages_of_this_shop(sign_in, owner, shop, url, target):
    answer = sign_in(owner).get(url, {"next": target})
    assert answer.context["back"] == shop_url(shop, "orders:orders")


def test_next_leads_back_to_the_filtered_list(sign_in, owner, shop, url):
    back = shop_url(shop, "orders:orders") + "?tab=signed&q=1"
    assert sign_in(owner).get(url, {"next": back}).context["back"] == back

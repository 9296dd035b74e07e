"""The staff note with its coloured flag."""

import pytest

from foundation.accounts.tests.factories import make_member
from foundation.audit.models import Entry
from foundation.shell.urls_for import shop_url
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(shop, now):
    return make_order(shop, now)


@pytest.fixture
def url(shop, order):
    return shop_url(shop, "orders:note-order", number=order.number)


def test_a_note_is_saved_with_its_flag_and_the_former_wording_stays_in_the_timeline(sign_in, owner, order, url):
    client = sign_in(owner)
    assert client.post(url, {"note": "先别发", "flag": "red", "version": 0}).status_code == 302
    client.post(url, {"note": "可以发了", "flag": "", "version": 1})
    order.refresh_from_db()
    assert (order.staff_note, order.flag, order.version) == ("可以发了", "", 2)
    last = Entry.objects.filter(verb="orders.noted").latest("id")
    assert last.data["before"] == "先别发" and last.actor == owner


def test_the_same_note_again_changes_nothing(sign_in, owner, order, url):
    client = sign_in(owner)
    client.post(url, {"note": "一样", "flag": "red", "version": 0})
    client.post(url, {"note": "一样", "flag": "red", "version": 1})
    order.refresh_from_db()
    assert (order.version, Entry.objects.filter(verb="orders.noted").count()) == (1, 1)


def test_a_stale_page_is_refused_and_keeps_what_was_typed(sign_in, owner, order, url):
    client = sign_in(owner)
    client.post(url, {"note": "同事写的", "flag": "", "version": 0})
    answer = client.post(url, {"note": "我写的", "flag": "red", "version": 0})
    assert answer.status_code == 409
    assert "我写的" in answer.content.decode() and "同事写的" in answer.content.decode()
    order.refresh_from_db()
    assert (order.staff_note, order.version) == ("同事写的", 1)


@pytest.mark.parametrize(
    "form",
    [{"note": "x" * 501}, {"flag": "pink"}, {"version": ""}, {"version": "x"}, {"version": "9" * 30}, {"note": "a\x00"}],
)
def test_a_bad_note_is_refused_and_changes_nothing(sign_in, owner, order, url, form):
    assert sign_in(owner).post(url, {"note": "好", "flag": "red", "version": 0} | form).status_code == 422
    order.refresh_from_db()
    assert (order.staff_note, order.flag, order.version) == ("", "", 0)
    assert not Entry.objects.filter(verb="orders.noted").exists()


def test_finance_may_not_write_notes_and_a_get_is_no_verb(sign_in, shop, owner, order, url):
    assert sign_in(make_member(shop, "finance")).post(url, {"note": "x", "version": 0}).status_code == 403
    assert sign_in(owner).get(url).status_code == 405
    order.refresh_from_db()
    assert order.version == 0

"""Below the list: how many rows there are, said once; and what is deleted without a word."""

import pytest

from foundation.audit.models import Entry
from foundation.lists.models import Kind, SavedView
from foundation.shell.urls_for import shop_url
from orders.tests.factories import make_orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(owner, sign_in_in_english):
    return sign_in_in_english(owner)


@pytest.fixture
def url(shop):
    return shop_url(shop, "orders:orders")


def test_how_many_rows_there_are_is_said_once(client, url, shop, now, monkeypatch):
    make_orders(shop, 3, now)
    pager = client.get(url, {"totals": "1"}).content.decode().partition('class="pager"')[2]
    assert "3 in all" in pager and "3 rows" not in pager
    monkeypatch.setattr("foundation.lists.page.CAP", 2)
    monkeypatch.setattr("foundation.lists.query.CAP", 2, raising=False)
    monkeypatch.setattr("foundation.lists.counting.CAP", 2, raising=False)
    pager = client.get(url, {"totals": "1"}).content.decode().partition('class="pager"')[2]
    assert "more than" in pager and "3 rows" in pager, "a count that stops says the whole one with the sums"


@pytest.mark.parametrize("kind", [Kind.PRIVATE, Kind.SHARED])
def test_that_everybodys_view_is_gone_is_recorded_and_a_private_one_goes_without_a_word(client, shop, owner, now, kind):
    view = SavedView.objects.create(owner=owner, shop=shop, list_key="orders", name="Ours", kind=kind, updated_at=now)
    client.post(shop_url(shop, "lists:change-view", list="orders", uuid=view.uuid), {"do": "delete"})
    assert SavedView.objects.count() == 0
    said = Entry.objects.filter(verb="lists.view_deleted").values_list("actor_id", "shop_id", "subject_id", "data")
    assert list(said) == ([(owner.pk, shop.pk, view.pk, {"name": "Ours"})] if kind == Kind.SHARED else [])

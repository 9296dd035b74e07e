"""Looking at a buyer's unmasked data."""

from datetime import timedelta

import pytest

from foundation.accounts.tests.factories import make_member
from foundation.audit.models import Entry
from foundation.lifecycle.errors import Blocked
from foundation.shell.urls_for import shop_url
from orders.models import OrderPolicy
from orders.services import reveal_buyer
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db
SECRETS = ("13800001234", "张示例", "示例路1号")


@pytest.fixture
def order(shop, now):
    return make_order(shop, now)


@pytest.fixture
def url(shop, order):
    return shop_url(shop, "orders:reveal-buyer", number=order.number)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_those_who_may_see_it_once_and_it_is_recorded_without_the_data(sign_in, shop, order, url, headers):
    person = make_member(shop, "service")
    answer = sign_in(person).post(url, headers=headers)
    html = answer.content.decode()
    assert answer.status_code == 200 and all(secret in html for secret in SECRETS)
    assert "no-store" in answer["Cache-Control"]
    entry = Entry.objects.get(verb="orders.buyer_revealed")
    assert (entry.actor, entry.order_id) == (person, order.pk)
    assert not any(secret in str(entry.data) + entry.reason for secret in SECRETS)
    page = sign_in(person).get(shop_url(shop, "orders:order", number=order.number)).content.decode()
    assert not any(secret in page for secret in SECRETS)


@pytest.mark.parametrize("role", ["warehouse", "finance"])
def test_other_roles_see_nothing(sign_in, shop, url, role):
    answer = sign_in(make_member(shop, role)).post(url)
    assert answer.status_code == 403
    assert not any(secret in answer.content.decode() for secret in SECRETS)
    assert not Entry.objects.filter(verb="orders.buyer_revealed").exists()


def test_a_get_reveals_nothing(sign_in, owner, url):
    assert sign_in(owner).get(url).status_code == 405


def test_only_so_many_in_an_hour(shop, owner, order, now):
    OrderPolicy.objects.create(
        effective_from=now - timedelta(minutes=1), name_zh="严", name_en="strict", reveals_per_hour=2
    )
    for _ in range(2):
        reveal_buyer(order.pk, by=owner, now=now)
    with pytest.raises(Blocked):
        reveal_buyer(order.pk, by=owner, now=now)
    assert Entry.objects.filter(verb="orders.buyer_revealed").count() == 2
    assert reveal_buyer(order.pk, by=owner, now=now + timedelta(hours=1, seconds=1)).phone == "13800001234"

"""The refund quota beside the refund button, and a refund that meets its end (rules §7.7)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from deposits.models import QuotaUse
from deposits.services import quota
from deposits.services.quota import Spend
from foundation.accounts.tests.factories import make_member
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import day_start, shanghai_day
from foundation.shell.urls_for import shop_url
from orders.models import Refund
from orders.services import refund
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db
DAILY = 200_000


@pytest.fixture
def client(sign_in_in_english, owner):
    return sign_in_in_english(owner)


@pytest.fixture
def noon(now):
    """Twelve o'clock in Shanghai; the page's clock stands there too."""
    at = day_start(shanghai_day(now)) + timedelta(hours=12)
    with clock.fixed(at):
        yield at


def spend(shop, amount, at):
    with transaction.atomic():
        quota.spend_many([Spend(shop.pk, str(uuid4()), amount)], by=None, now=at)


def said(amount, **more):
    return {
        "step": "confirm", "amount": amount, "cause": "goodwill", "reason": "包装破损", "line": "", "typed": amount,
        "request_key": str(uuid4()),
    } | more


def test_a_refund_from_the_page_takes_from_the_quota(client, shop, noon):
    order = make_order(shop, noon)
    page = shop_url(shop, "orders:refund-order", number=order.number)
    assert "¥2,000.00" in client.get(page).text
    client.post(page, said("25.00"))
    assert quota.state(shop.pk, noon).used_minor == 2_500
    assert QuotaUse.objects.get().order_id == order.pk


def test_past_the_quota_the_refund_is_refused_with_a_way_out(client, shop, noon):
    spend(shop, DAILY - 1_000, noon)
    order = make_order(shop, noon)
    page = shop_url(shop, "orders:refund-order", number=order.number)
    seen = client.post(page, said("25.00", step="check"))
    assert "Freeze ¥15.00 as temporary deposit" in seen.text
    refused = client.post(page, said("25.00"))
    assert refused.status_code == 409
    assert "包装破损" in refused.text
    assert not Refund.objects.exists()
    assert quota.state(shop.pk, noon).used_minor == DAILY - 1_000


def test_the_order_page_shows_it_beside_the_button(client, sign_in, shop, noon):
    order = make_order(shop, noon)
    page = shop_url(shop, "orders:order", number=order.number)
    assert 'data-quota-left="200000"' in client.get(page).text
    assert "data-quota-left" not in sign_in(make_member(shop, "warehouse")).get(page).text


def test_what_the_platform_decides_takes_nothing_from_it(shop, noon):
    order = make_order(shop, noon)
    refund(order.pk, amount_minor=2_500, cause="platform", reason="", key="case", by=None, now=noon)
    assert quota.state(shop.pk, noon).used_minor == 0

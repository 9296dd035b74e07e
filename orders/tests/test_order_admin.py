"""Orders in admin: looked at by desks, edited by nobody."""

import pytest
from django.urls import reverse

from foundation.accounts import access
from foundation.accounts.tests.factories import make_reviewer, make_superuser
from orders.models import Order
from orders.services import refund
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/order/"


def test_a_reviewer_reads_an_order_with_the_buyer_masked(sign_in, shop, owner, now):
    order = make_order(shop, now)
    refund(order.pk, amount_minor=100, cause="goodwill", reason="r", key="k", by=owner, now=now)
    client = sign_in(make_reviewer())
    assert order.number in client.get(LIST, {"q": order.number}).content.decode()
    html = client.get(reverse("admin:orders_order_change", args=[order.pk])).content.decode()
    assert "138****1234" in html and "¥125.00" in html
    assert "13800001234" not in html and "张示例" not in html


def test_nobody_edits_adds_or_deletes(sign_in, shop, now):
    order = make_order(shop, now)
    for person in (make_superuser(), make_reviewer(), make_reviewer("ops", access.OPERATIONS)):
        client = sign_in(person)
        assert client.get(f"{LIST}add/").status_code == 403
        assert client.post(f"{LIST}{order.pk}/change/", {"status": "refunded"}).status_code == 403
        assert client.post(f"{LIST}{order.pk}/delete/", {"post": "yes"}).status_code == 403
    order.refresh_from_db()
    assert order.status == "signed"


def test_only_operations_lets_a_parked_order_go(sign_in, shop, now):
    order = make_order(shop, now)
    form = {"action": "release", "_selected_action": [order.pk]}
    Order.objects.update(parked_at=now, parked_reason="why")
    sign_in(make_reviewer()).post(LIST, form)
    order.refresh_from_db()
    assert order.parked_at
    sign_in(make_reviewer("ops", access.OPERATIONS)).post(LIST, form)
    order.refresh_from_db()
    assert order.parked_at is None and order.parked_reason == ""

"""Refunding from the page: say, see, type, done once."""

import re
import uuid

import pytest

from foundation.accounts.tests.factories import make_member
from foundation.ledger.models import Transaction
from foundation.shell.urls_for import shop_url
from orders import refund_gates
from orders.models import Refund
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(shop, now):
    return make_order(shop, now)


@pytest.fixture
def url(shop, order):
    return shop_url(shop, "orders:refund-order", number=order.number)


@pytest.fixture
def client(sign_in, owner):
    return sign_in(owner)


def said(**more):
    given = {
        "step": "confirm", "amount": "25.00", "cause": "goodwill", "reason": "包装破损", "line": "", "typed": "25",
        "request_key": str(uuid.uuid4()),
    }
    return given | more


def untouched(order):
    order.refresh_from_db()
    return (order.refunded_minor, order.version, Refund.objects.count(), Transaction.objects.count()) == (0, 0, 0, 1)


def test_first_the_consequences_are_shown_and_nothing_happens(client, url, order):
    answer = client.post(url, said(step="check", amount="125"))
    assert answer.status_code == 200
    seen = answer.context["consequences"]
    assert (seen.amount_minor, seen.empties, seen.left_minor) == (12500, True, 0)
    assert [(part.kind, part.amount_minor) for part in seen.parts] == [("pending", 12500)]
    assert untouched(order)


def test_the_consequences_say_what_becomes_debt(client, shop, owner, now):
    order = make_order(shop, now, status="completed", paid_minor=1000)
    from_settled = client.post(
        shop_url(shop, "orders:refund-order", number=order.number), said(step="check", amount="10")
    ).context["consequences"]
    assert [part.kind for part in from_settled.parts] == ["settlement"]
    assert from_settled.debt_minor == 0


def test_typing_the_amount_refunds_and_leads_back(client, shop, url, order, owner):
    answer = client.post(url, said())
    assert answer.status_code == 302
    assert answer.url == shop_url(shop, "orders:order", number=order.number)
    order.refresh_from_db()
    assert order.refunded_minor == 2500
    done = Refund.objects.get()
    assert (done.by, done.cause, done.reason) == (owner, "goodwill", "包装破损")


def test_the_same_form_twice_refunds_once(client, url, order):
    form = said()
    assert client.post(url, form).status_code == client.post(url, form).status_code == 302
    order.refresh_from_db()
    assert (order.refunded_minor, Refund.objects.count()) == (2500, 1)


def test_one_line_can_be_refunded(client, url, order):
    cup = order.lines.get(title="保温杯")
    client.post(url, said(line=str(cup.pk)))
    cup.refresh_from_db()
    assert cup.refunded_minor == 2500


@pytest.mark.parametrize(
    "change",
    [
        {"typed": "24.99"}, {"typed": ""}, {"typed": "abc"}, {"amount": "125.01", "typed": "125.01"}, {"amount": "0", "typed": "0"},
        {"amount": "-5"}, {"amount": "1e3"}, {"amount": "２５"}, {"amount": "25.001"}, {"amount": ""}, {"cause": "platform"},
        {"cause": ""}, {"reason": ""}, {"reason": "x" * 201}, {"line": "999999"}, {"line": "x"}, {"request_key": "1"},
        {"amount": "9" * 19}, {"reason": "a\x00b"},
    ],
)  # fmt: skip
def test_a_refused_form_keeps_what_was_typed_and_changes_nothing(client, url, order, change):
    answer = client.post(url, said(**change))
    assert answer.status_code == 422
    if "\x00" not in str(change):
        assert "包装破损" in answer.content.decode() or "reason" in change
    assert untouched(order)


def test_a_gate_is_shown_before_and_refuses_at_confirm(client, url, order):
    kept = refund_gates.GATES[:]
    refund_gates.GATES[:] = [lambda order, cause, amount: "额度用完"]
    try:
        checked = client.post(url, said(step="check"))
        assert checked.status_code == 200 and "额度用完" in checked.content.decode()
        assert not re.search(r'value="confirm"', checked.content.decode())
        assert client.post(url, said()).status_code == 409
    finally:
        refund_gates.GATES[:] = kept
    assert untouched(order)


@pytest.mark.parametrize("role", ["administrator", "service", "warehouse"])
def test_roles_without_the_permission_are_told_whom_to_ask(sign_in, shop, url, order, role):
    client = sign_in(make_member(shop, role))
    assert client.get(url).status_code == client.post(url, said()).status_code == 403
    assert untouched(order)


def test_finance_may_and_a_get_never_refunds(sign_in, shop, url, order):
    client = sign_in(make_member(shop, "finance"))
    assert client.get(url, said()).status_code == 200
    assert untouched(order)
    assert client.post(url, said()).status_code == 302


def test_a_refunded_orders_form_says_why_it_is_off(client, shop, now):
    order = make_order(shop, now, status="refunded", refunded_minor=12500)
    url = shop_url(shop, "orders:refund-order", number=order.number)
    assert client.get(url).status_code == 200
    assert client.post(url, said()).status_code == 409


def test_all_of_it_is_filled_in_on_request(client, url, order):
    assert 'value="125.00"' in client.get(url, {"all": "1"}).content.decode()
    assert 'value="125.00"' not in client.get(url).content.decode()

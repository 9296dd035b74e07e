"""A key is booked once: the same again returns the first, anything else under it is refused."""

import pytest

from foundation.accounts.tests.factories import make_shop
from foundation.ledger import services
from foundation.ledger.models import Transaction
from foundation.ledger.services import Draw, KeyReused, Posting

from . import books

pytestmark = pytest.mark.django_db


def test_the_same_key_twice_returns_the_first(shop):
    first = books.pay(shop, 9_900)
    assert books.pay(shop, 9_900).pk == first.pk
    assert books.refund(shop, 100).pk == books.refund(shop, 100).pk
    assert books.settle(shop).pk == books.settle(shop).pk
    assert books.holdings(shop) == {"settlement": 9_800}
    assert Transaction.objects.count() == 3


def test_the_same_key_twice_in_one_chunk_is_booked_once(shop):
    item = Posting("topup:1", "topup", shop.pk, 500)
    first, second = services.post_many([item, item], by=None, now=books.NOW)
    assert first.pk == second.pk
    assert books.holdings(shop) == {"settlement": 500}


@pytest.mark.parametrize(
    "change", [{"amount_minor": 2}, {"movement": "compensation"}, {"order_id": 9}, {"shop_id": None}]
)
def test_a_key_with_something_else_in_it_is_refused(shop, change):
    other = make_shop("other")
    item = {"key": "refund:1", "movement": "refund", "shop_id": shop.pk, "amount_minor": 1, "order_id": books.ORDER}
    books.refund(shop, 1)
    before = books.snapshot([shop, other])
    if "shop_id" in change:
        change = {"shop_id": other.pk}
    with pytest.raises(KeyReused):
        services.draw(Draw(**{**item, **change}), by=None, now=books.NOW)
    assert books.snapshot([shop, other]) == before


MISTAKES = [
    Posting("k", "no_such", 1, 5),
    Posting("k", "refund", 1, 5),  # a draw
    Posting("k", "topup", 1, 0),
    Posting("k", "topup", 1, -5),
    Posting("k", "topup", 1, 5.0),  # type: ignore[arg-type]
    Posting("k", "topup", 1, True),
    Posting("k", "topup", 1, None),
    Posting("k", "order_paid", 1, 5),  # no order
    Posting("k", "order_settled", 1),
    Posting("", "topup", 1, 5),
    Posting("k" * 121, "topup", 1, 5),
]


@pytest.mark.parametrize("posting", MISTAKES)
def test_mistakes_in_the_code_are_refused_before_anything_is_locked(posting):
    with pytest.raises(ValueError, match=r"."):
        services.post(posting, by=None, now=books.NOW)
    assert not Transaction.objects.exists()


def test_post_is_no_draw():
    with pytest.raises(ValueError, match="post_many"):
        services.draw(Draw("k", "topup", 1, 5), by=None, now=books.NOW)

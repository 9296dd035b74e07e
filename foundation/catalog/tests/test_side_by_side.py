"""Two imports of the same products at once, in opposite order."""

from functools import partial

import pytest

from foundation.accounts.tests.factories import make_shop
from foundation.catalog.models import Product, Sku
from foundation.catalog.services import Wanted, ensure_products
from foundation.lifecycle import clock
from tests.concurrency import rounds
from tests.concurrency.rounds import broken, together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
PRODUCTS = 500
ROUNDS = max(4, rounds.ROUNDS // 100)  # each is 500 products that could meet


def test_they_never_wait_for_each_other_in_a_circle():
    now, shop = clock.now(), make_shop()
    for number in range(ROUNDS):
        wanted = [Wanted(f"P{number}-{place}", "t", f"S{place}", "s") for place in range(PRODUCTS)]
        outcomes = together(*[partial(ensure_products, shop, some, now=now) for some in (wanted, wanted[::-1])])
        assert broken(outcomes) == []
    assert (Product.objects.count(), Sku.objects.count()) == (ROUNDS * PRODUCTS, ROUNDS * PRODUCTS)

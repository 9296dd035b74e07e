"""Two imports of the same products at once, in opposite order."""

import threading

import pytest
from django.db import DatabaseError, connection

from foundation.accounts.tests.factories import make_shop
from foundation.catalog.models import Product, Sku
from foundation.catalog.services import Wanted, ensure_products
from foundation.lifecycle import clock

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS, PRODUCTS = 4, 500


def test_they_never_wait_for_each_other_in_a_circle():
    now, shop, troubles = clock.now(), make_shop(), []

    def work(wanted):
        start.wait()
        try:
            ensure_products(shop, wanted, now=now)
        except DatabaseError as trouble:
            troubles.append(trouble)
        finally:
            connection.close()

    for number in range(ROUNDS):
        wanted = [Wanted(f"P{number}-{place}", "t", f"S{place}", "s") for place in range(PRODUCTS)]
        start = threading.Barrier(2)
        threads = [threading.Thread(target=work, args=(some,)) for some in (wanted, wanted[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert troubles == []
    assert (Product.objects.count(), Sku.objects.count()) == (ROUNDS * PRODUCTS, ROUNDS * PRODUCTS)

"""Rows written by the thousand are the rows the ORM would have written one by one."""

import pytest
from django.db import IntegrityError, connection, transaction

from foundation.accounts.tests.factories import make_shop
from foundation.audit.models import Entry
from foundation.catalog.models import Product, Sku
from foundation.lifecycle.bulk import Together, insert_many, maker, update_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def skus(shop, now):
    product = Product.objects.create(shop=shop, code="P", title="P", created_at=now)
    make = maker(Sku)
    return insert_many([make(product_id=product.pk, code=f"S{place}", price_minor=place) for place in range(50)])


def test_made_rows_are_saved_with_the_defaults_of_the_model(skus):
    saved = Sku.objects.get(pk=skus[7].pk)
    assert (saved.code, saved.price_minor, saved.stock, saved.name) == ("S7", 7, 0, "")
    assert not skus[7]._state.adding and skus[7].product.code == "P"


def test_made_rows_do_not_share_what_they_are_given(shop, now):
    one, two = (maker(Entry)(verb="x", data={}) for _each in range(2))
    one.verb = "y"
    assert two.verb == "x" and one._state is not two._state


def test_one_update_sets_adds_and_writes_the_same_everywhere(skus):
    rows = {sku.pk: (f"N{place}", place) for place, sku in enumerate(skus[:30])}
    update_many(Sku, rows, ("name", "stock"), add=("stock",), also={"price_minor": 9})
    update_many(Sku, rows, ("name", "stock"), add=("stock",))
    found = list(Sku.objects.order_by("pk").values_list("name", "stock", "price_minor"))
    assert found[3] == ("N3", 6, 9) and found[29] == ("N29", 58, 9)
    assert found[30] == ("", 0, 30)  # not named, not touched
    update_many(Sku, {}, ("name",))


def test_among_is_in(skus, shop):
    codes = [sku.code for sku in skus[:40]]
    assert Sku.objects.filter(code__among=codes).count() == 40
    assert Sku.objects.filter(pk__among={sku.pk for sku in skus}, code__among=[]).count() == 0
    assert Product.objects.filter(shop_id__among=[shop.pk, make_shop("mumian").pk]).count() == 1
    assert Sku.objects.exclude(product_id__among=[skus[0].product_id]).count() == 0


@pytest.mark.parametrize("count", [2, 30])
def test_rows_written_together_may_say_a_moment_or_leave_it_to_the_database(now, count):
    said = [{"at": now}, {}] * (count // 2)
    insert_many([Entry(verb="x", subject_id=1, data={}, **more) for more in said])
    assert Entry.objects.filter(verb="x").count() == count
    assert Entry.objects.filter(verb="x", at=now).count() == count // 2


def test_what_is_written_together_is_there_when_the_block_ends(skus, django_assert_num_queries):
    make, sku = maker(Sku), skus[3]
    sku.name, sku.stock = "100%s; 'x'", 7
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 2), Together("default") as writes:
        writes.insert([make(product_id=sku.product_id, code="new", price_minor=4)])
        writes.insert([])
        writes.update(sku, {"name": sku.name, "stock": sku.stock})
        writes.update(skus[4], {})
    assert Sku.objects.values_list("name", "stock").get(pk=sku.pk) == ("100%s; 'x'", 7)
    assert Sku.objects.get(code="new").price_minor == 4
    assert Sku.objects.get(pk=skus[4].pk).stock == 0


def test_many_written_together_are_there_too(skus):
    make = maker(Sku)
    with Together("default") as writes:
        writes.insert([make(product_id=skus[0].product_id, code=f"N{place}", price_minor=1) for place in range(30)])
    assert Sku.objects.filter(code__startswith="N").count() == 30


def test_what_breaks_a_rule_breaks_the_block(skus):
    twice = [maker(Sku)(product_id=skus[0].product_id, code="S0", price_minor=1)]
    with pytest.raises(IntegrityError), transaction.atomic(), Together("default") as writes:
        writes.insert(twice)


def test_a_block_that_raises_writes_nothing_it_gathered(skus):
    with pytest.raises(KeyError), transaction.atomic(), Together("default") as writes:
        writes.update(skus[0], {"stock": 9})
        raise KeyError
    assert Sku.objects.get(pk=skus[0].pk).stock == 0

"""Products appear when named, are delisted in sets, and leave a row per shop and day."""

from datetime import timedelta

import pytest

from foundation.accounts.tests.factories import make_shop
from foundation.audit.models import Entry
from foundation.catalog import services
from foundation.catalog.models import ListingDay, Product, Sku
from foundation.catalog.services import Wanted

pytestmark = pytest.mark.django_db


def _shelf(shop, now, count=3):
    found = services.ensure_products(shop, [Wanted(f"P{n}", f"示例商品 {n}") for n in range(count)], now=now)
    return [found.products[f"P{n}"] for n in range(count)]


def test_wanted_products_and_skus_are_added_once(shop, now):
    wanted = [
        Wanted("P1", "毛巾", "red", "红", 1_990, 5),
        Wanted("P1", "毛巾 again", "blue", "蓝", 2_090, 0),
        Wanted("P2", "床单"),
    ]
    found = services.ensure_products(shop, wanted, now=now)
    assert found.products["P1"].title == "毛巾"
    assert found.skus["P1", "red"].price_minor == 1_990
    again = services.ensure_products(shop, [Wanted("P1", "other", "red", "other", 1)], now=now)
    assert again.products["P1"].pk == found.products["P1"].pk
    assert again.skus["P1", "red"].price_minor == 1_990
    assert (Product.objects.count(), Sku.objects.count()) == (2, 2)


def test_shops_may_use_the_same_code(shop, now):
    other = make_shop("other")
    mine = services.ensure_products(shop, [Wanted("P1", "a")], now=now).products["P1"]
    theirs = services.ensure_products(other, [Wanted("P1", "b")], now=now).products["P1"]
    assert mine.pk != theirs.pk


def test_a_thousand_products_cost_a_few_statements(shop, now, django_assert_max_num_queries):
    wanted = [Wanted(f"P{n}", "x", f"S{n}", "y", n) for n in range(1_000)]
    with django_assert_max_num_queries(40):
        services.ensure_products(shop, wanted, now=now)


def test_delisting_many_is_one_verb_with_an_audit_line_each(shop, now):
    products = _shelf(shop, now)
    until = now + timedelta(days=7)
    changed = services.delist_many([p.pk for p in products], reason="错发漏发", until=until, by=None, now=now)
    assert [p.pk for p in changed] == [p.pk for p in products]
    assert not Product.objects.listed().exists()
    assert all(p.is_delisted(now) and p.delisted_by_platform for p in Product.objects.all())
    assert Entry.objects.filter(verb="catalog.delisted", reason="错发漏发").count() == 3


def test_a_product_already_delisted_keeps_the_later_end(shop, now):
    [product] = _shelf(shop, now, 1)
    late, early = now + timedelta(days=9), now + timedelta(days=2)
    services.delist_many([product.pk], reason="first", until=late, by=None, now=now)
    assert services.delist_many([product.pk], reason="second", until=early, by=None, now=now) == []
    assert services.delist_many([product.pk], reason="third", until=None, by=None, now=now)
    assert services.delist_many([product.pk], reason="fourth", until=late, by=None, now=now) == []
    product.refresh_from_db()
    assert (product.delist_reason, product.delisted_until) == ("first", None)
    verbs = Entry.objects.filter(subject_type="catalog.product").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["catalog.delisted", "catalog.prolonged_for_good"]


def test_a_delisting_whose_day_has_come_no_longer_holds(shop, now):
    [product] = _shelf(shop, now, 1)
    services.delist_many([product.pk], reason="x", until=now + timedelta(days=1), by=None, now=now)
    product.refresh_from_db()
    later = now + timedelta(days=1)
    assert product.is_delisted(now)
    assert not product.is_delisted(later)
    assert services.delist_many([product.pk], reason="y", until=later + timedelta(days=1), by=None, now=later)
    product.refresh_from_db()
    assert product.delist_reason == "y"


@pytest.mark.parametrize("sizes", [(3,), (1, 1, 1)])
def test_a_chunk_of_n_equals_n_chunks_of_one(shop, now, sizes):
    products = _shelf(shop, now)
    pks = [p.pk for p in products]
    for size in sizes:
        services.delist_many(pks[:size], reason="x", until=None, by=None, now=now)
        pks = pks[size:]
    rows = Product.objects.order_by("code").values_list("code", "listed", "delisted_at", "delist_reason")
    assert list(rows) == [(f"P{n}", False, now, "x") for n in range(3)]
    assert Entry.objects.filter(verb="catalog.delisted_for_good").count() == 3


def test_the_fullest_look_of_the_day_stays(shop, now):
    products = _shelf(shop, now)
    assert services.record_listing_day(now=now) == 1
    assert services.record_listing_day(now=now) == 0
    services.delist_many([p.pk for p in products], reason="x", until=None, by=None, now=now)
    assert services.record_listing_day(now=now) == 0
    assert ListingDay.objects.get().listed_count == 3
    services.record_listing_day(now=now + timedelta(days=1))
    assert list(ListingDay.objects.order_by("day").values_list("listed_count", flat=True)) == [3, 0]


def test_a_shop_without_anything_listed_has_a_row_too(shop, now):
    services.record_listing_day(now=now)
    assert ListingDay.objects.get(shop=shop).listed_count == 0

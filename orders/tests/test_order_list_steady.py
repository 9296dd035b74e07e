"""Plain pages of the list keep their statement: for any shop, tab, order, place and columns the rows are the queryset's."""

import pytest
from django.http import QueryDict

from foundation.accounts.tests.factories import make_shop
from foundation.lists import steady
from foundation.lists.keyset import part, place_of
from orders.lists import ORDERS
from orders.tests.factories import make_orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def shops(shop, now):
    found = [shop, make_shop("other")]
    for one in found:
        make_orders(one, 7, now)
    return found


@pytest.mark.parametrize("params", ["", "tab=shipped", "sort=paid", "sort=-paid", "tab=shipped&sort=placed"])
@pytest.mark.parametrize("descending", [True, False])
def test_the_kept_statement_finds_what_the_queryset_finds(shops, now, params, descending):
    for asked in (*shops, *shops):
        query = ORDERS.query(asked, QueryDict(params), now)
        column = query.sort.column
        first = steady.found(query, column, 3, None, descending)
        assert first == list(part(query.drawable, column, 3, None, descending=descending))
        for row in first:
            place = place_of(row, column)
            wanted = list(part(query.drawable, column, 3, place, descending=descending))
            assert steady.found(query, column, 3, place, descending) == wanted
            assert {one.pk for one in wanted} <= set(asked.orders.values_list("pk", flat=True))


def test_other_columns_are_another_statement(shops, now):
    query = ORDERS.query(shops[0], QueryDict(), now)
    few = ORDERS.query(shops[0], QueryDict(), now)
    few.columns = ORDERS.arranged(["goods"])
    fields = steady.found(few, "placed_at", 3, None, True)[0]._fields
    assert fields == ("pk", "number", "placed_at", "item_title", "item_count")
    assert "buyer_name" in steady.found(query, "placed_at", 3, None, True)[0]._fields


def test_a_search_or_a_filter_is_asked_as_it_is(shops, now):
    number = shops[0].orders.order_by("pk")[0].number
    found = steady.found(ORDERS.query(shops[0], QueryDict(f"q={number}"), now), "placed_at", 3, None, True)
    assert [order.number for order in found] == [number]
    flagged = ORDERS.query(shops[0], QueryDict("flag=red"), now)
    assert flagged.has_filters and steady.found(flagged, "placed_at", 3, None, True) == []

"""A CSV PostgreSQL writes itself is the one written cell by cell, to the byte."""

import io
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.utils.translation import override

from foundation.lists import registry
from foundation.lists.export import pour, table_of
from foundation.lists.sheets import CsvSheet
from orders.models import Order

from .factories import make_orders

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL writes files itself"),
]
TEXTS = [
    "", "a", "'", "''", "'=1", "''＠x", "=1+1", "+", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", "：x", "~", "{0} %s",
    "0", "007", "7", "123456789012345", "1234567890123456", "1234567890123456\n", "12345678901234567 x", "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧", "²",
    'say "yes"', '=HYPERLINK("x","y")', "a,b", "=a,b", "two\nlines", "two\r\nlines", "-\r", " =1", "米白，不要雾蓝", "𠮷=1", "\u200b=1", ":",
]  # fmt: skip
AMOUNTS = [0, 1, 5, 99, 100, 101, 123_456, 10**15 + 7]


@pytest.fixture
def odd_orders(shop, now):
    """An order per text and amount, with all that may stand in its columns."""
    orders = make_orders(shop, len(TEXTS), now, placed_at=datetime(2026, 2, 20, 15, 59, 54, 999_999, tzinfo=UTC))
    for place, (order, text) in enumerate(zip(orders, TEXTS, strict=True)):
        amount = AMOUNTS[place % len(AMOUNTS)]
        Order.objects.filter(pk=order.pk).update(
            number=f"{text[:20]}{place}" if place % 2 else f"{place:018d}", item_title=text, carrier=text[:40],
            tracking_number=text[:60], staff_note=text, buyer_remark=text, buyer_name=text[:40],
            buyer_phone=["", "1", "13800001234", "=1234567,"][place % 4], province=text[:20], item_count=place % 3,
            open_work_orders=place % 2, dispute_flag=place % 2 == 1, flag=["", "red", "other"][place % 3],
            status=["signed", "shipped", "=other"][place % 3], after_sale_state=["", "refunded"][place % 2],
            paid_minor=amount, refunded_minor=min(amount, place), discount_minor=amount, postage_minor=amount,
            promised_ship_at=None if place % 2 else order.placed_at + timedelta(microseconds=place),
            placed_at=order.placed_at + timedelta(hours=place // 3),
        )  # fmt: skip
    return orders


def written(shop, params: str, *, quick: bool) -> str:
    query = registry.get("orders").query(shop, QueryDict(params), None)
    columns = [column for column in query.spec.columns if column.fields]
    table = table_of(query, columns=columns)
    assert table.lines is not None
    out = io.StringIO(newline="")
    counted = []
    lines = table.lines if quick else None
    pour(type(table)(table.labels, table.kinds, table.chunks, lines), CsvSheet(out, table.labels, table.kinds), counted.append)
    assert counted[-1] == len(TEXTS)
    return out.getvalue()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("params", ["", "sort=placed", "sort=-paid", "sort=paid"])
def test_it_is_the_same_file(shop, odd_orders, monkeypatch, language, params):
    monkeypatch.setattr("foundation.lists.export.CHUNK", 7)
    with override(language):
        assert written(shop, params, quick=True) == written(shop, params, quick=False)


def how_jit_is() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("within", [transaction.atomic, nullcontext])
def test_the_connection_is_left_as_it_was(shop, odd_orders, within):
    before = how_jit_is()
    with within():
        list(table_of(registry.get("orders").query(shop, QueryDict(), None)).lines())
    assert how_jit_is() == before == "on"


def test_an_empty_list_has_no_lines(shop):
    query = registry.get("orders").query(shop, QueryDict(), None)
    assert list(table_of(query).lines()) == []


def test_a_list_with_words_only_python_knows_is_written_cell_by_cell(shop):
    assert table_of(registry.get("workorders").query(shop, QueryDict(), None)).lines is None

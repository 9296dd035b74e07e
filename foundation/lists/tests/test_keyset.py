"""Keyset paging walks every row once, from both ends, whatever the ties. Shops stand in for rows."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from foundation.accounts.models import Shop
from foundation.lists import keyset
from foundation.lists.keyset import BadCursor, Cursor

START = datetime(2026, 11, 1, tzinfo=UTC)


class WalkTest(TestCase):
    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.integers(0, 4), max_size=14), st.integers(1, 5), st.booleans())
    def test_forwards_and_backwards_see_each_row_once_in_order(self, minutes, size, descending):
        Shop.objects.bulk_create(
            Shop(number=f"SH{i}", code=f"s{i}", name=f"n{i}", created_at=START + timedelta(minutes=minute))
            for i, minute in enumerate(minutes)
        )
        rows, column, way = Shop.objects.all(), "created_at", {"descending": descending}
        wanted = sorted(rows, key=lambda row: (row.created_at, row.pk), reverse=descending)
        field = Shop._meta.get_field(column)
        page = keyset.first(rows, column, size, **way)
        seen = list(page.rows)
        while page.next:
            page = keyset.after(rows, column, size, Cursor.decode(page.next, field), **way)
            seen += page.rows
        assert seen == wanted
        page = keyset.last(rows, column, size, **way)
        seen = list(page.rows)
        while page.previous:
            page = keyset.before(rows, column, size, Cursor.decode(page.previous, field), **way)
            seen = page.rows + seen
        assert seen == wanted

    def test_the_predicate_is_the_one_an_index_answers(self):
        later = keyset.beyond("created_at", Cursor(START, 5), descending=True)
        sql = str(Shop.objects.filter(later).order_by("-created_at", "-pk").query)
        assert '"created_at" <=' in sql and '"created_at" <' in sql and '"id" < 5' in sql


@pytest.mark.parametrize(
    ("column", "value"),
    [("created_at", START + timedelta(microseconds=7)), ("id", -(2**63) + 1), ("name", "青禾 “x” é"), ("name", "")],
)
def test_a_cursor_survives_the_url(column, value):
    cursor = Cursor(value, 42)
    assert Cursor.decode(cursor.encode(), Shop._meta.get_field(column)) == cursor


@given(st.text(max_size=60), st.sampled_from(["created_at", "id", "name"]))
def test_any_text_is_a_cursor_or_a_bad_one(text, column):
    try:
        Cursor.decode(text, Shop._meta.get_field(column))
    except BadCursor:
        return


@pytest.mark.parametrize("text", ["", ".", "1.", ".1", "x.1", "1.x", "²³.1", "9" * 30 + ".1", "-1.-", "9" * 19 + ".1"])
def test_bad_cursors_are_told_apart(text):
    with pytest.raises(BadCursor):
        Cursor.decode(text, Shop._meta.get_field("created_at"))

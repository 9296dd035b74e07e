"""Law 3: a chunk of N leaves exactly what N chunks of one leave, row for row, and the books always add up."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.accounts.models import Shop
from foundation.accounts.tests.factories import make_shop
from foundation.ledger import services
from foundation.ledger.services import Draw, Posting
from foundation.lifecycle.errors import DomainError

from . import books

amounts = st.integers(min_value=1, max_value=1_000)
orders = st.integers(min_value=1, max_value=3)
shop_index = st.integers(min_value=0, max_value=1)
moves = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["order_paid", "order_settled"]), shop_index, amounts, orders),
        st.tuples(st.sampled_from(["topup", "deposit_paid"]), shop_index, amounts, st.none()),
        st.tuples(st.sampled_from(["refund", "compensation"]), shop_index, amounts, st.one_of(st.none(), orders)),
    ),
    max_size=12,
)


class _Undo(Exception):
    pass


def _runs(shops: list[Shop], drawn: list[tuple]) -> list[list[Posting]]:
    """The moves as postings and draws with keys, cut where posting and drawing change over."""
    runs: list[list[Posting]] = []
    for number, (movement, index, amount, order) in enumerate(drawn):
        shop = shops[index]
        key = f"{movement}:{order}:{shop.pk}" if movement.startswith("order_") else f"{movement}:{number}"
        is_draw = movement in ("refund", "compensation")
        if is_draw:
            item: Posting = Draw(key, movement, shop.pk, amount, order and order * 10 + index)
        else:
            # one amount per order, so that paying an order twice is the same key and the same posting
            paid = 400 * order if movement == "order_paid" else None if movement == "order_settled" else amount
            item = Posting(key, movement, shop.pk, paid, order and order * 10 + index)
        if not runs or isinstance(runs[-1][-1], Draw) != is_draw:
            runs.append([])
        runs[-1].append(item)
    return runs


def _play(shops: list[Shop], runs: list[list[Posting]], size: int | None) -> list[object]:
    """Book the runs in chunks of `size` (None: whole), look, and undo everything."""
    seen: list[object] = []
    try:
        with transaction.atomic():
            for run in runs:
                verb = services.draw_many if isinstance(run[0], Draw) else services.post_many
                step = size or len(run)
                for start in range(0, len(run), step):
                    try:
                        verb(run[start : start + step], by=None, now=books.NOW)
                    except DomainError as refusal:
                        seen.append(type(refusal))
            seen.append(books.snapshot(shops))
            assert books.findings() == []
            raise _Undo
    except _Undo:
        return seen


@pytest.mark.django_db
def test_a_chunk_of_n_equals_n_chunks_of_one():
    shops = [make_shop("one"), make_shop("two")]

    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(drawn=moves)
    def holds(drawn):
        runs = _runs(shops, drawn)
        one_by_one = _play(shops, runs, 1)
        # a chunk is all or nothing: leave out of it what is refused on its own
        if len(one_by_one) == 1:
            assert _play(shops, runs, None) == one_by_one

    holds()


@pytest.mark.django_db
def test_a_refused_posting_takes_its_chunk_with_it(shop):
    books.fund(shop, settlement=100)
    before = books.snapshot([shop])
    good, short = Posting("topup:9", "topup", shop.pk, 50), Posting("deposit:9", "deposit_paid", shop.pk, 151)
    with pytest.raises(DomainError):
        services.post_many([good, short], by=None, now=books.NOW)
    assert books.snapshot([shop]) == before


@pytest.mark.django_db
def test_a_thousand_bookings_cost_as_many_statements_as_one(shop, django_assert_max_num_queries):
    books.fund(shop, settlement=100)
    items = [Posting(f"order:{n}:paid", "order_paid", shop.pk, 100 + n, n) for n in range(1, 1_001)]
    with django_assert_max_num_queries(60):  # SQLite splits its inserts; PostgreSQL needs a handful
        services.post_many(items, by=None, now=books.NOW)
    draws = [Draw(f"refund:{n}", "refund", shop.pk, 100 + n, n) for n in range(1, 1_001)]
    with django_assert_max_num_queries(60):
        services.draw_many(draws, by=None, now=books.NOW)
    assert books.holdings(shop) == {"settlement": 100}
    assert books.findings() == []

"""What a rule would have done on the stored requests: equal to a replay row by row, whatever the rows and the rule."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.accounts.tests.factories import make_shop
from foundation.lifecycle.deadlines import shanghai_day
from logistics.models import Carrier, RefundRequest
from logistics.states import ParcelState, RequestKind
from logistics.whatif import fits, smallest_and_largest, what_if
from orders.tests.factories import make_order

pytestmark = pytest.mark.django_db
keys = count(1)
CARRIERS = ("zto", "yto", "sf")
AMOUNTS = st.sampled_from([1, 999, 1000, 1001, 5000, 20000])
REQUESTS = st.fixed_dictionaries(
    {
        "days_ago": st.sampled_from([0, 1, 6, 7, 30, 89, 90, 91, 200]),
        "kind": st.sampled_from(RequestKind.values),
        "full": st.booleans(),
        "could_intercept": st.booleans(),
        "order_minor": AMOUNTS,
        "amount_minor": AMOUNTS,
        "fee_minor": st.sampled_from([0, 300, 1200]),
        "carrier": st.sampled_from([None, *CARRIERS]),
        "withdrawn": st.booleans(),
    }
)
RULES = st.fixed_dictionaries(
    {
        "from_minor": st.sampled_from([0, 1, 1000, 1001, 20000]),
        "to_minor": st.sampled_from([None, 1000, 5000, 20000]),
        "carriers": st.sets(st.sampled_from(CARRIERS)),
    }
)


def ask(order, now, *, carriers, days_ago=1, carrier="zto", withdrawn=False, **said):
    given = {
        "kind": RequestKind.REFUND_ONLY, "full": True, "could_intercept": True, "order_minor": 5000, "amount_minor": 5000,
        "fee_minor": 400, "parcel_state": ParcelState.IN_TRANSIT,
    } | said  # fmt: skip
    return RefundRequest(
        shop_id=order.shop_id, order=order, key=f"asked-{next(keys)}", at=now - timedelta(days=days_ago),
        carrier_id=carriers.get(carrier), withdrawn_at=now if withdrawn else None, **given,
    )  # fmt: skip


def replayed(rows, rule, now):
    """Row by row, with the sentence that decides when a request comes in."""
    caught = [row for row in rows if now - timedelta(days=90) <= row.at <= now and fits(row, **rule)]
    weeks = {}
    for row in caught:
        day = shanghai_day(row.at)
        monday = day - timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, 0) + 1
    return {
        "caught": len(caught),
        "wrong": sum(1 for row in caught if row.withdrawn_at),
        "cost_minor": sum(row.fee_minor for row in caught),
        "saved_minor": sum(row.amount_minor for row in caught if not row.withdrawn_at),
        "weeks": weeks,
    }


@pytest.fixture
def codes(db):
    return dict(Carrier.objects.filter(code__in=CARRIERS).values_list("code", "pk"))


@pytest.fixture
def order(shop, now):
    return make_order(shop, now)


@given(asked=st.lists(REQUESTS, max_size=12), rule=RULES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_equals_a_replay_row_by_row(order, now, codes, asked, rule):
    RefundRequest.objects.all().delete()
    rows = RefundRequest.objects.bulk_create([ask(order, now, carriers=codes, **one) for one in asked])
    terms = {**rule, "carrier_ids": [codes[code] for code in rule["carriers"]]}
    del terms["carriers"]
    found = what_if(order.shop, now=now, **terms)
    expected = replayed(rows, terms, now)
    assert {week.monday: week.caught for week in found.weeks if week.caught} == expected.pop("weeks")
    assert {name: getattr(found, name) for name in expected} == expected


def test_both_ends_of_the_range_belong_to_it(order, now, codes):
    RefundRequest.objects.bulk_create(
        [ask(order, now, carriers=codes, order_minor=amount) for amount in (999, 1000, 2000, 2001)]
    )
    found = what_if(order.shop, from_minor=1000, to_minor=2000, carrier_ids=[], now=now)
    assert (found.caught, found.cost_minor) == (2, 800)


def test_a_wrong_catch_costs_and_saves_nothing(order, now, codes):
    ask(order, now, carriers=codes, withdrawn=True).save()
    found = what_if(order.shop, from_minor=0, to_minor=None, carrier_ids=[], now=now)
    assert (found.caught, found.wrong, found.cost_minor, found.saved_minor, found.net_minor) == (1, 1, 400, 0, -400)


def test_another_shops_requests_are_never_counted(order, now, codes):
    ask(make_order(make_shop("other"), now), now, carriers=codes).save()
    assert what_if(order.shop, from_minor=0, to_minor=None, carrier_ids=[], now=now).caught == 0


def test_it_is_one_statement_and_shows_every_week(shop, order, now, codes, django_assert_num_queries):
    ask(order, now, carriers=codes, days_ago=40).save()
    with django_assert_num_queries(1):
        found = what_if(shop, from_minor=0, to_minor=None, carrier_ids=[], now=now)
    assert len(found.weeks) in (13, 14) and sum(week.caught for week in found.weeks) == 1


def test_the_slider_ends_where_the_requests_end(order, now, codes):
    assert smallest_and_largest(order.shop, now) == (0, 0)
    RefundRequest.objects.bulk_create([ask(order, now, carriers=codes, order_minor=amount) for amount in (700, 9000)])
    assert smallest_and_largest(order.shop, now) == (700, 9000)

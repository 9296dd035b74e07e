"""What a rule would have done on the stored requests: equal to a replay row by row, whatever the rows and the rule.

The replay says for itself what a rule takes and that a parcel is caught once; it shares neither the query nor `fits`.
"""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.accounts.tests.factories import make_shop
from foundation.lifecycle.deadlines import shanghai_day
from logistics.models import Carrier, RefundRequest
from logistics.states import ParcelState, RequestKind
from logistics.tests.factories import make_parcel
from logistics.whatif import smallest_and_largest, what_if

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
ASKED = st.tuples(st.integers(0, 3), REQUESTS)  # which parcel: several about one, also at one moment
RULES = st.fixed_dictionaries(
    {
        "from_minor": st.sampled_from([0, 1, 1000, 1001, 20000]),
        "to_minor": st.sampled_from([None, 1000, 5000, 20000]),
        "carriers": st.sets(st.sampled_from(CARRIERS)),
    }
)


def ask(parcel, now, *, carriers, days_ago=1, carrier="zto", withdrawn=False, **said):
    given = {
        "kind": RequestKind.REFUND_ONLY, "full": True, "could_intercept": True, "order_minor": 5000, "amount_minor": 5000,
        "fee_minor": 400, "parcel_state": ParcelState.IN_TRANSIT,
    } | said  # fmt: skip
    return RefundRequest(
        shop_id=parcel.shop_id, order_id=parcel.order_id, parcel=parcel, key=f"asked-{next(keys)}",
        at=now - timedelta(days=days_ago), carrier_id=carriers.get(carrier), withdrawn_at=now if withdrawn else None, **given,
    )  # fmt: skip


def replayed(rows, rule, now):
    """Day by day: each request comes in, and the carrier is asked unless this rule had it asked for that parcel before."""
    caught = {}
    for row in sorted(rows, key=lambda one: (one.at, one.pk)):
        if row.at < now - timedelta(days=90) or row.at > now:
            continue
        if row.kind != "refund_only" or not row.full or not row.could_intercept:
            continue
        if row.order_minor < rule["from_minor"] or (rule["to_minor"] is not None and row.order_minor > rule["to_minor"]):
            continue
        if rule["carrier_ids"] and row.carrier_id not in rule["carrier_ids"]:
            continue
        caught.setdefault(row.parcel_id, row)
    weeks = {}
    for row in caught.values():
        day = shanghai_day(row.at)
        monday = day - timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, 0) + 1
    kept = [row for row in caught.values() if row.withdrawn_at is None]
    return {
        "caught": len(caught),
        "wrong": len(caught) - len(kept),
        "cost_minor": sum(row.fee_minor for row in caught.values()),
        "saved_minor": sum(row.amount_minor for row in kept),
        "weeks": weeks,
    }


@pytest.fixture
def codes(db):
    return dict(Carrier.objects.filter(code__in=CARRIERS).values_list("code", "pk"))


@pytest.fixture
def parcels(shop, now):
    return [make_parcel(shop, now) for _one in range(4)]


@pytest.fixture
def parcel(parcels):
    return parcels[0]


@given(asked=st.lists(ASKED, max_size=16), rule=RULES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_equals_a_replay_row_by_row(shop, parcels, now, codes, asked, rule):
    RefundRequest.objects.all().delete()
    rows = RefundRequest.objects.bulk_create(
        [ask(parcels[which], now, carriers=codes, **said) for which, said in asked]
    )
    terms = {**rule, "carrier_ids": [codes[code] for code in rule["carriers"]]}
    del terms["carriers"]
    found = what_if(shop, now=now, **terms)
    expected = replayed(rows, terms, now)
    assert {week.monday: week.caught for week in found.weeks if week.caught} == expected.pop("weeks")
    assert {name: getattr(found, name) for name in expected} == expected


def test_both_ends_of_the_range_belong_to_it(shop, parcels, now, codes):
    RefundRequest.objects.bulk_create(
        [
            ask(parcel, now, carriers=codes, order_minor=amount)
            for parcel, amount in zip(parcels, (999, 1000, 2000, 2001), strict=True)
        ]
    )
    found = what_if(shop, from_minor=1000, to_minor=2000, carrier_ids=[], now=now)
    assert (found.caught, found.cost_minor) == (2, 800)


def test_a_wrong_catch_costs_and_saves_nothing(shop, parcel, now, codes):
    ask(parcel, now, carriers=codes, withdrawn=True).save()
    found = what_if(shop, from_minor=0, to_minor=None, carrier_ids=[], now=now)
    assert (found.caught, found.wrong, found.cost_minor, found.saved_minor, found.net_minor) == (1, 1, 400, 0, -400)


@pytest.mark.parametrize(("first_withdrawn", "wrong", "saved"), [(False, 0, 3000), (True, 1, 0)])
def test_who_asks_twice_is_caught_once_and_the_first_decides(shop, parcel, now, codes, first_withdrawn, wrong, saved):
    first = ask(parcel, now, carriers=codes, days_ago=20, amount_minor=3000, withdrawn=first_withdrawn)
    RefundRequest.objects.bulk_create(
        [
            ask(parcel, now, carriers=codes, days_ago=2),
            first,
            ask(parcel, now, carriers=codes, days_ago=30, kind=RequestKind.EXCHANGE),  # which no rule takes
        ]
    )
    found = what_if(shop, from_minor=0, to_minor=None, carrier_ids=[], now=now)
    assert (found.caught, found.wrong, found.cost_minor, found.saved_minor) == (1, wrong, 400, saved)
    assert [week.caught for week in found.weeks if week.caught] == [1]


def test_two_requests_of_one_moment_are_one_catch(shop, parcel, now, codes):
    RefundRequest.objects.bulk_create([ask(parcel, now, carriers=codes, amount_minor=amount) for amount in (1000, 2000)])
    found = what_if(shop, from_minor=0, to_minor=None, carrier_ids=[], now=now)
    assert (found.caught, found.cost_minor, found.saved_minor) == (1, 400, 1000)


def test_another_shops_requests_are_never_counted(shop, now, codes):
    ask(make_parcel(make_shop("other"), now), now, carriers=codes).save()
    assert what_if(shop, from_minor=0, to_minor=None, carrier_ids=[], now=now).caught == 0


def test_it_is_one_statement_and_shows_every_week(shop, parcel, now, codes, django_assert_num_queries):
    ask(parcel, now, carriers=codes, days_ago=40).save()
    with django_assert_num_queries(1):
        found = what_if(shop, from_minor=0, to_minor=None, carrier_ids=[], now=now)
    assert len(found.weeks) in (13, 14) and sum(week.caught for week in found.weeks) == 1


def test_the_slider_ends_where_the_requests_end(shop, parcel, now, codes):
    assert smallest_and_largest(shop, now) == (0, 0)
    RefundRequest.objects.bulk_create([ask(parcel, now, carriers=codes, order_minor=amount) for amount in (700, 9000)])
    assert smallest_and_largest(shop, now) == (700, 9000)

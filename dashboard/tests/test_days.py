"""Fourteen days as bars: each bar is the count of that day's list, in the drawing and in the table behind it."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dashboard import days
from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import SHANGHAI
from foundation.shell.urls_for import shop_url
from orders.models import Cause, Order, Refund
from orders.services import refund
from orders.tests.factories import make_order
from workorders.models import WorkOrder
from workorders.services import agree_refund, forfeit
from workorders.tests.factories import ask

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)
MIDNIGHT = datetime(2026, 11, 22, 0, 0, tzinfo=SHANGHAI)


@pytest.fixture
def membership(owner):
    return Membership.objects.select_related("shop").get(user=owner)


@pytest.fixture
def look(owner, sign_in):
    def page(url, user=None):
        with clock.fixed(NOON):
            return sign_in(user or owner).get(url)

    return page


@pytest.fixture
def busy(shop):
    """Asked, forfeited, agreed and refunded around midnights, in and out of the fourteen days."""
    for at in (MIDNIGHT - timedelta(seconds=1), MIDNIGHT, NOON - timedelta(days=5), NOON - timedelta(days=14)):
        forfeited = ask(shop, at - timedelta(days=3))
        forfeit([forfeited.pk], now=at)
        settled = ask(shop, at - timedelta(hours=1))
        agree_refund(settled.pk, version=None, by=None, now=at)
        order = make_order(shop, at - timedelta(days=1))
        for part in (700, 300):
            refund(order.pk, amount_minor=part, cause=Cause.PLATFORM, reason="", key=f"test:{order.pk}:{part}", by=None, now=at)
    make_order(shop, NOON, refunded_minor=5_000)  # went back before it arrived here
    WorkOrder.objects.filter(pk=ask(shop, NOON - timedelta(days=1)).pk).update(status="won", closed_at=NOON)


def by_day(membership):
    """Key → day → figure, zeros left out."""
    drawn = days.charts(membership, NOON)
    return {chart.key: {bar.label: bar.value for bar in chart.bars if bar.value} for chart in drawn}


def test_days_begin_at_midnight_in_shanghai_and_there_are_fourteen(membership, busy):
    found = by_day(membership)
    assert found["forfeited"] == {"11-17": 1, "11-21": 1, "11-22": 1}
    assert found["settled"] == {"11-17": 1, "11-21": 1, "11-22": 1}
    assert found["won"] == {"11-22": 1}
    assert found["lost"] == {}
    assert found["refunded"] == dict.fromkeys(("11-17", "11-21", "11-22"), 12_500 + 12_500 + 1_000)
    [chart] = [one for one in days.charts(membership, NOON) if one.key == "asked"]
    assert (len(chart.bars), chart.bars[0].label, chart.bars[-1].label) == (14, "11-09", "11-22")
    assert [bar.current for bar in chart.bars] == [False] * 13 + [True]


def test_every_cell_is_the_count_of_the_days_list(shop, busy, look):
    response = look(shop_url(shop, "dashboard:workbench"))
    checked = 0
    for chart in response.context["charts"]:
        for bar in chart.bars:
            rows = look(bar.url).context["page"].rows
            if chart.key == "refunded":
                assert _given_back(rows, bar.label) == bar.value, bar.url
            else:
                assert len(rows) == bar.value, bar.url
            checked += 1
    assert checked == 6 * 14


def _given_back(rows, label):
    """What went back on the day for the orders the list shows."""
    start = datetime.combine(date.fromisoformat(f"2026-{label}"), datetime.min.time(), tzinfo=SHANGHAI)
    refunds = Refund.objects.filter(order__in=[row.pk for row in rows], at__gte=start, at__lt=start + timedelta(days=1))
    return sum(one.amount_minor for one in refunds.exclude(cause=Cause.ARRIVED))


def test_the_drawing_and_the_table_say_the_same(shop, busy, look):
    body = look(shop_url(shop, "dashboard:workbench")).content.decode()
    drawing, table = body.split('<details class="chart-table">')
    drawn = re.findall(r'<a href="([^"]+)" tabindex="-1">\s*<g class="[^"]+">\s*<title>([^<]+)</title>', drawing)
    cells = re.findall(r'<a href="([^"]+)" data-value="\d+">([^<]+)</a>', table.split("</details>")[0])
    assert len(drawn) == 6 * 14
    assert {(url, title.split(": ", 1)[1]) for url, title in drawn} == set(cells)
    assert "style=" not in body.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(("role", "keys"), [("finance", 6), ("warehouse", 5)])
def test_money_is_drawn_for_those_who_may_see_it(shop, busy, look, role, keys):
    drawn = look(shop_url(shop, "dashboard:workbench"), make_member(shop, role)).context["charts"]
    assert len(drawn) == keys
    assert ("refunded" in {chart.key for chart in drawn}) is (role == "finance")


def test_another_shop_has_empty_days(busy):
    other = make_member(make_shop("other"), "owner").membership
    assert set(map(len, by_day(other).values())) == {0}


def test_three_statements_whatever_there_is_to_count(membership, busy):
    with CaptureQueriesContext(connection) as captured:
        days.charts(membership, NOON)
    assert len(captured) == 3


@pytest.mark.parametrize(
    ("table", "column"),
    [("workorders_workorder", "created_at"), ("workorders_workorder", "closed_at"), ("orders_refund", "at")],
)
def test_each_sum_stands_on_an_index_that_begins_with_the_shop_and_its_day(db, table, column):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table).values()
    assert any(one["index"] and one["columns"][:2] == ["shop_id", column] for one in found)


def test_a_day_that_is_none_is_left_out_of_the_order_list(shop, look):
    make_order(shop, NOON)
    for value in ("2026-02-30", "1999-01-01", "x", "9" * 40):
        page = look(f"{shop_url(shop, 'orders:orders')}?refunded_on={value}").context["page"]
        assert len(page.rows) == Order.objects.count()

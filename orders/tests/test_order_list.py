"""The list of orders."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.lifecycle.deadlines import SHANGHAI, shanghai_day
from foundation.shell.urls_for import shop_url
from orders.models import Order
from orders.services import add_staff_note
from orders.states import OrderState
from orders.tests.factories import make_order, make_orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(owner, sign_in):
    return sign_in(owner)


@pytest.fixture
def url(shop):
    return shop_url(shop, "orders:orders")


def numbers(answer):
    return [order.number for order in answer.context["page"].rows]


def test_it_shows_the_shops_orders_newest_first(client, url, shop, now):
    made = make_orders(shop, 3, now)
    make_order(make_shop("other"), now)
    answer = client.get(url)
    assert answer.status_code == 200
    assert numbers(answer) == [order.number for order in reversed(made)]


def test_buyers_are_masked(client, url, shop, now):
    make_order(shop, now, buyer_name="张示例", buyer_phone="13800001234", address="示例市示例路1号")
    html = client.get(url).content.decode()
    assert "138****1234" in html and "张**" in html
    assert "13800001234" not in html and "张示例" not in html and "示例路" not in html


@pytest.mark.parametrize("count", [1, 100])
def test_seven_statements_at_most_for_one_row_and_for_a_hundred(client, url, shop, now, count):
    make_orders(shop, count, now)
    client.get(url)
    with CaptureQueriesContext(connection, ) as asked:
        answer = client.get(url, {"size": 100})
    assert len(numbers(answer)) == count
    assert len(asked) <= 7, "\n".join(query["sql"][:150] for query in asked)


def test_the_tab_of_all_counts_what_the_others_hold_together(client, url, shop, now):
    make_orders(shop, len(OrderState), now)
    for order, state in zip(Order.objects.order_by("pk"), OrderState, strict=True):
        Order.objects.filter(pk=order.pk).update(status=state)
    page = client.get(url).context["page"]
    assert dict(zip([tab.key for tab in page.spec.tabs], page.counts, strict=True)) == {
        "all": len(OrderState), **dict.fromkeys(OrderState.values, 1),
    }  # fmt: skip
    assert page.total == len(OrderState)


def test_tabs_count_each_state_under_the_same_filters(client, url, shop, now):
    make_orders(shop, 3, now)
    make_orders(shop, 2, now, status="to_ship", signed_at=None, carrier="另一快递")
    tabs = {str(tab.label): tab.count for tab in client.get(url).context["page"].tabs}
    assert (tabs["全部"] if "全部" in tabs else tabs["All"]) == 5
    page = client.get(url, {"tab": "to_ship"}).context["page"]
    assert len(page.rows) == 2
    assert [tab.count for tab in client.get(url, {"carrier": "另一快递"}).context["page"].tabs][:4] == [2, 0, 2, 0]


def test_counts_stop_at_999(client, url, shop, now):
    order = make_order(shop, now)
    plain = {field.attname: getattr(order, field.attname) for field in Order._meta.concrete_fields if not field.primary_key}
    Order.objects.bulk_create([Order(**plain | {"number": f"n{step}"}) for step in range(1100)])
    answer = client.get(url)
    assert answer.context["page"].tabs[0].count == 1000
    assert "999+" in answer.content.decode()


def test_pages_lead_forwards_and_back_without_losing_or_repeating_a_row(client, url, shop, now):
    made = make_orders(shop, 60, now)
    Order.objects.filter(pk__in=[order.pk for order in made[10:50]]).update(placed_at=made[10].placed_at)
    page = client.get(url).context["page"]
    seen, pages = [], [page]
    while page.next_url:
        page = client.get(url + page.next_url).context["page"]
        pages.append(page)
    for one in pages:
        seen += [order.pk for order in one.rows]
    assert len(seen) == len(set(seen)) == 60
    assert [order.pk for order in client.get(url + pages[0].last_url).context["page"].rows] == seen[-25:]
    back = client.get(url + pages[2].previous_url).context["page"]
    assert [order.pk for order in back.rows] == [order.pk for order in pages[1].rows]
    assert client.get(url + back.previous_url).context["page"].rows[0].pk == seen[0]


def test_it_sorts_by_amount_both_ways(client, url, shop, now):
    for paid in (300, 100, 200):
        make_order(shop, now, paid_minor=paid)
    assert [order.paid_minor for order in client.get(url, {"sort": "paid"}).context["page"].rows] == [100, 200, 300]
    answer = client.get(url, {"sort": "-paid"})
    assert [order.paid_minor for order in answer.context["page"].rows] == [300, 200, 100]
    assert 'aria-sort="descending"' in answer.content.decode()


def test_search_finds_number_prefix_tracking_number_and_phone_tail(client, url, shop, now):
    one = make_order(shop, now, number="261122-000000000000001", tracking_number="SF777", buyer_phone="13800005678")
    make_order(shop, now, number="251122-000000000000002")
    for text in ("261122-000000000000001", "261122-", "SF777", "5678", " 261122-0\n"):
        assert numbers(client.get(url, {"q": text})) == [one.number], text
    assert numbers(client.get(url, {"q": "%"})) == []
    assert numbers(client.get(url, {"q": "SF7"})) == []


def test_many_pasted_numbers_find_exactly_these(client, url, shop, now):
    made = make_orders(shop, 5, now)
    pasted = f"{made[0].number}，{made[2].number}\n {made[4].tracking_number};nothing"
    assert set(numbers(client.get(url, {"q": pasted}))) == {made[0].number, made[2].number, made[4].number}


def test_each_filter_leaves_what_it_names_and_shows_as_a_chip(client, url, shop, owner, now):
    old = make_order(shop, now, placed_at=now - timedelta(days=200), carrier="慢快递", paid_minor=50000)
    flagged = make_order(shop, now)
    add_staff_note(flagged.pk, note="看", flag="red", by=owner, now=now)
    missing = make_order(shop, now, tracking_number="", tracking_uploaded_at=None)
    for filters, expected in [
        ({"placed": "3m"}, {flagged, missing}),
        ({"carrier": "慢快递"}, {old}),
        ({"flag": "red"}, {flagged}),
        ({"flag": "none"}, {old, missing}),
        ({"paid_min": "200"}, {old}),
        ({"paid_max": "200.00"}, {flagged, missing}),
        ({"number_missing": "1"}, {missing}),
        ({"after_sale": "none"}, {old, flagged, missing}),
        ({"after_sale": "open"}, set()),
        ({"state": ["signed"]}, {old, flagged, missing}),
        ({"state": ["shipped", "to_ship"]}, set()),
        ({"placed_to": shanghai_day(old.placed_at).isoformat()}, {old}),
        ({"placed_from": shanghai_day(now).isoformat()}, set()),
    ]:
        answer = client.get(url, filters)
        assert set(numbers(answer)) == {order.number for order in expected}, filters
        assert len(answer.context["page"].chips) == 1
        assert set(numbers(client.get(url + answer.context["page"].chips[0].url))) == {
            order.number for order in (old, flagged, missing)
        }


def test_a_day_is_a_shanghai_day(client, url, shop, now):
    midnight = now.astimezone(SHANGHAI).replace(hour=0, minute=30, second=0, microsecond=0) - timedelta(days=5)
    early = make_order(shop, now, placed_at=midnight)
    make_order(shop, now, placed_at=midnight - timedelta(hours=1))
    day = midnight.date().isoformat()
    assert numbers(client.get(url, {"placed_from": day, "placed_to": day})) == [early.number]


def test_three_empty_states_say_which_is_which(client, url, shop, now):
    assert client.get(url).context["page"].empty == "none-yet"
    make_order(shop, now)
    answer = client.get(url, {"tab": "refunded"})
    assert answer.context["page"].empty == "tab"
    answer = client.get(url, {"q": "nowhere"})
    assert answer.context["page"].empty == "no-match"
    assert answer.context["page"].clear_url in answer.content.decode()


def test_the_filter_bar_opens_on_demand_and_alone_for_htmx(client, url, shop, now):
    make_order(shop, now)
    closed = client.get(url).content.decode()
    assert "id_paid_min" not in closed and 'hx-target="#list-filters"' in closed
    assert "id_paid_min" in client.get(url, {"filters": "1"}).content.decode()
    part = client.get(url, {"filters": "1"}, headers={"HX-Request": "true", "HX-Target": "list-filters"}).content.decode()
    assert "id_paid_min" in part and "<html" not in part
    assert "示例快递" in part


def test_a_filter_that_makes_no_sense_is_left_out_and_said(client, url, shop, now):
    order = make_order(shop, now)
    answer = client.get(url, {"paid_min": "much", "placed": "never"})
    assert numbers(answer) == [order.number]
    assert len(answer.context["page"].ignored) == 2


def test_a_row_leads_back_to_the_same_filtered_page(client, url, shop, now):
    order = make_order(shop, now)
    html = client.get(url, {"tab": "signed", "q": order.number}).content.decode()
    assert "next=%2Fs%2Fqinghe%2Forders%2F%3F" in html


def test_every_role_sees_the_list_and_only_leaders_the_import(shop, url, sign_in, now):
    for role in ("administrator", "service", "warehouse", "finance"):
        answer = sign_in(make_member(shop, role)).get(url)
        assert answer.status_code == 200
        assert ("orders/import/" in answer.content.decode()) == (role == "administrator")


def test_another_shops_list_does_not_exist(sign_in, url):
    stranger = make_member(make_shop("other"), "owner")
    assert sign_in(stranger).get(url).status_code == 404

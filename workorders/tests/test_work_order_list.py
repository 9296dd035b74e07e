from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.tests.factories import make_reviewer, make_shop
from foundation.shell.urls_for import shop_url
from workorders import cells, services
from workorders.models import WorkOrder
from workorders.rule_rows import WORRY, WRONG_OR_MISSING
from workorders.states import CLOSED, Status

from . import factories


@pytest.fixture
def client(owner, sign_in_in_english):
    return sign_in_in_english(owner)


def numbers(page):
    return [row.number for row in page.context["page"].rows]


def test_the_least_time_left_stands_first(client, shop, now):
    late = factories.ask(shop, now)
    soon = factories.ask(shop, now, type=WRONG_OR_MISSING)
    overdue = factories.ask_overdue(shop, now)
    page = client.get(shop_url(shop, "workorders:work-orders"))
    assert numbers(page) == [overdue.number, soon.number, late.number]
    assert "countdown-overdue" in page.content.decode()


def test_what_happens_at_the_end_stands_beside_the_clock(client, shop, now):
    factories.ask(shop, now, type=WRONG_OR_MISSING)
    page = client.get(shop_url(shop, "workorders:work-orders")).content.decode()
    assert "¥125.00" in page
    assert "30 %" in page


def test_tabs_hold_their_states_and_only_this_shops(client, shop, owner, now):
    answered = factories.answer(factories.ask(shop, now), now, owner)
    factories.ask(make_shop("other"), now)
    queued = factories.ask(shop, now, order=answered.order, type=WRONG_OR_MISSING)
    url = shop_url(shop, "workorders:work-orders")
    assert numbers(client.get(url, {"tab": "with_platform"})) == [answered.number]
    assert numbers(client.get(url, {"tab": "queued"})) == [queued.number]
    assert numbers(client.get(url, {"tab": "to_answer"})) == []
    assert set(numbers(client.get(url, {"tab": "all"}))) == {answered.number, queued.number}


def test_every_state_stands_in_exactly_one_tab_beside_all(client, shop, now):
    url = shop_url(shop, "workorders:work-orders")
    case = factories.ask(shop, now)
    for status in Status:
        WorkOrder.objects.filter(pk=case.pk).update(status=status)
        page = client.get(url, {"tab": "all"}).context["page"]
        assert [tab.key for tab in page.spec.tabs][-1] == "all"
        assert (sum(page.counts[:-1]), page.counts[-1], len(page.rows)) == (1, 1, 1), status


def test_search_by_its_own_number_and_by_the_orders(client, shop, now):
    case = factories.ask(shop, now)
    factories.ask(shop, now)
    url = shop_url(shop, "workorders:work-orders")
    for text in (case.number, case.number.lower(), case.order.number):
        assert numbers(client.get(url, {"q": text})) == [case.number]


def test_filters_by_type_and_person(client, shop, owner, now):
    mine = factories.ask(shop, now, type=WRONG_OR_MISSING)
    factories.ask(shop, now)
    WorkOrder.objects.filter(pk=mine.pk).update(assigned_to=owner)
    url = shop_url(shop, "workorders:work-orders")
    assert numbers(client.get(url, {"type": "wrong_or_missing"})) == [mine.number]
    assert numbers(client.get(url, {"whose": "mine"})) == [mine.number]
    assert len(numbers(client.get(url, {"whose": "unassigned"}))) == 1
    assert client.get(url, {"filters": "1"}).status_code == 200


@pytest.mark.parametrize("query", ["tab=x", "sort=status", "after=x", "size=1e9", "type=x", "asked_from=x", "q=%00'%22"])
def test_nonsense_in_the_url_is_no_500(client, shop, query):
    assert client.get(f"{shop_url(shop, 'workorders:work-orders')}?{query}").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_rows(client, shop, now):
    url = shop_url(shop, "workorders:work-orders")
    factories.ask(shop, now)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for _ in range(8):
        factories.ask(shop, now)
    with CaptureQueriesContext(connection) as nine:
        client.get(url)
    assert len(nine) == len(one)
    assert len(nine) <= 7, [query["sql"][:120] for query in nine]


def test_a_closed_case_shows_what_it_cost(client, shop, owner, now):
    forfeited = factories.ask_overdue(shop, now, type=WRONG_OR_MISSING)
    services.forfeit_due(now=now)
    lost, won = (factories.answer(factories.ask(shop, now), now, owner) for _ in range(2))
    for case, outcome, reason in ((lost, "lost", "invalid_evidence"), (won, "won", "proved")):
        services.decide(case.pk, outcome=outcome, reason=reason, note="", version=None, by=make_reviewer(outcome), now=now)
    settled = factories.ask(shop, now)
    services.agree_refund(settled.pk, version=None, by=owner, now=now)
    open_case = factories.ask(shop, now)
    page = client.get(shop_url(shop, "workorders:work-orders"), {"tab": "all"})
    assert {row.number: row.cost_minor for row in page.context["page"].rows} == {
        forfeited.number: 16100, lost.number: 12500, won.number: None, settled.number: 12500, open_case.number: None,
    }
    assert "¥161.00" in client.get(shop_url(shop, "workorders:work-orders"), {"tab": "closed"}).content.decode()


def test_costs_take_no_query_of_their_own(client, shop, owner, now):
    url = shop_url(shop, "workorders:work-orders")
    client.get(url)
    for _ in range(3):
        services.agree_refund(factories.ask(shop, now).pk, version=None, by=owner, now=now)
    with CaptureQueriesContext(connection) as asked:
        assert len(numbers(client.get(url, {"tab": "closed"}))) == 3
    assert len(asked) <= 7, [query["sql"][:120] for query in asked]


def test_totals_sum_what_is_at_stake_as_the_cells_show_it(client, shop, owner, now):
    url = shop_url(shop, "workorders:work-orders")
    for kind in (WRONG_OR_MISSING, WORRY):
        factories.ask(shop, now, type=kind)
    partly = factories.ask(shop, now)
    WorkOrder.objects.filter(pk=partly.pk).update(refund_share_bp=3_333)
    type(partly.order).objects.filter(pk=partly.order_id).update(paid_minor=10_005, refunded_minor=1)
    services.agree_refund(factories.ask(shop, now).pk, version=None, by=owner, now=now)
    page = client.get(url, {"tab": "all", "totals": "1"}).context["page"]
    rows = [row for row in page.rows if row.status not in CLOSED]
    assert len(rows) == 3 and len(page.rows) == 4
    at_stake = {str(line.label): line.value for line in page.totals}["At stake"]
    assert at_stake == sum(cells._at_stake(row) for row in rows) > 0


def test_a_case_of_several_stages_says_which_it_is_in(client, shop, now, django_assert_max_num_queries):
    factories.ask(shop, now)
    url = shop_url(shop, "workorders:work-orders")
    assert "stage 1 of" not in client.get(url).content.decode()
    many = [factories.ask(shop, now, type=WORRY) for _case in range(3)]
    with django_assert_max_num_queries(7):
        page = client.get(url).content.decode()
    assert page.count(f"stage 1 of {len(many[0].policy.stages)}") == 3


def test_the_board_shows_what_each_case_will_cost(client, shop, now):
    soon = factories.ask_overdue(shop, now + timedelta(hours=2), type=WRONG_OR_MISSING)
    factories.ask(shop, now)
    page = client.get(shop_url(shop, "workorders:board"), {"hours": "8"})
    assert [plan.case.number for plan in page.context["forecast"].plans] == [soon.number]
    assert "¥161.00" in page.content.decode()  # 125.00 + 36.00
    for hours in ("0", "-1", "x", "²", "999999"):
        assert client.get(shop_url(shop, "workorders:board"), {"hours": hours}).status_code == 200


def test_search_everywhere_jumps_to_the_case_and_the_order_page_shows_it(client, shop, now):
    case = factories.ask(shop, now)
    found = client.get(shop_url(shop, "shell:search"), {"q": case.number.lower()})
    assert case.number in (found.get("Location", "") + found.content.decode())
    order_page = client.get(shop_url(shop, "orders:order", number=case.order.number)).content.decode()
    assert case.number in order_page

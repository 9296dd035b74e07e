"""The workbench 工作台: each number is the count of exactly the list its link leads to."""

import re
from datetime import datetime, timedelta

import pytest

from foundation.accounts import access
from foundation.accounts.tests.factories import make_member, make_reviewer, make_shop
from foundation.ledger import services as ledger
from foundation.ledger.models import Account
from foundation.ledger.services import Draw, Posting
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import SHANGHAI
from foundation.notifications.models import Notice
from foundation.shell.urls_for import shop_url
from logistics.models import Interception
from logistics.tests.factories import intercept, make_parcel
from orders.tests.factories import make_order
from workorders.models import WorkOrder
from workorders.services import assign, open_work_order

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)
WINDOW = timedelta(hours=48)


def _case(shop, due_in: timedelta) -> WorkOrder:
    """An open case whose 48 h end `due_in` after noon."""
    order = make_order(shop, now=NOON - timedelta(days=5))
    at = NOON + due_in - WINDOW
    return open_work_order(order.pk, type="not_received", platform_text="买家称未收到货。", by=None, now=at)


@pytest.fixture
def cases(shop):
    """Overdue, in 20 minutes, in 5 hours, just before and just after midnight, in two days."""
    hours = [-0.1, 1 / 3, 5, 12 - 1 / 60, 12, 40]
    return [_case(shop, timedelta(hours=each)) for each in hours]


@pytest.fixture
def look(owner, sign_in):
    def page(url: str, user=None):
        with clock.fixed(NOON):
            return sign_in(user or owner).get(url)

    return page


def _numbers(response) -> dict[str, tuple[int, str]]:
    """Key → (count, link) of the tiles."""
    return {tile.key: (tile.count, tile.url) for tile in response.context["tiles"]}


def test_every_number_is_the_count_of_the_list_behind_it(shop, owner, cases, look):
    to_ship = {"status": "to_ship", "signed_at": None, "physically_shipped_at": None, "tracking_uploaded_at": None}
    make_order(shop, now=NOON, **to_ship, promised_ship_at=NOON - timedelta(seconds=1))
    make_order(shop, now=NOON, **to_ship, promised_ship_at=NOON)
    make_order(shop, now=NOON, **to_ship)
    make_order(shop, now=NOON, status="shipped", signed_at=None, tracking_uploaded_at=None, tracking_number="")
    make_parcel(shop, NOON, anomaly="lost", anomaly_at=NOON, last_scan_at=NOON - timedelta(days=3))
    make_parcel(shop, NOON, anomaly="lost", anomaly_at=NOON, anomaly_seen_at=NOON, last_scan_at=NOON - timedelta(days=3))
    make_parcel(shop, NOON, anomaly="stalled", anomaly_at=NOON)
    for status in ("unknown", "unknown", "requested"):
        Interception.objects.filter(pk=intercept(make_parcel(shop, NOON), NOON).pk).update(status=status)
    assign(cases[2].pk, to=owner, by=owner, now=NOON)
    assign(cases[3].pk, to=make_member(shop, "service"), by=owner, now=NOON)
    response = look(shop_url(shop, "dashboard:workbench"))
    assert response.status_code == 200
    tiles = _numbers(response)
    assert {key: count for key, (count, _url) in tiles.items()} == {
        "soon": 2, "today": 4, "mine": 1, "unassigned": 4, "platform": 0, "to_ship": 3, "late": 1, "number_missing": 1,
        "lost": 1, "unanswered": 2,
    }
    for key, (count, url) in tiles.items():
        listed = look(url)
        assert listed.status_code == 200, url
        assert len(listed.context["page"].rows) == count, key
        assert not listed.context["page"].ignored, key


def test_no_link_of_the_page_leads_nowhere(shop, cases, look):
    links = set(re.findall(r'href="([^"]+)"', look(shop_url(shop, "dashboard:workbench")).content.decode().split("<main")[1]))
    assert len(links) > 90  # fourteen days of six figures are among them
    for link in links:
        if link.startswith("/s/"):
            assert look(link.replace("&amp;", "&")).status_code == 200, link


def test_overdue_is_a_part_of_due_soon_and_a_list_of_its_own(shop, cases, look):
    page = shop_url(shop, "workorders:work-orders")
    rows = look(f"{page}?tab=to_answer&due=overdue").context["page"].rows
    assert [case.number for case in rows] == [cases[0].number]


def test_half_an_hour_and_the_shanghai_day_are_exact(shop, cases, look):
    tiles = _numbers(look(shop_url(shop, "dashboard:workbench")))
    assert tiles["soon"][0] == 2  # overdue and not yet forfeited counts: it needs hands first
    assert tiles["today"][0] == 4  # the case that ends at midnight sharp belongs to tomorrow


def test_nothing_more_is_due_is_said_once_it_is_so(shop, look):
    make_order(shop, now=NOON)
    later = _case(shop, timedelta(hours=12))
    body = look(shop_url(shop, "dashboard:workbench"))
    assert body.context["nothing_due"]
    assert "nothing-due" in body.content.decode()
    assign(later.pk, to=None, by=None, now=NOON)
    _case(shop, timedelta(hours=11))
    body = look(shop_url(shop, "dashboard:workbench"))
    assert not body.context["nothing_due"]
    assert "nothing-due" not in body.content.decode()


def test_an_empty_shop_is_told_where_to_begin(shop, owner, look):
    page = shop_url(shop, "dashboard:workbench")
    steps = look(page).context["steps"]
    assert [step.url for step in steps[:2]] == [shop_url(shop, "orders:import-orders"), shop_url(shop, "entry:staff")]
    assert [step.done for step in steps] == [False, False, False]
    warehouse = make_member(shop, "warehouse")
    assert [step.url for step in look(page, warehouse).context["steps"][:2]] == ["", ""]
    assert look(page).context["steps"][1].done
    make_order(shop, now=NOON)
    assert look(page).context["steps"] == []


def test_next_to_forfeit_says_what_the_board_says(shop, cases, look):
    response = look(shop_url(shop, "dashboard:workbench"))
    soon = response.context["next"]
    board = look(soon.url).context["forecast"]
    assert (soon.count, soon.total_minor) == (len(board.plans), board.total_minor)
    assert soon.count == 5
    assert soon.total_minor == 5 * 12_500
    assert [plan.case.number for plan in soon.plans] == [case.number for case in cases[:5]]
    assert "¥625.00" in response.content.decode()


def test_a_calm_shop_says_so(shop, look):
    response = look(shop_url(shop, "dashboard:workbench"))
    assert response.context["next"].count == 0
    assert all(count == 0 for count, _url in _numbers(response).values())
    assert all(tile.tone == "" for tile in response.context["tiles"])


def test_money_today_is_what_the_statement_of_today_says(shop, look):
    ledger.post(Posting("topup:1", "topup", shop.pk, 90_000), by=None, now=NOON - timedelta(days=1))
    ledger.post(Posting("topup:2", "topup", shop.pk, 5_000), by=None, now=NOON - timedelta(hours=1))
    ledger.draw(Draw("refund:1", "refund", shop.pk, 700), by=None, now=NOON - timedelta(minutes=1))
    tiles = {tile.label: tile for tile in look(shop_url(shop, "dashboard:workbench")).context["money"]}
    taken_in, paid_out, stands = list(tiles.values())[:3]
    assert (taken_in.minor, paid_out.minor, stands.minor) == (5_000, -700, 94_300)
    figures = look(taken_in.url).context["statement"].figures
    assert (figures["taken_in"], figures["paid_out"], figures["closing"]) == (5_000, -700, 94_300)


def test_debt_shows_only_when_there_is_any(shop, look):
    page = shop_url(shop, "dashboard:workbench")
    assert len(look(page).context["money"]) == 5
    ledger.draw(Draw("refund:1", "refund", shop.pk, 700), by=None, now=NOON)
    response = look(page)
    assert response.context["money"][-1].minor == -700
    assert response.context["restrictions"][0].reason == "debt"


@pytest.mark.parametrize(("role", "sees_money"), [("administrator", True), ("finance", True), ("service", False),
                                                  ("warehouse", False)])  # fmt: skip
def test_money_is_left_out_for_roles_that_may_not_see_it(shop, cases, look, role, sees_money):
    member = make_member(shop, role)
    response = look(shop_url(shop, "dashboard:workbench"), member)
    assert response.status_code == 200
    assert bool(response.context["money"]) is sees_money
    for _count, url in _numbers(response).values():
        assert look(url, member).status_code == 200


def test_another_shops_cases_are_not_counted(shop, cases, look):
    other = make_shop("other")
    response = look(shop_url(other, "dashboard:workbench"), make_member(other, "owner"))
    assert all(count == 0 for count, _url in _numbers(response).values())
    assert look(shop_url(other, "dashboard:workbench")).status_code == 404


def test_queries_do_not_grow_with_cases(shop, owner, sign_in, cases, django_assert_max_num_queries):
    client, url = sign_in(owner), shop_url(shop, "dashboard:workbench")
    with clock.fixed(NOON):
        client.get(url)
        with django_assert_max_num_queries(12) as few:
            client.get(url)
        for _number in range(12):
            _case(shop, timedelta(hours=3))
        with django_assert_max_num_queries(len(few)):
            client.get(url)


def test_the_page_carries_clocks_that_javascript_can_go_on_from(shop, cases, look):
    body = look(shop_url(shop, "dashboard:workbench")).content.decode()
    assert len(re.findall(r"data-due=", body)) >= 5
    assert "style=" not in body.split("<main")[1].split("</main>")[0]


def test_operations_are_told_when_the_books_do_not_add_up(shop, now):
    operator = make_reviewer("operator", access.OPERATIONS)
    ledger.post(Posting("topup:1", "topup", shop.pk, 500), by=None, now=now)
    ledger.reconcile(now=now)
    assert not Notice.objects.filter(user=operator).exists()
    Account.objects.filter(shop=shop, kind="settlement").update(balance_minor=1)
    ledger.reconcile(now=now)
    ledger.reconcile(now=now)
    notice = Notice.objects.get(user=operator)
    assert notice.url.startswith("/admin/ledger/reconciliation/")

"""What the list kit gives the orders: columns, saved views, totals, steps."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.lists import arranging, registry
from foundation.lists.models import Kind, SavedView
from foundation.shell.urls_for import shop_url
from orders.models import Order
from orders.tests.factories import make_order, make_orders

pytestmark = pytest.mark.django_db
DEFAULT = ["number", "goods", "paid", "buyer", "state", "logistics", "placed", "note"]


@pytest.fixture
def sign_in(sign_in_in_english):
    return sign_in_in_english


@pytest.fixture
def client(owner, sign_in):
    return sign_in(owner)


@pytest.fixture
def url(shop):
    return shop_url(shop, "orders:orders")


@pytest.fixture
def columns_url(shop):
    return shop_url(shop, "lists:save-columns", list="orders")


@pytest.fixture
def views_url(shop):
    return shop_url(shop, "lists:save-view", list="orders")


def change_url(view):
    return shop_url(view.shop, "lists:change-view", list="orders", uuid=view.uuid)


def shown(client, url, **params):
    return [column.key for column in client.get(url, params).context["page"].columns]


def numbers(answer):
    return [order.number for order in answer.context["page"].rows]


def keep(shop, user, name="Mine", query="", **more):
    kind = more.pop("kind", Kind.PRIVATE)
    return SavedView.objects.create(
        owner=user, shop=shop, list_key="orders", name=name, query=query, kind=kind, updated_at=more.pop("now"), **more
    )


# columns


def test_columns_are_kept_for_the_person_on_the_server_in_their_order(
    client, url, columns_url, shop, owner, sign_in, now
):
    make_order(shop, now, province="浙江")
    client.post(columns_url, {"order": ["placed", "province", "paid"], "show": ["province", "placed"]})
    assert shown(client, url) == shown(sign_in(owner), url) == ["number", "placed", "province"]
    html = client.get(url).content.decode()
    assert html.index("<time") < html.index("浙江")
    assert shown(sign_in(make_member(shop, "service")), url) == DEFAULT


def test_columns_follow_the_person_into_their_other_shop(client, columns_url, owner, now):
    other = make_shop("other")
    owner.memberships.create(shop=other, role="owner")
    client.post(columns_url, {"order": ["paid"], "show": ["paid"]})
    assert shown(client, shop_url(other, "orders:orders")) == ["number", "paid"]


def test_a_column_moves_one_place_without_scripts_and_the_chooser_stays_open(client, url, columns_url):
    order = ["goods", "paid", "placed"]
    answer = client.post(columns_url, {"order": order, "show": order, "move": "up:placed", "next": url})
    assert parse_qs(urlsplit(answer.url).query)["columns"] == ["1"]
    assert shown(client, url) == ["number", "goods", "placed", "paid"]
    client.post(columns_url, {"order": order, "show": order, "move": "down:placed"})
    assert shown(client, url) == ["number", "goods", "paid", "placed"]


def test_the_default_columns_come_back(client, url, columns_url):
    client.post(columns_url, {"order": ["paid"], "show": ["paid"], "roomy": "1"})
    assert client.get(url).context["page"].roomy
    client.post(columns_url, {"restore": "1"})
    assert shown(client, url) == DEFAULT and not client.get(url).context["page"].roomy


def test_unknown_hidden_and_fixed_columns_do_no_harm(client, url, columns_url, owner, now):
    names = ["number", "password", "shop__owner", "", "\x00", "paid", "paid", "x" * 5000]
    client.post(columns_url, {"order": names, "show": names, "move": "up:nothing"})
    assert shown(client, url) == ["number", "paid"]
    SavedView.objects.update(columns=["gone", 7, None, "note"])  # an arrangement older than the list
    assert shown(client, url) == ["number", "note"]
    client.post(columns_url, {})
    assert shown(client, url) == DEFAULT


def test_the_page_size_is_remembered(client, url, columns_url, shop, now):
    make_orders(shop, 60, now)
    answer = client.post(columns_url, {"size": "50", "next": f"{url}?tab=signed&after=1.2&size=25"})
    assert answer.url == f"{url}?tab=signed"
    assert len(numbers(client.get(url))) == 50
    assert len(numbers(client.get(url, {"size": "25"}))) == 25  # a link somebody shared
    client.post(columns_url, {"size": "99999"})
    assert len(numbers(client.get(url))) == 50


def test_only_what_the_columns_need_is_read(client, url, columns_url, shop, now):
    order = make_order(shop, now)
    client.post(columns_url, {"order": ["paid"], "show": ["paid"]})
    with CaptureQueriesContext(connection) as asked:
        client.get(url, {"q": order.number})  # a plain page's statement may be asked by its name alone
    rows = next(query["sql"] for query in asked if "paid_minor" in query["sql"] and "LIMIT 26" in query["sql"])
    assert "buyer_phone" not in rows and "staff_note" not in rows


def test_every_column_together_costs_no_further_statement(client, url, columns_url, shop, now):
    make_orders(shop, 30, now)
    every = [column.key for column in registry.get("orders").columns]
    client.get(url)
    with CaptureQueriesContext(connection) as plain:
        client.get(url)
    client.post(columns_url, {"order": every, "show": every})
    with CaptureQueriesContext(connection) as wide:
        answer = client.get(url)
    assert len(answer.context["page"].columns) == len(every)
    assert len(wide) == len(plain)


# saved views


def test_a_view_keeps_filters_and_opens_with_one_click(client, url, views_url, shop, now):
    flagged = make_order(shop, now, flag="red")
    make_order(shop, now)
    client.post(views_url, {"name": "Red ones", "query": "flag=red&tab=all&after=1.2&evil=1", "pinned": "1"})
    page = client.get(url).context["page"]
    assert [view.name for view in page.pinned_views] == ["Red ones"]
    answer = client.get(url + page.pinned_views[0].url)
    assert numbers(answer) == [flagged.number]
    assert parse_qs(answer.context["page"].view.query) == {"flag": ["red"], "tab": ["all"]}
    assert answer.context["page"].pinned_views[0].current


def test_a_view_may_bring_its_columns(client, url, views_url, columns_url, owner, shop):
    client.post(columns_url, {"order": ["paid"], "show": ["paid"]})
    client.post(views_url, {"name": "Money", "query": "tab=all", "with_columns": "1"})
    client.post(columns_url, {"order": ["note"], "show": ["note"]})
    assert shown(client, url) == ["number", "note"]
    view = SavedView.objects.get(name="Money")
    assert shown(client, url, view=str(view.uuid)) == ["number", "paid"]
    client.post(columns_url, {"view": str(view.uuid), "order": ["buyer"], "show": ["buyer"]})
    assert shown(client, url, view=str(view.uuid)) == ["number", "buyer"]
    assert shown(client, url) == ["number", "note"]


def test_columns_of_somebody_elses_view_stay_theirs(client, url, columns_url, shop, sign_in, owner, now):
    view = keep(shop, owner, columns=["paid"], kind=Kind.SHARED, now=now)
    service = sign_in(make_member(shop, "service"))
    answer = service.post(
        columns_url,
        {"view": str(view.uuid), "order": ["note"], "show": ["note"], "next": f"{url}?view={view.uuid}&tab=all"},
    )
    assert answer.url == f"{url}?tab=all"
    assert shown(service, url, tab="all") == ["number", "note"]
    assert shown(client, url, view=str(view.uuid)) == ["number", "paid"]


def test_a_private_view_is_seen_by_its_owner_only_and_a_shared_one_by_the_shop(url, shop, owner, sign_in, now):
    keep(shop, owner, "Private", now=now, pinned=True)
    keep(shop, owner, "Ours", now=now, pinned=True, kind=Kind.SHARED)
    for role in ("administrator", "service", "warehouse", "finance"):
        page = sign_in(make_member(shop, role)).get(url, {"views": "1"}).context["page"]
        assert [view.name for view in page.pinned_views] == [line.name for line in page.view_lines] == ["Ours"]
        assert [line.changeable for line in page.view_lines] == [role == "administrator"]
    stranger = make_shop("other")
    assert (
        sign_in(make_member(stranger, "owner")).get(shop_url(stranger, "orders:orders")).context["page"].pinned_views
        == []
    )


def test_sharing_needs_a_leader(views_url, url, shop, sign_in, now):
    member = make_member(shop, "service")
    service = sign_in(member)
    answer = service.post(views_url, {"name": "For all", "kind": "shared"}, follow=True)
    assert "owner and administrators" in answer.content.decode()
    view = keep(shop, member, now=now)
    service.post(change_url(view), {"do": "share"})
    assert [one.kind for one in SavedView.objects.all()] == [Kind.PRIVATE]
    assert 'name="kind"' not in service.get(url, {"views": "1"}).content.decode()


def test_only_the_owner_or_a_leader_deletes_a_shared_view(shop, owner, sign_in, now):
    view = keep(shop, owner, kind=Kind.SHARED, now=now)
    service = sign_in(make_member(shop, "service"))
    assert "belongs to somebody else" in service.post(change_url(view), {"do": "delete"}, follow=True).content.decode()
    assert SavedView.objects.count() == 1
    sign_in(make_member(shop, "administrator")).post(change_url(view), {"do": "delete"})
    assert SavedView.objects.count() == 0


def test_another_persons_private_view_does_not_exist(shop, owner, sign_in, now):
    view = keep(shop, owner, now=now)
    assert sign_in(make_member(shop, "administrator")).post(change_url(view), {"do": "delete"}).status_code == 404


def test_a_view_is_renamed_pinned_shared_and_refilled(client, url, shop, owner, now):
    view = keep(shop, owner, query="flag=red", now=now)
    for do, posted in [
        ("rename", {"name": "  New   name "}),
        ("pin", {}),
        ("share", {}),
        ("update", {"query": "tab=signed"}),
    ]:
        client.post(change_url(view), {"do": do, **posted})
    view.refresh_from_db()
    assert (view.name, view.pinned, view.kind, view.query) == ("New name", True, Kind.SHARED, "tab=signed")
    client.post(change_url(view), {"do": "unshare"})
    client.post(change_url(view), {"do": "unpin"})
    view.refresh_from_db()
    assert (view.pinned, view.kind) == (False, Kind.PRIVATE)


def test_each_person_has_a_default_per_shop(client, url, views_url, shop, owner, sign_in, now):
    signed, _ = make_order(shop, now), make_order(shop, now, status="to_ship", signed_at=None)
    view = keep(shop, owner, query="tab=signed", kind=Kind.SHARED, now=now)
    client.post(change_url(view), {"do": "begin"})
    assert numbers(client.get(url)) == [signed.number]
    assert len(numbers(client.get(url, {"tab": "all"}))) == 2
    assert (
        len(numbers(client.get(url + client.get(url).context["page"].clear_url))) == 1
    )  # the tab stays, the view goes
    assert len(numbers(sign_in(make_member(shop, "service")).get(url))) == 2
    client.post(views_url, {"name": "Other", "query": "tab=to_ship", "begin": "1"})
    assert client.get(url).context["page"].tab.key == "to_ship"
    client.post(change_url(view), {"do": "not_begin"})
    assert client.get(url).context["page"].tab.key == "all"


def test_a_deleted_default_leaves_the_plain_list(client, url, shop, owner, now):
    view = keep(shop, owner, query="tab=signed", now=now)
    client.post(change_url(view), {"do": "begin"})
    view.delete()
    assert client.get(url).context["page"].tab.key == "all"


@pytest.mark.parametrize("name", ["", "   ", "\x00"])
def test_a_view_needs_a_name(client, views_url, name):
    assert "needs a name" in client.post(views_url, {"name": name}, follow=True).content.decode()
    assert not SavedView.objects.exists()


def test_two_views_of_one_person_have_two_names(client, views_url):
    client.post(views_url, {"name": "Twice"})
    assert "already" in client.post(views_url, {"name": "Twice"}, follow=True).content.decode()
    assert SavedView.objects.count() == 1


def test_views_are_bounded_in_number_and_length(client, views_url, shop, owner, now):
    long = urlencode({"q": " ".join(f"261122-{step:015d}" for step in range(150))})
    assert "too long" in client.post(views_url, {"name": "Long", "query": long}, follow=True).content.decode()
    for step in range(arranging.MOST):
        keep(shop, owner, f"View {step}", now=now)
    assert "delete one first" in client.post(views_url, {"name": "One more"}, follow=True).content.decode()


@pytest.mark.parametrize("do", ["", "explode", "rename", "update", "begin"])
def test_strange_changes_are_no_500(client, shop, owner, now, do):
    view = keep(shop, owner, now=now)
    for junk in ({}, {"name": "\x00" * 90, "query": "%00=%ff&&&=", "next": "https://evil.example/"}):
        answer = client.post(change_url(view), {"do": do, **junk})
        assert answer.status_code == 302 and answer.url.startswith(f"/s/{shop.code}/")


def test_lists_nobody_registered_do_not_exist(client, shop):
    for name in ("save-columns", "save-view"):
        assert client.post(shop_url(shop, f"lists:{name}", list="secrets")).status_code == 404
    assert client.get(shop_url(shop, "lists:step", list="secrets")).status_code == 404


def test_views_cost_one_statement_however_many(client, url, shop, owner, now):
    keep(shop, owner, "First", now=now)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    for step in range(20):
        keep(shop, owner, f"View {step}", now=now, pinned=True, kind=Kind.SHARED if step % 2 else Kind.PRIVATE)
    with CaptureQueriesContext(connection) as twenty:
        client.get(url)
    assert len(one) == len(twenty) <= 7


# totals, panels


def test_totals_are_worked_out_when_asked_over_all_pages_of_the_filter(client, url, shop, now):
    make_orders(shop, 30, now, paid_minor=1000)
    make_order(shop, now, paid_minor=5, flag="red")
    plain = client.get(url, {"flag": "none"}).content.decode()
    assert "¥300.00" not in plain and 'hx-target="#list-totals"' in plain
    assert "¥300.00" in client.get(url, {"flag": "none", "totals": "1"}).content.decode()
    part = client.get(url, {"flag": "none", "totals": "1"}, headers={"HX-Request": "true", "HX-Target": "list-totals"})
    text = re.sub(r"<[^>]+>|\s+", " ", part.content.decode())
    assert "rows" not in text and "¥300.00" in text and "<html" not in part.content.decode()



def test_chooser_and_views_open_alone_for_htmx(client, url, shop, now):
    make_order(shop, now)
    for panel in ("columns", "views"):
        assert f'hx-target="#list-{panel}"' in client.get(url).content.decode()
        part = client.get(
            url, {panel: "1"}, headers={"HX-Request": "true", "HX-Target": f"list-{panel}"}
        ).content.decode()
        assert "list-panel" in part and "<html" not in part
        assert "list-panel" in client.get(url, {panel: "1"}).content.decode()


# previous and next


def steps_of(html):
    found = dict(re.findall(r'href="([^"]+)" rel="(prev|next) nofollow"', html))
    return {way: href.replace("&amp;", "&") for href, way in found.items()}


def test_the_order_page_leads_to_its_neighbours_in_the_filtered_list(client, url, shop, now):
    made = make_orders(shop, 3, now, carrier="慢快递")
    make_order(shop, now, carrier="另一快递")
    back = f"{url}?{urlencode({'carrier': '慢快递', 'sort': 'placed'})}"
    middle = shop_url(shop, "orders:order", number=made[1].number)
    steps = steps_of(client.get(middle, {"next": back}).content.decode())
    for way, expected in (("next", made[2]), ("prev", made[0])):
        answer = client.get(steps[way])
        assert urlsplit(answer.url).path == shop_url(shop, "orders:order", number=expected.number)
        assert parse_qs(urlsplit(answer.url).query)["next"] == [back]
    last = steps_of(client.get(shop_url(shop, "orders:order", number=made[2].number), {"next": back}).content.decode())
    assert client.get(last["next"]).url == back


def test_an_order_opened_from_elsewhere_has_no_neighbours(client, shop, now):
    order = make_order(shop, now)
    page = shop_url(shop, "orders:order", number=order.number)
    for where in ("", shop_url(shop, "jobs:jobs"), "https://evil.example/"):
        assert not steps_of(client.get(page, {"next": where}).content.decode())


def test_a_row_that_left_the_filter_still_has_its_place(client, url, shop, now):
    made = make_orders(shop, 3, now, flag="red")
    Order.objects.filter(pk=made[1].pk).update(flag="")
    step = shop_url(shop, "lists:step", list="orders")
    params = {"from": made[1].number, "way": "next", "next": f"{url}?flag=red"}
    assert made[0].number in client.get(step, params).url
    assert made[2].number in client.get(step, params | {"way": "previous"}).url


@pytest.mark.parametrize("params", [
    {}, {"from": "nothing"}, {"from": "\x00"}, {"from": "x" * 5000, "way": "sideways"}, {"next": "https://evil.example/"},
    {"from": "1", "next": "/s/qinghe/orders/?after=%00&sort=-password&tab=9"},
])  # fmt: skip
def test_strange_steps_are_no_500(client, shop, now, params):
    make_order(shop, now)
    answer = client.get(shop_url(shop, "lists:step", list="orders"), params)
    assert answer.status_code == 302 and answer.url.startswith(f"/s/{shop.code}/orders/")


def test_an_action_on_the_order_page_keeps_the_list_it_was_opened_from(client, url, shop, now):
    order = make_order(shop, now)
    page = shop_url(shop, "orders:order", number=order.number)
    back = f"{url}?tab=signed&after=1.2"
    answer = client.post(
        shop_url(shop, "orders:note-order", number=order.number), {"note": "看", "flag": "red", "version": 0},
        headers={"referer": f"http://testserver{page}?{urlencode({'next': back})}"},
    )  # fmt: skip
    assert urlsplit(answer.url).path == page
    assert parse_qs(urlsplit(answer.url).query)["next"] == [back]
    for step, referer in enumerate(
        ("", "http://evil.example/?next=/s/qinghe/", f"http://testserver{page}?next=//evil.example")
    ):
        answer = client.post(
            shop_url(shop, "orders:note-order", number=order.number), {"note": str(step), "flag": "", "version": step + 1},
            headers={"referer": referer},
        )  # fmt: skip
        assert answer.url == page

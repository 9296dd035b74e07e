"""The list of interceptions, its batches and what they leave running, success rates, the monthly statement."""

import re
from datetime import timedelta

import pytest

from foundation.accounts.tests.factories import make_shop
from foundation.lists.models import Batch
from foundation.shell.urls_for import shop_url
from logistics.interception_rates import rates
from logistics.models import Interception
from logistics.states import Status, WhyIntercept
from logistics.tests.factories import carrier, intercept, make_parcel, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sign_in_in_english, owner):
    return sign_in_in_english(owner)


def many(shop, now, count, **said):
    return [intercept(make_parcel(shop, now), now, **said) for _one in range(count)]


def url(shop, name="interceptions", **kwargs):
    return shop_url(shop, f"logistics:{name}", **kwargs)


def shown(client, address):
    return [row.number for row in client.get(address).context["page"].rows]


def batch(client, shop, key, verb, rows, query="", back=None, **said):
    """The preview, then the confirmation of exactly what it showed; the result page."""
    address = shop_url(shop, "lists:batch", list=key, verb=verb)
    asked = {"id": [row.number for row in rows], "list_query": query, "next": back or f"{url(shop)}?{query}"}
    preview = client.post(address, asked)
    hidden = {name: preview.context[name] for name in ("set_hash", "request_key")}
    if 'name="typed_count"' in preview.content.decode():
        hidden["typed_count"] = str(preview.context["count"])
    return client.post(address, asked | hidden | said, follow=True)


def test_tabs_say_what_waits(client, shop, now):
    pending, accepted, stopped = many(shop, now, 3)
    say(accepted, "accept", now)
    say(stopped, "succeed", now)
    assert shown(client, url(shop) + "?tab=pending") == [pending.number]
    assert len(shown(client, url(shop))) == 3
    assert shown(client, url(shop) + "?tab=running") == [accepted.number]
    assert shown(client, url(shop) + "?tab=coming") == [stopped.number]
    assert len(shown(client, url(shop) + "?tab=all")) == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [("asked=3m", 1), ("after_sale=open", 0), ("reason=wrong_goods", 0), ("reason=wrong_address", 1), ("progress=requested", 1),
     ("progress=failed&progress=requested", 1), ("origin=rule", 0), ("carrier=x", 1), ("province=elsewhere", 0)],
)  # fmt: skip
def test_filters(client, shop, now, query, found):
    many(shop, now, 1, reason=WhyIntercept.WRONG_ADDRESS)
    intercept(make_parcel(make_shop("other"), now), now)
    assert len(shown(client, f"{url(shop)}?tab=all&{query}")) == found


def test_search_by_its_own_by_order_and_by_tracking_number(client, shop, now):
    one, _other = many(shop, now, 2)
    for number in (one.number.lower(), one.order.number, one.parcel.tracking_number):
        assert shown(client, f"{url(shop)}?tab=all&q={number}") == [one.number]


def test_parcels_are_intercepted_in_a_batch_with_reasons_for_those_left_out(client, shop, now):
    parcels = [make_parcel(shop, now), make_parcel(shop, now), make_parcel(shop, now, carrier=carrier("post"))]
    page = batch(client, shop, "parcels", "intercept", parcels, reason="fraud", note="", back=url(shop, "parcels"))
    assert page.context["taken"] == 2 and "11183" in page.content.decode()
    assert {one.parcel for one in Interception.objects.all()} == set(parcels[:2])


def test_a_batch_of_cancels_says_what_still_runs(client, shop, now):
    mine = many(shop, now, 5, reason=WhyIntercept.WRONG_ADDRESS)
    others = many(shop, now, 2, reason=WhyIntercept.FRAUD)
    gone = many(shop, now, 1, reason=WhyIntercept.WRONG_ADDRESS)[0]
    say(gone, "succeed", now)
    said = {"reason": "mistake", "payer": "shop", "note": "", "final": "on"}
    page = batch(
        client, shop, "interceptions", "cancel", [*mine[:3], gone], query="tab=pending&reason=wrong_address", **said
    )
    html = page.content.decode()
    assert page.context["taken"] == 3 and 'data-still-running="2"' in html
    left = set(Interception.objects.filter(status=Status.REQUESTED)) - set(others)
    assert left == set(mine[3:]) and all(one.number in html for one in mine[3:])
    link = re.search(r'href="([^"]+)">Look at them', html)[1].replace("&amp;", "&")
    assert set(shown(client, link)) == {one.number for one in mine[3:]}


def test_a_batch_of_cancels_that_forgot_nothing_says_so(client, shop, now):
    said = {"reason": "mistake", "payer": "shop", "note": "", "final": "on"}
    page = batch(client, shop, "interceptions", "cancel", many(shop, now, 2), **said)
    assert 'data-still-running="0"' in page.content.decode()


@pytest.mark.parametrize("typed", ["", "2", "4", "03", "3 of them", "三"])
def test_a_batch_of_cancels_wants_their_number_typed(client, shop, now, typed):
    rows = many(shop, now, 3)
    said = {"reason": "mistake", "payer": "shop", "note": "kept", "final": "on"}
    page = batch(client, shop, "interceptions", "cancel", rows, **said, typed_count=typed)
    html = page.content.decode()
    assert page.status_code == 422 and not Batch.objects.exists()
    assert Interception.objects.filter(status=Status.REQUESTED).count() == 3
    assert 'name="typed_count"' in html and "kept" in html
    assert ("type exactly this number" in html) is bool(typed)
    again = batch(client, shop, "interceptions", "cancel", rows, **said, typed_count=" 3 ")
    assert again.context["taken"] == 3


def test_the_number_typed_is_of_those_it_is_done_to_without_those_left_out(client, shop, now):
    rows = many(shop, now, 3)
    say(rows[0], "succeed", now)
    said = {"reason": "mistake", "payer": "shop", "note": "", "final": "on"}
    assert batch(client, shop, "interceptions", "cancel", rows, **said, typed_count="3").status_code == 422
    assert batch(client, shop, "interceptions", "cancel", rows, **said, typed_count="2").context["taken"] == 2


def test_a_batch_of_requests_wants_nothing_typed(client, shop, now):
    address = shop_url(shop, "lists:batch", list="parcels", verb="intercept")
    preview = client.post(address, {"id": [make_parcel(shop, now).number], "list_query": "", "next": url(shop, "parcels")})
    assert 'name="typed_count"' not in preview.content.decode()


def test_a_batch_of_cancels_asks_that_it_is_final(client, shop, now):
    row = many(shop, now, 1)[0]
    page = batch(client, shop, "interceptions", "cancel", [row], reason="mistake", payer="shop", note="")
    assert page.status_code == 422 and not Batch.objects.exists()
    row.refresh_from_db()
    assert row.status == Status.REQUESTED


def test_success_is_counted_of_what_the_carrier_decided(client, shop, now):
    rows = many(shop, now, 5)
    for row, verb in zip(rows, ["succeed", "succeed", "fail", "refuse"], strict=False):
        say(row, verb, now)
    found = rates(shop, None, "all", "none")
    assert (found.total.asked, found.total.decided, found.total.succeeded, found.total.running) == (5, 4, 2, 1)
    assert [(one.label, one.percent) for one in found.carriers] == [("ZTO Express", 50)]
    said = client.get(url(shop, "interception-success") + "?period=all").content.decode()
    assert "50% of 4" in said and "<table" in said and 'width="50"' in said
    assert client.get(url(shop, "interception-success") + "?period=\x00").status_code == 200


def test_an_empty_shop_has_no_rates_and_no_fees(client, shop):
    for name in ("interceptions", "interception-success", "interception-fees", "interception-rules"):
        assert client.get(url(shop, name)).status_code == 200


def test_the_statement_of_a_month_adds_up(client, shop, now):
    for row in many(shop, now, 2):
        say(row, "succeed", now)
    page = client.get(url(shop, "interception-fees"))
    assert page.context["ours_minor"] == 800 and len(page.context["lines"]) == 2
    before = (now.replace(day=1) - timedelta(days=40)).strftime("%Y-%m")
    assert client.get(f"{url(shop, 'interception-fees')}?month={before}").context["lines"] == []
    for nonsense in ("2026-13", "9999-01", "x", "2026-1-1", "²-1"):
        assert client.get(f"{url(shop, 'interception-fees')}?month={nonsense}").status_code == 200

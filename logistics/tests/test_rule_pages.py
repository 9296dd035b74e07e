"""The rule page: what a rule would have done before it is saved, on and off, the order, the history; whom it is for."""

import pytest

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.shell.urls_for import shop_url
from logistics.models import Carrier, InterceptionRule
from logistics.services import create_rule
from logistics.services.rules import Terms
from logistics.tests.factories import make_parcel
from logistics.tests.test_what_if import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(sign_in_in_english, owner):
    return sign_in_in_english(owner)


@pytest.fixture
def rule(shop, owner, now):
    return create_rule(shop.pk, Terms("Dear ones", 1000, 5000), by=owner, now=now)


def url(shop, name, **kwargs):
    return shop_url(shop, f"logistics:{name}", **kwargs)


def post_new(client, shop, **said):
    page = client.get(url(shop, "new-rule"))
    number = page.context["form"].initial["number"]
    return number, {"number": number, "name": "Mine", "amount_from": "10", "amount_to": "", **said}


def test_the_list_shows_order_range_carriers_and_overlap(client, shop, rule, owner, now):
    rule.__class__.objects.filter(pk=rule.pk).update(enabled=True)
    create_rule(shop.pk, Terms("Dearer", 4000, None), by=owner, now=now, enabled=True)
    said = client.get(url(shop, "interception-rules")).content.decode()
    assert "¥10.00 to ¥50.00" in said and "every carrier that can intercept" in said
    assert "Some of these orders are taken by a rule above it" in said
    assert "Made “Dearer”: order amount ¥40.00 to no upper end" in said


def test_a_new_rule_is_made_once_however_often_the_form_is_sent(client, shop):
    number, said = post_new(client, shop, enabled="on")
    for _twice in range(2):
        assert client.post(url(shop, "new-rule"), said).status_code == 302
    made = InterceptionRule.objects.get()
    assert (made.number, made.from_minor, made.to_minor, made.enabled) == (number, 1000, None, True)


def test_what_it_would_have_done_stands_there_before_it_is_saved(client, shop, now):
    codes = dict(Carrier.objects.values_list("code", "pk"))
    for amount in (900, 2000, 3000):
        ask(make_parcel(shop, now), now, carriers=codes, order_minor=amount, amount_minor=amount).save()
    _number, said = post_new(client, shop, step="try")
    answer = client.post(url(shop, "new-rule"), said)
    assert answer.status_code == 200 and not InterceptionRule.objects.exists()
    assert answer.context["found"].caught == 2 and 'data-caught="2"' in answer.content.decode()
    part = client.get(url(shop, "try-rule"), {"amount_from": "0", "amount_to": "25", "carriers": [codes["zto"]]})
    assert 'data-caught="2"' in part.content.decode() and "<html" not in part.content.decode()
    part = client.get(url(shop, "try-rule"), {"amount_from": "0", "carriers": [codes["sf"]]})
    assert 'data-caught="0"' in part.content.decode()


@pytest.mark.parametrize(
    "said",
    [
        {"amount_from": "much"},
        {"amount_from": "20", "amount_to": "10"},
        {"carriers": ["9999"]},
        {"carriers": ["x\x00"]},
    ],
)
def test_a_range_that_cannot_be_read_is_said_and_breaks_nothing(client, shop, said):
    part = client.get(url(shop, "try-rule"), said)
    assert part.status_code == 200 and "t be read yet" in part.content.decode()
    _number, form = post_new(client, shop, **said)
    answer = client.post(url(shop, "new-rule"), form)
    assert answer.status_code == 422 and 'value="Mine"' in answer.content.decode()


def test_a_rule_is_changed_switched_moved_and_removed(client, shop, rule, owner, now):
    other = create_rule(shop.pk, Terms("Other"), by=owner, now=now)
    page = url(shop, "interception-rule", number=rule.number)
    assert client.get(page).status_code == 200
    changed = {"version": rule.version, "name": "Renamed", "amount_from": "", "amount_to": "12.50"}
    assert client.post(page, changed).status_code == 302
    rule.refresh_from_db()
    assert (rule.name, rule.from_minor, rule.to_minor) == ("Renamed", 0, 1250)
    assert (
        client.post(url(shop, "switch-rule", number=rule.number), {"on": "1", "version": rule.version}).status_code
        == 302
    )
    assert client.post(url(shop, "move-rule", number=other.number), {"to": "up"}).status_code == 302
    rule.refresh_from_db()
    other.refresh_from_db()
    assert rule.enabled and other.priority < rule.priority
    assert client.post(url(shop, "remove-rule", number=rule.number), {"version": rule.version}).status_code == 302
    rule.refresh_from_db()
    assert rule.removed_at and client.get(page).status_code == 404


def test_a_stale_page_is_refused_and_keeps_what_was_typed(client, shop, rule):
    page = url(shop, "interception-rule", number=rule.number)
    answer = client.post(page, {"version": rule.version + 3, "name": "Mine now", "amount_from": "1"})
    assert answer.status_code == 409 and 'value="Mine now"' in answer.content.decode()
    for verb in ("switch-rule", "remove-rule"):
        for version in ("", "x", "99"):
            answer = client.post(url(shop, verb, number=rule.number), {"on": "1", "version": version})
            assert answer.status_code == 409


def test_only_leaders_change_rules_and_everybody_may_look(sign_in, shop, rule):
    client = sign_in(make_member(shop, "service"))
    assert client.get(url(shop, "interception-rules")).status_code == 200
    for name in ("new-rule", "try-rule"):
        assert client.get(url(shop, name)).status_code == 403
    for verb in ("switch-rule", "move-rule", "remove-rule"):
        assert client.post(url(shop, verb, number=rule.number)).status_code == 403


def test_another_shops_rule_is_not_there(client, rule, shop, owner, now):
    theirs = create_rule(make_shop("other").pk, Terms("Theirs"), by=None, now=now)
    assert client.get(url(shop, "interception-rule", number=theirs.number)).status_code == 404
    assert client.post(url(shop, "remove-rule", number=theirs.number), {"version": 0}).status_code == 404

"""Violations: recorded set-wise with their deduction, reversed by an upheld appeal (rules §7.2)."""

from datetime import timedelta

import pytest

from deposits.models import Violation, ViolationPolicy
from deposits.services import accounts
from deposits.services.violations import NewViolation, record_violations, reverse_violation
from deposits.states import Severity, Status
from deposits.tests import refunds
from deposits.tests.refunds import broken, deposit_reviewer
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.ledger.services import Posting, balances, post
from foundation.ledger.tests.books import legs
from foundation.lifecycle.errors import Forbidden, IllegalMove, Invalid
from foundation.notifications.models import Notice
from foundation.shell.urls_for import shop_url

pytestmark = pytest.mark.django_db


def new(shop, now, kind="false_shipping", key="v", **more):
    return NewViolation(shop.pk, kind, f"{key}:{shop.pk}", now, **more)


def one(shop, now, **more):
    [found] = record_violations([new(shop, now, **more)], by=None, now=now)
    return found


def test_the_deposit_pays_first(shop, now):
    post(Posting("t", "topup", shop.pk, 100_000), by=None, now=now)
    post(Posting("d", "deposit_paid", shop.pk, 15_000), by=None, now=now)
    found = one(shop, now)
    assert legs(found.deduction) == {"deposit": -15_000, "settlement": -5_000, "penalties": 20_000}
    assert (found.severity, found.deducted_minor, found.kind) == (Severity.MAJOR, 20_000, "false_shipping")
    assert broken() == []


def test_a_key_counts_once_and_a_kind_without_a_rule_is_none(shop, now):
    one(shop, now)
    assert record_violations([new(shop, now), new(shop, now, "no_such_kind", "other")], by=None, now=now) == []
    assert Violation.objects.count() == 1


def test_the_rule_of_the_type_wins_and_one_that_does_not_count_is_none(shop, now):
    names = {"name_zh": "试", "name_en": "trial", "effective_from": now - timedelta(days=1)}
    ViolationPolicy.objects.create(kind="lost:fake", severity="major", deduct_minor=7, **names)
    ViolationPolicy.objects.create(kind="lost:harmless", severity="minor", counts=False, **names)
    found = record_violations(
        [new(shop, now, f"lost:{kind}", kind) for kind in ("fake", "harmless", "plain")], by=None, now=now
    )
    assert [(row.kind, row.severity, row.deducted_minor) for row in found] == [("lost:fake", "major", 7), ("lost", "minor", 0)]
    before = new(shop, now - timedelta(days=2), "lost:fake", "before")
    assert record_violations([before], by=None, now=now)[0].kind == "lost"


def test_a_chunk_leaves_what_one_by_one_would(now):
    shops = [make_shop(f"chunk{number}") for number in range(4)]
    for shop in shops:
        post(Posting(f"t:{shop.pk}", "topup", shop.pk, 30_000), by=None, now=now)
    items = [new(shop, now, key=f"{key}") for shop in shops[:2] for key in "ab"]
    record_violations(items, by=None, now=now)
    for shop in shops[2:]:
        for key in "ab":
            record_violations([new(shop, now, key=key)], by=None, now=now)
    assert {tuple(sorted(balances(shop).items())) for shop in shops} == {tuple(sorted(balances(shops[0]).items()))}
    assert balances(shops[0])["debt"] == -10_000
    assert broken() == []


def test_it_stops_a_refund_under_review(shop, now):
    refunds.rule(now)
    refunds.fund(shop, 50_000, now)
    applied = refunds.applied(shop, 10_000, now)
    found = one(shop, now, kind="misleading")
    applied.refresh_from_db()
    assert applied.status == Status.STOPPED and applied.stopped_by == found
    assert balances(shop)["deposit"] == 45_000


def test_an_upheld_appeal_gives_it_back_debt_first(shop, owner, now):
    post(Posting("t", "topup", shop.pk, 15_000), by=None, now=now)
    found = one(shop, now)
    assert balances(shop)["debt"] == -5_000
    back = reverse_violation(found.pk, note="The parcel had left.", by=deposit_reviewer("one"), now=now)
    assert legs(back.reversal) == {"debt": 5_000, "settlement": 15_000, "penalties": -20_000}
    assert back.status == "reversed" and back.reverse_note == "The parcel had left."
    assert "deposits.violation_reversed" in Notice.objects.filter(user=owner).values_list("kind", flat=True)
    with pytest.raises(IllegalMove):
        reverse_violation(found.pk, note="Again.", by=deposit_reviewer("two"), now=now)
    assert broken() == []


def test_a_reversal_fills_the_deposit_before_settlement(shop, now):
    accounts.set_required([shop.pk], by=None, now=now)
    post(Posting("t", "topup", shop.pk, 200_000), by=None, now=now)
    found = one(shop, now)
    assert accounts.summary(shop).short_minor == 20_000
    reverse_violation(found.pk, note="Upheld.", by=deposit_reviewer("one"), now=now)
    assert accounts.summary(shop).short_minor == 0


def test_who_may_reverse_and_how(shop, now):
    found = one(shop, now)
    for stranger in (None, make_member(shop, "owner", "boss")):
        with pytest.raises(Forbidden):
            reverse_violation(found.pk, note="Mine.", by=stranger, now=now)
    with pytest.raises(Invalid):
        reverse_violation(found.pk, note=" ", by=deposit_reviewer("one"), now=now)
    assert Violation.objects.get().status == "standing"


def test_list_and_page_show_the_case_and_the_money(sign_in_in_english, owner, shop, now):
    post(Posting("t", "topup", shop.pk, 15_000), by=None, now=now)
    found = one(shop, now, case_number="WO-1")
    client = sign_in_in_english(owner)
    listed = client.get(shop_url(shop, "deposits:violations"), {"severity": "major"}).content.decode()
    assert found.number in listed and "WO-1" in listed
    assert found.number not in client.get(shop_url(shop, "deposits:violations"), {"severity": "minor"}).content.decode()
    page = client.get(shop_url(shop, "deposits:violation", number=found.number)).content.decode()
    assert 'data-deducted="20000"' in page and "WO-1" in page and "False shipping" in page
    other = shop_url(make_shop("elsewhere"), "deposits:violation", number=found.number)
    assert client.get(other).status_code == 404


def test_the_statement_of_the_deposit_names_the_violation_and_leads_to_it(sign_in_in_english, owner, shop, now):
    post(Posting("t", "topup", shop.pk, 30_000), by=None, now=now)
    post(Posting("d", "deposit_paid", shop.pk, 25_000), by=None, now=now)
    found = one(shop, now)
    page = sign_in_in_english(owner).get(shop_url(shop, "ledger:statement"), {"tab": "deposit"}).content.decode()
    assert shop_url(shop, "deposits:violation", number=found.number) in page
    assert found.number in page and "¥50.00" in page

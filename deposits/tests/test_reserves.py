"""The registry of what is kept back: it works alone, sums what others register, and fails closed (rules §7.4)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from deposits import reserves
from deposits.eligibility import check, look
from deposits.reserves import Reserve, ReserveLine, register, reserves_of
from foundation.catalog.models import ListingDay
from foundation.lifecycle.deadlines import shanghai_day
from foundation.lifecycle.errors import Blocked

from .refunds import fund, rule, seize

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alone(monkeypatch):
    """No app above: debt is the only one that asks."""
    monkeypatch.setattr(reserves, "ASKERS", {"debt": reserves.debt})


def keeps(code, minor, count=1):
    def ask(shop, now, *, lines):
        named = tuple(ReserveLine(f"{code} {n}", f"/{code}/{n}/", minor // count) for n in range(count))[:lines]
        return Reserve(code, code.title(), f"/{code}/", minor, count, named)

    return register(code, ask)


def breaks(shop, now, *, lines):
    raise LookupError("the app above is broken")


def test_without_any_app_above_debt_alone_is_asked(shop, now, django_assert_num_queries):
    rule(now, listed_days=30)
    with django_assert_num_queries(6):
        assert look(shop, now).reserves == ()
    seize(shop, 700, now, "k")
    [one] = reserves_of(shop, now)
    assert (one.code, one.amount_minor, one.url) == ("debt", 700, f"/s/{shop.code}/settlement/")


def test_refundable_is_deposit_and_held_less_all_of_them(shop, now):
    rule(now)
    fund(shop, 10_000, now)
    keeps("cases", 3_000)
    keeps("parcels", 500)
    assert look(shop, now).refundable_minor == 6_500
    check(shop, 6_500, now)
    with pytest.raises(Blocked, match="¥65.00 of the ¥65.01 can be refunded now.*Cases ¥30.00, Parcels ¥5.00") as caught:
        check(shop, 6_501, now)
    assert caught.value.code == "reserved"


def test_never_below_nothing(shop, now):
    rule(now)
    fund(shop, 1_000, now)
    keeps("cases", 3_000)
    assert look(shop, now).refundable_minor == 0


def test_one_that_fails_keeps_back_everything(shop, now):
    rule(now)
    fund(shop, 10_000, now)
    register("broken", breaks)
    found = look(shop, now)
    assert (found.met, found.known, found.refundable_minor) == (True, False, 0)
    with pytest.raises(Blocked, match="can't be told") as caught:
        check(shop, 1, now)
    assert caught.value.code == "unknown_reserve"


def test_a_code_is_taken_once():
    register("cases", breaks)
    register("cases", breaks)
    with pytest.raises(ValueError, match="twice"):
        keeps("cases", 1)


class TestParts:
    """The three parts of the account page, given what `look` found."""

    @pytest.fixture
    def found(self, shop, now):
        rule(now, listed_days=30)
        fund(shop, 10_000, now)
        keeps("cases", 3_000, count=3)
        today = shanghai_day(now)
        counts = dict.fromkeys(range(1, 31), 2) | {12: 0}
        del counts[29]
        ListingDay.objects.bulk_create(
            [ListingDay(shop=shop, day=today - timedelta(days=n), listed_count=count) for n, count in counts.items()]
        )
        return look(shop, now, lines=2), today

    def drawn(self, name, eligibility):
        return render_to_string(f"deposits/{name}.html", {"eligibility": eligibility})

    def test_the_day_that_broke_it_is_marked_once_and_named(self, found):
        eligibility, today = found
        broke = today - timedelta(days=12)
        html = self.drawn("_days", eligibility)
        assert html.count("is-broke\" data-day") == 1 and f'data-broke="{broke}"' in html
        assert f"On {broke} no product was listed" in html
        assert f"{broke}: no product listed, this day broke the row" in html
        assert f"{today - timedelta(days=29)}: no record" in html and f"{today - timedelta(days=1)}: 2 products listed" in html
        assert html.count('<li class="day') == 30 and html.count("<tr>") == 31

    def test_every_month_of_the_strip_has_its_name(self, shop):
        noon = datetime(2024, 3, 15, 4, tzinfo=UTC)
        rule(noon, listed_days=30)
        eligibility = look(shop, noon)
        assert [str(month) for month, _days in eligibility.months] == ["2024-02-01", "2024-03-01"]
        assert [len(days) for _month, days in eligibility.months] == [16, 14]
        html = self.drawn("_days", eligibility)
        assert "February 2024" in html and "March 2024" in html
        with translation.override("zh-hans"):
            assert "2024年2月" in self.drawn("_days", eligibility)

    def test_the_checklist_says_state_sentence_and_day(self, found):
        eligibility, today = found
        html = self.drawn("_conditions", eligibility)
        assert 'data-condition="listed" data-state="fail"' in html and 'data-condition="violations" data-state="pass"' in html
        assert f"Earliest day: {today + timedelta(days=19)}, if nothing new happens." in html
        assert f"All can be met from {today + timedelta(days=19)}" in html

    def test_each_reserve_with_links_and_the_sum(self, found):
        html = self.drawn("_reserves", found[0])
        for part in ('href="/cases/"', 'href="/cases/0/"', 'data-refundable="7000"', ">1 more<", "¥30.00", "¥70.00"):
            assert part in html, part
        assert "once all conditions are met" in html

    def test_an_unknown_reserve_is_said_and_nothing_kept_back_too(self, shop, now):
        rule(now)
        assert "Nothing is open that could cost money." in self.drawn("_reserves", look(shop, now))
        register("broken", breaks)
        html = self.drawn("_reserves", look(shop, now))
        assert "can't be told" in html and "Nothing is open" not in html


"""Each condition passes, fails or waits, with the day that broke it and the first day it can turn (rules §7.3)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deposits.eligibility import check, look
from deposits.models import Violation
from deposits.states import Severity
from foundation.accounts.models import RestrictionReason
from foundation.accounts.services import lift, restrict
from foundation.accounts.tests.factories import make_shop
from foundation.catalog.models import ListingDay
from foundation.lifecycle.errors import Blocked

from .refunds import fund, rule, seize, violate

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 3, 31)
NOON = datetime(2026, 3, 31, 12, tzinfo=SHANGHAI)
DAY = timedelta(days=1)


def listed(shop, first, last, count=3):
    """A row a day, both ends included."""
    days = [first + n * DAY for n in range((last - first).days + 1)]
    ListingDay.objects.bulk_create([ListingDay(shop=shop, day=day, listed_count=count) for day in days])


def relist(shop, day, count):
    ListingDay.objects.filter(shop=shop, day=day).update(listed_count=count)


def the(found, code):
    return next(one for one in found.conditions if one.code == code)


def full(shop):
    listed(shop, date(2026, 3, 1), date(2026, 3, 30))


@pytest.fixture
def thirty(db):
    return rule(NOON, listed_days=30, look_back_days=90)


class TestDays:
    def test_thirty_finished_days_pass_and_today_is_not_asked(self, shop, thirty):
        full(shop)
        found = look(shop, NOON)
        assert found.met and found.earliest is None and found.broke is None
        assert (found.days[0].day, found.days[-1].day, len(found.days)) == (date(2026, 3, 1), date(2026, 3, 30), 30)
        assert the(found, "listed").sentence == "Products were listed every day from 2026-03-01 to 2026-03-30."

    def test_twenty_nine_do_not(self, shop, thirty):
        listed(shop, date(2026, 3, 2), date(2026, 3, 30))
        one = the(look(shop, NOON), "listed")
        assert (one.state, one.earliest) == ("not_yet", date(2026, 4, 1))
        assert one.sentence == "There is no record of 2026-03-01. 29 of 30 days in a row since then."

    def test_today_does_not_fill_the_gap_before_it_is_over(self, shop, thirty):
        listed(shop, date(2026, 3, 2), date(2026, 3, 31))
        assert the(look(shop, NOON), "listed").earliest == date(2026, 4, 1)
        last_second = datetime(2026, 3, 31, 23, 59, 59, tzinfo=SHANGHAI)
        assert not look(shop, last_second).met
        assert look(shop, last_second + timedelta(seconds=1)).met

    def test_one_day_without_products_breaks_it_and_is_named(self, shop, thirty):
        full(shop)
        relist(shop, date(2026, 3, 17), 0)
        found = look(shop, NOON)
        one = the(found, "listed")
        assert (one.state, found.broke, one.earliest, found.earliest) == (
            "fail", date(2026, 3, 17), date(2026, 4, 17), date(2026, 4, 17),
        )  # fmt: skip
        assert one.sentence == "On 2026-03-17 no product was listed: that day broke it. 13 of 30 days since then."
        assert (found.listed_days, [day.state for day in found.days].count("empty")) == (29, 1)

    def test_one_day_nobody_looked_at_is_a_gap_too(self, shop, thirty):
        full(shop)
        ListingDay.objects.filter(day=date(2026, 3, 17)).delete()
        found = look(shop, NOON)
        assert (the(found, "listed").state, found.broke) == ("not_yet", date(2026, 3, 17))

    def test_of_two_the_later_one_counts(self, shop, thirty):
        full(shop)
        relist(shop, date(2026, 3, 9), 0)
        relist(shop, date(2026, 3, 30), 0)
        found = look(shop, NOON)
        assert (found.broke, found.earliest) == (date(2026, 3, 30), date(2026, 4, 30))

    def test_it_passes_on_the_very_day_that_was_promised(self, shop, thirty):
        full(shop)
        relist(shop, date(2026, 3, 17), 0)
        listed(shop, date(2026, 3, 31), date(2026, 4, 16))
        promised = datetime(2026, 4, 17, tzinfo=SHANGHAI)
        assert look(shop, promised).met
        assert not look(shop, promised - timedelta(microseconds=1)).met

    @pytest.mark.parametrize(
        ("broken", "earliest"),
        [
            (date(2024, 2, 28), date(2024, 3, 30)),  # over a leap day
            (date(2024, 2, 29), date(2024, 3, 31)),
            (date(2026, 2, 28), date(2026, 3, 31)),
            (date(2026, 12, 31), date(2027, 1, 31)),
        ],
    )
    def test_month_ends_and_the_leap_day(self, shop, broken, earliest):
        noon = datetime(broken.year, broken.month, broken.day, 12, tzinfo=SHANGHAI) + DAY
        rule(noon, listed_days=30)
        listed(shop, broken - 40 * DAY, broken - DAY)
        listed(shop, broken, broken, count=0)
        assert look(shop, noon).earliest == earliest

    def test_the_leap_day_is_a_day_of_the_thirty(self, shop, db):
        noon = datetime(2024, 3, 15, 12, tzinfo=SHANGHAI)
        rule(noon, listed_days=30)
        listed(shop, date(2024, 2, 14), date(2024, 3, 14))
        assert look(shop, noon).met
        ListingDay.objects.filter(day=date(2024, 2, 29)).delete()
        assert look(shop, noon).broke == date(2024, 2, 29)

    def test_the_day_is_shanghais_whatever_zone_the_moment_is_told_in(self, shop, thirty):
        full(shop)
        evening_in_paris = datetime(2026, 3, 30, 18, 30, tzinfo=ZoneInfo("Europe/Paris"))  # 00:30 of the 31st there
        assert look(shop, evening_in_paris).day == TODAY and look(shop, evening_in_paris).met
        assert not look(shop, evening_in_paris - timedelta(hours=1)).met  # 23:30 of the 30th: one day short

    def test_another_shops_days_are_its_own(self, shop, thirty):
        full(make_shop("other"))
        assert not look(shop, NOON).met

    def test_a_rule_of_no_days_asks_for_none(self, shop):
        rule(NOON, listed_days=0, look_back_days=0)
        found = look(shop, NOON)
        assert found.days == () and [one.code for one in found.conditions] == ["cool_down", "reviewer"]


class TestViolations:
    @pytest.fixture(autouse=True)
    def days(self, shop, thirty):
        full(shop)

    def test_a_major_one_counts_to_the_day_before_its_look_back_ends(self, shop):
        one = violate(shop, NOON, Severity.MAJOR, at=datetime(2026, 1, 1, 0, 0, 0, tzinfo=SHANGHAI))
        found = the(look(shop, NOON), "violations")
        assert (found.state, found.earliest) == ("fail", date(2026, 4, 1))
        assert one.number in found.sentence and "2026-01-01 00:00:00" in found.sentence
        listed(shop, TODAY, TODAY)
        assert look(shop, datetime(2026, 4, 1, tzinfo=SHANGHAI)).met

    def test_at_the_last_second_of_day_thirty_in_shanghai(self, shop):
        """The thirtieth day was listed; a violation in its last second belongs to it and not to the next day."""
        violate(shop, NOON, Severity.MAJOR, at=datetime(2026, 3, 30, 23, 59, 59, tzinfo=SHANGHAI))
        found = look(shop, NOON)
        assert the(found, "listed").met and not found.met
        assert the(found, "violations").earliest == date(2026, 6, 28)
        assert "2026-03-30 23:59:59" in the(found, "violations").sentence

    def test_a_second_later_it_is_the_next_days(self, shop):
        violate(shop, NOON, Severity.MAJOR, at=datetime(2026, 3, 31, tzinfo=SHANGHAI))
        assert the(look(shop, NOON), "violations").earliest == date(2026, 6, 29)

    def test_minor_and_reversed_ones_do_not_count(self, shop):
        violate(shop, NOON, Severity.MINOR)
        upheld = violate(shop, NOON, Severity.MAJOR)
        assert not look(shop, NOON).met
        Violation.objects.filter(pk=upheld.pk).update(status="reversed", reversed_at=NOON)
        assert look(shop, NOON).met

    def test_the_latest_of_several_decides(self, shop):
        for day in (3, 20, 11):
            violate(shop, NOON, Severity.MAJOR, at=datetime(2026, 2, day, 9, tzinfo=SHANGHAI))
        assert look(shop, NOON).earliest == date(2026, 5, 21)


class TestRestrictions:
    @pytest.fixture(autouse=True)
    def days(self, shop, thirty):
        full(shop)

    @pytest.mark.parametrize("reason", [RestrictionReason.PHONE_CHANGE, RestrictionReason.RECOVERY])
    def test_a_cool_down_ends_by_itself_at_its_moment(self, shop, reason):
        until = datetime(2026, 3, 31, 20, 15, tzinfo=SHANGHAI)
        restrict(shop.pk, reason, by=None, now=NOON - DAY, until=until)
        one = the(look(shop, NOON), "cool_down")
        assert (one.state, one.earliest) == ("not_yet", TODAY) and "2026-03-31 20:15" in one.sentence
        assert not look(shop, until - timedelta(seconds=1)).met
        assert look(shop, until).met

    def test_the_longer_of_two_cool_downs_speaks(self, shop):
        restrict(shop.pk, RestrictionReason.PHONE_CHANGE, by=None, now=NOON, until=NOON + 9 * DAY)
        restrict(shop.pk, RestrictionReason.RECOVERY, by=None, now=NOON, until=NOON + 3 * DAY)
        assert look(shop, NOON).earliest == date(2026, 4, 9)

    def test_a_reviewers_has_no_day_until_it_is_lifted(self, shop):
        restrict(shop.pk, RestrictionReason.REVIEWER, by=None, now=NOON - DAY)
        found = look(shop, NOON)
        assert (the(found, "reviewer").state, the(found, "reviewer").earliest, found.earliest) == ("fail", None, None)
        lift(shop.pk, RestrictionReason.REVIEWER, by=None, now=NOON)
        assert look(shop, NOON).met

    @pytest.mark.parametrize("reason", [RestrictionReason.DEBT, RestrictionReason.SHORT_DEPOSIT])
    def test_debt_and_a_short_deposit_are_no_condition(self, shop, reason):
        restrict(shop.pk, reason, by=None, now=NOON)
        assert look(shop, NOON).met


class TestCheck:
    """What apply, approve and pay ask, on the same figures as the page."""

    @pytest.fixture(autouse=True)
    def days(self, shop, thirty):
        full(shop)
        fund(shop, 10_000, NOON)

    def refusal(self, shop, amount=1_000, **held):
        with pytest.raises(Blocked) as caught:
            check(shop, amount, NOON, **held)
        return caught.value

    def test_silent_up_to_the_last_fen(self, shop):
        check(shop, 10_000, NOON)
        assert self.refusal(shop, 10_001).code == "deposit"

    def test_the_first_condition_that_is_not_met_is_the_sentence(self, shop):
        relist(shop, date(2026, 3, 17), 0)
        violate(shop, NOON, Severity.MAJOR)
        refusal = self.refusal(shop)
        assert refusal.code == "listed" and str(refusal) == the(look(shop, NOON), "listed").sentence

    def test_debt_keeps_back_what_is_owed(self, shop):
        seize(shop, 10_500, NOON, "all and more")
        fund(make_shop("other"), 1, NOON)
        found = look(shop, NOON)
        assert [(one.code, one.amount_minor) for one in found.reserves] == [("debt", 500)]
        assert (found.deposit_minor, found.refundable_minor) == (0, 0)

    def test_held_money_that_was_drawn_is_said(self, shop):
        assert self.refusal(shop, 1_000, own_held=1_000).code == "drawn"

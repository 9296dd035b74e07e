"""`eligibility.look` against a twin that knows no shortcut: it walks from day to day and asks whether all is well then."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from deposits.eligibility import look
from deposits.models import RefundPolicy, Violation, ViolationPolicy
from foundation.accounts.models import Restriction
from foundation.accounts.tests.factories import make_shop
from foundation.catalog.models import ListingDay

ONE = timedelta(days=1)
ORIGINS = (date(2024, 2, 29), date(2026, 2, 28), date(2026, 12, 31), date(2025, 10, 1))  # leap day, month and year ends


class Twin:
    """What the rule says, said again: China keeps UTC+8 all year, so a day begins eight hours before UTC's."""

    def __init__(self, now, counts, violations, until, row_days, back):
        self.now, self.counts, self.violations, self.until = now, counts, violations, until
        self.row_days, self.back = row_days, back
        self.today = self.day_of(now)

    @staticmethod
    def day_of(moment):
        return (moment.astimezone(UTC) + timedelta(hours=8)).date()

    def listed_on(self, day):
        """Days to come are taken as listed: the earliest day is a promise if nothing new happens."""
        return day >= self.today or bool(self.counts.get(day))

    def days_met(self, day):
        return all(self.listed_on(day - step * ONE) for step in range(1, self.row_days + 1))

    def violations_met(self, day):
        for at, major, reversed_ in self.violations:
            counted = {self.day_of(at) + step * ONE for step in range(self.back)}
            if major and not reversed_ and day in counted:
                return False
        return True

    def cool_down_met(self, day):
        """At some moment of that day, and on this one from now on, it is over; met means over right now."""
        return self.until is None or self.day_of(self.until) <= day

    def met(self):
        over = self.until is None or self.until <= self.now
        return self.days_met(self.today) and self.violations_met(self.today) and over

    def earliest(self):
        """The first day from today on which every condition can be met."""
        day = self.today
        while not (self.days_met(day) and self.violations_met(day) and self.cool_down_met(day)):
            day += ONE
        return day

    def broke(self):
        gaps = [self.today - step * ONE for step in range(1, self.row_days + 1)]
        return next((day for day in gaps if not self.listed_on(day)), None)


moments = st.builds(
    lambda origin, seconds: datetime(origin.year, origin.month, origin.day, tzinfo=UTC) + timedelta(seconds=seconds),
    st.sampled_from(ORIGINS),
    st.integers(-10 * 86_400, 10 * 86_400) | st.sampled_from([57_599, 57_600, 57_601, 86_399, 86_400]),  # 57 600: 24:00 there
)
counts = st.lists(st.sampled_from([None, 0, 1, 7, 7, 7]), min_size=12, max_size=12)
offences = st.lists(
    st.tuples(
        st.integers(0, 12 * 86_400) | st.sampled_from([1, 86_400, 43_200]),  # seconds before now
        st.booleans(),
        st.booleans(),
    ),
    max_size=4,
)
waits = st.none() | st.integers(-86_400, 9 * 86_400)


class TestTwin(TestCase):
    def setUp(self):
        self.shop = make_shop()
        self.kind = ViolationPolicy.objects.create(
            kind="trial", severity="major", effective_from=datetime(2000, 1, 1, tzinfo=UTC), name_zh="试", name_en="trial"
        )

    @given(now=moments, rows=counts, offended=offences, wait=waits, row_days=st.integers(1, 11), back=st.integers(1, 11))
    @example(  # a major violation in the last second of the last day, seen in the first of the next
        now=datetime(2024, 2, 29, 16, tzinfo=UTC), rows=[1] * 12, offended=[(1, True, False)], wait=None, row_days=11, back=1
    )
    @settings(max_examples=150, deadline=None)
    def test_the_look_says_what_the_walk_says(self, now, rows, offended, wait, row_days, back):
        today = Twin.day_of(now)
        known = {today - (step + 1) * ONE: count for step, count in enumerate(rows) if count is not None}
        violations = [(now - timedelta(seconds=ago), major, gone) for ago, major, gone in offended]
        until = None if wait is None else now + timedelta(seconds=wait)
        self.write(now, known, violations, until, row_days, back)

        twin, found = Twin(now, known, violations, until, row_days, back), look(self.shop, now)
        assert found.met == twin.met()
        assert found.broke == twin.broke()
        assert found.earliest == (None if twin.met() else twin.earliest())
        assert [(one.day, one.listed_count) for one in found.days] == [
            (today - step * ONE, known.get(today - step * ONE)) for step in range(row_days, 0, -1)
        ]
        for one in found.conditions:
            assert one.met == (one.state == "pass") and one.sentence
            assert (one.earliest is None) == one.met

    def write(self, now, known, violations, until, row_days, back):
        for rows in (ListingDay, Violation, Restriction):
            rows.objects.all().delete()
        RefundPolicy.objects.all().delete()
        RefundPolicy.objects.create(
            effective_from=now - 999 * ONE, name_zh="试", name_en="trial", listed_days=row_days, look_back_days=back
        )
        ListingDay.objects.bulk_create(
            [ListingDay(shop=self.shop, day=day, listed_count=count) for day, count in known.items()]
        )
        Violation.objects.bulk_create(
            [
                Violation(
                    shop=self.shop, key=str(place), number=f"VL{place}", policy=self.kind, kind="trial", at=at,
                    severity="major" if major else "minor", status="reversed" if gone else "standing",
                    reversed_at=now if gone else None, created_at=now,
                )
                for place, (at, major, gone) in enumerate(violations)
            ]
        )  # fmt: skip
        if until is not None:
            Restriction.objects.create(shop=self.shop, reason="phone_change", since=now - 3 * ONE, until=until)

"""Past days come from a table: looked at first, written once, a higher recorded count never replaced in passing."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from foundation.accounts import access
from foundation.accounts.tests.factories import make_reviewer, make_shop
from foundation.audit.models import Entry
from foundation.catalog import services
from foundation.catalog.beat import record_listing_day
from foundation.catalog.day_import import decoded, import_days, plan
from foundation.catalog.models import ListingDay
from foundation.catalog.services import Wanted
from foundation.jobs.beat import ENTRIES
from foundation.lifecycle import clock
from foundation.lifecycle.errors import Invalid

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 31, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
HEAD = "shop,day,listed products\n"


@pytest.fixture
def operator(db):
    return make_reviewer("operator", access.OPERATIONS)


def counts():
    return {(row.shop.code, str(row.day)): row.listed_count for row in ListingDay.objects.select_related("shop")}


def outcome(rows):
    return [row.becomes for row in rows]


def write(text, **said):
    return import_days(HEAD + text, **{"lower": False, "by": None, "now": NOW, **said})


class TestRows:
    def test_a_shop_is_named_by_code_or_by_id_and_days_in_any_usual_writing(self, shop):
        text = f"{shop.code},2026-03-01,5\n{shop.number},2026/3/2,6\n\n{shop.code},2026年3月3日,0\n"
        assert outcome(write(text)) == ["new", "new", "new"]
        assert counts() == {("qinghe", "2026-03-01"): 5, ("qinghe", "2026-03-02"): 6, ("qinghe", "2026-03-03"): 0}

    def test_what_is_wrong_is_said_row_by_row_and_the_rest_goes_in(self, shop):
        text = "nobody,2026-03-01,1\nqinghe,2026-02-30,1\nqinghe,2026-03-31,1\nqinghe,2026-03-01,-1\nqinghe,2026-03-01,many\n"
        text += "qinghe,2026-03-02,1\nqinghe,2026-03-02,2\nqinghe,2026-03-04,²\n"
        rows = write(text)
        assert outcome(rows) == ["refused"] * 5 + ["new", "refused", "refused"]
        said = " ".join(row.why_not for row in rows)
        for part in ("“nobody”", "“2026-02-30” is no day", "2026-03-31 is not over yet", "“-1” is no number", "Row 7"):
            assert part in said, part
        assert counts() == {("qinghe", "2026-03-02"): 1}

    def test_today_is_shanghais(self, shop):
        before_midnight = datetime(2026, 3, 31, 23, 59, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
        text = HEAD + "qinghe,2026-03-31,1\n"
        assert outcome(plan(text, now=before_midnight)) == ["refused"]
        assert outcome(plan(text, now=datetime(2026, 4, 1, tzinfo=ZoneInfo("Asia/Shanghai")))) == ["new"]

    def test_twice_is_once(self, shop):
        write("qinghe,2026-03-01,5\n")
        told = Entry.objects.count()
        assert outcome(write("qinghe,2026-03-01,5\n")) == ["same"]
        assert Entry.objects.count() == told and ListingDay.objects.count() == 1

    def test_a_higher_recorded_count_is_kept_unless_that_was_said(self, shop):
        write("qinghe,2026-03-01,5\nqinghe,2026-03-02,5\n")
        rows = write("qinghe,2026-03-01,0\nqinghe,2026-03-02,9\n")
        assert [(row.becomes, row.was) for row in rows] == [("kept", 5), ("raised", 5)]
        assert list(counts().values()) == [5, 9]
        assert outcome(write("qinghe,2026-03-01,0\n", lower=True)) == ["lowered"]
        assert counts()["qinghe", "2026-03-01"] == 0

    def test_it_is_recorded_per_shop_and_per_replaced_count(self, shop, operator):
        make_shop("other")
        write("qinghe,2026-03-01,5\nqinghe,2026-03-09,5\nother,2026-03-02,1\n", by=operator)
        lines = Entry.objects.filter(verb="catalog.days_imported", actor_id=operator.pk)
        assert sorted((line.data["count"], line.data["first"], line.data["last"]) for line in lines) == [
            (1, "2026-03-02", "2026-03-02"), (2, "2026-03-01", "2026-03-09"),
        ]  # fmt: skip
        write("qinghe,2026-03-01,7\n", by=operator)
        one = Entry.objects.get(verb="catalog.day_replaced")
        assert (one.shop_id, one.data) == (shop.pk, {"day": "2026-03-01", "was": 5, "count": 7})

    def test_the_dry_run_writes_nothing_and_says_the_same(self, shop):
        write("qinghe,2026-03-01,5\n")
        text = "qinghe,2026-03-01,2\nqinghe,2026-03-02,2\nqinghe,x,2\n"
        looked = outcome(plan(HEAD + text, now=NOW))
        assert ListingDay.objects.count() == 1
        assert looked == outcome(write(text)) == ["kept", "new", "refused"]

    def test_a_year_of_a_shop_costs_a_few_statements(self, shop, django_assert_max_num_queries):
        days = "".join(f"qinghe,{date.fromordinal(739000 + n)},3\n" for n in range(400))
        with django_assert_max_num_queries(12):
            assert outcome(write(days)) == ["new"] * 400

    @pytest.mark.parametrize(
        ("text", "said"),
        [("", "no column"), ("shop,count\n", "Day"), (HEAD, "no rows"), (HEAD + "a,b,c\n" * 5_001, "5,000")],
    )
    def test_what_is_no_table_is_refused_whole(self, shop, text, said):
        with pytest.raises(Invalid, match=said):
            plan(text, now=NOW)

    def test_utf_8_and_gbk_are_read_and_nothing_else(self):
        assert decoded("\ufeff店铺".encode()) == decoded("店铺".encode("gbk")) == "店铺"
        for raw in (b"\xff\xfe\x00\x81", b"x" * (1024 * 1024 + 1)):
            with pytest.raises(Invalid):
                decoded(raw)


class TestPage:
    @pytest.fixture
    def page(self, operator, sign_in_in_english):
        client, url = sign_in_in_english(operator), reverse("admin:catalog_import_days")
        return lambda **said: client.post(url, said) if said else client.get(url)

    def test_look_then_write(self, shop, page):
        assert page().status_code == 200
        with clock.fixed(NOW):
            looked = page(file=SimpleUploadedFile("days.csv", (HEAD + "qinghe,2026-03-01,5\nqinghe,x,1\n").encode()))
            assert looked.status_code == 200 and not ListingDay.objects.exists()
            assert 'data-count="new">1' in looked.text and 'data-count="refused">1' in looked.text
            done = page(do="import", text=looked.context["text"])
        assert "1 day was written" in done.text and counts() == {("qinghe", "2026-03-01"): 5}

    def test_a_kept_count_offers_to_look_again(self, shop, page):
        ListingDay.objects.create(shop=shop, day=date(2026, 3, 1), listed_count=9)
        with clock.fixed(NOW):
            looked = page(file=SimpleUploadedFile("days.csv", (HEAD + "qinghe,2026-03-01,5\n").encode()))
            assert "Look again" in looked.text and "There is nothing to write" in looked.text
            again = page(text=looked.context["text"], lower="on")
            page(do="import", text=again.context["text"], lower="on")
        assert counts() == {("qinghe", "2026-03-01"): 5}

    def test_a_file_that_is_none_is_said_and_what_was_typed_is_escaped(self, shop, page):
        assert page(file=SimpleUploadedFile("days.csv", b"a,b\n1,2\n")).status_code == 422
        answer = page(file=SimpleUploadedFile("days.csv", (HEAD + "<script>,2026-03-01,5\n").encode()))
        assert "<script>,2026" not in answer.text and "&lt;script&gt;" in answer.text

    def test_operations_alone(self, sign_in):
        client = sign_in(make_reviewer("reviewer", access.REVIEW_WORK_ORDERS))
        assert client.get(reverse("admin:catalog_import_days")).status_code == 403
        assert client.get(reverse("admin:catalog_import_days_template")).status_code == 403


def test_the_last_look_before_midnight_counts_for_the_day_that_ends(shop):
    """Put on the shelf after the hour's look at 23:30, seen at 23:55: the day was listed."""
    services.record_listing_day(now=datetime(2026, 3, 31, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert counts() == {("qinghe", "2026-03-31"): 0}
    services.ensure_products(shop, [Wanted("P1", "毛巾")], now=NOW)
    entry = ENTRIES["every-night-before-midnight-record-what-shops-list"]
    assert (entry.every.hour, entry.every.minute, entry.run) == ({23}, {55}, record_listing_day)
    last_look = datetime(2026, 3, 31, 23, 55, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert entry.run(last_look) == {"changed": 1} and entry.run(last_look) == {"changed": 0}
    assert counts() == {("qinghe", "2026-03-31"): 1}

"""The statement page 结算管理: account, movement and period; balances that join line by line; who may see it."""

import csv
import io
import re
from datetime import timedelta

import openpyxl
import pytest

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.files.services import open_document
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.ledger import services
from foundation.ledger.services import Draw, Posting
from foundation.lifecycle import clock
from foundation.lifecycle.deadlines import SHANGHAI
from foundation.lists import files
from foundation.shell.urls_for import shop_url

from . import books

pytestmark = pytest.mark.django_db


def _book(shop, days: int, amount: int, key: str):
    """Income (or, negative, a refund) booked that many days before NOW."""
    at = books.NOW - timedelta(days=days)
    if amount > 0:
        return services.post(Posting(key, "topup", shop.pk, amount), by=None, now=at)
    return services.draw(Draw(key, "refund", shop.pk, -amount), by=None, now=at)


@pytest.fixture
def year(shop):
    """Booked out of the order of their times, as an import does."""
    _book(shop, 400, 100_000, "topup:1")
    _book(shop, 2, -1_000, "refund:1")
    _book(shop, 20, 5_000, "topup:2")
    _book(shop, 1, 700, "topup:3")
    _book(shop, 100, -300, "refund:2")
    return shop


@pytest.fixture
def export(year, owner, sign_in):
    """A function: the page's query string → the rows of its file."""

    def exported(query: str = "", form: str = "csv"):
        said = {"scope": "all", "list_query": query, "format": form}
        with clock.fixed(books.NOW):
            return sign_in(owner).post(shop_url(year, "lists:export", list="statement"), said)

    return exported


def _table(response) -> list[list[str]]:
    text = response.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


@pytest.fixture
def look(year, owner, sign_in):
    def page(query: str = "", name: str = "ledger:statement"):
        with clock.fixed(books.NOW):
            return sign_in(owner).get(shop_url(year, name) + query)

    return page


def _lines(response) -> list[tuple[int, int]]:
    return [(line.amount_minor, line.balance_minor) for line in response.context["statement"].lines]


NEWEST_FIRST = [(700, 104_400), (-1_000, 103_700), (5_000, 104_700), (-300, 99_700), (100_000, 100_000)]


def test_lines_run_by_time_and_balances_join(look):
    response = look()
    assert response.status_code == 200
    assert _lines(response) == NEWEST_FIRST
    assert response.context["statement"].figures == {"opening": 0, "closing": 104_400}
    assert "¥1,044.00" in response.content.decode()


def test_oldest_first_shows_the_same_balances(look):
    assert _lines(look("?sort=at")) == NEWEST_FIRST[::-1]


def test_a_period_opens_with_what_was_there_before(look):
    response = look("?period=30d")
    figures = response.context["statement"].figures
    assert (figures["opening"], figures["closing"]) == (99_700, 104_400)
    assert (figures["taken_in"], figures["paid_out"]) == (5_700, -1_000)
    assert _lines(response) == NEWEST_FIRST[:3]


def test_days_are_shanghai_days_and_both_ends_count(look):
    day = (books.NOW - timedelta(days=20)).date().isoformat()
    response = look(f"?booked_from={day}&booked_to={day}")
    figures = response.context["statement"].figures
    assert _lines(response) == [NEWEST_FIRST[2]]
    assert (figures["opening"], figures["closing"]) == (99_700, 104_700)


def test_one_movement_keeps_the_true_balance_beside_each_line(look):
    response = look("?movement=topup")
    assert _lines(response) == [line for line in NEWEST_FIRST if line[0] > 0]
    assert _lines(look("?movement=refund&sort=at")) == [line for line in NEWEST_FIRST[::-1] if line[0] < 0]


@pytest.mark.parametrize("query", ["", "?period=1y", "?movement=topup"])
def test_every_page_of_a_long_statement_joins_the_next(shop, owner, sign_in, query):
    for number in range(60):
        _book(shop, number % 7, 100 + number, f"topup:{number}")
    client, url, seen = sign_in(owner), shop_url(shop, "ledger:statement") + query, []
    with clock.fixed(books.NOW):
        while url:
            response = client.get(url)
            seen += response.context["statement"].lines
            following = response.context["page"].next_url
            url = shop_url(shop, "ledger:statement") + following if following else ""
    assert len(seen) == 60
    assert seen[0].balance_minor == services.balances(shop)["settlement"]
    for newer, older in zip(seen, seen[1:], strict=False):
        assert newer.balance_minor - newer.amount_minor == older.balance_minor
    assert seen[-1].balance_minor == seen[-1].amount_minor


def test_the_middle_page_going_back_says_the_same(shop, owner, sign_in):
    for number in range(60):
        _book(shop, number % 7, 100 + number, f"topup:{number}")
    client, base = sign_in(owner), shop_url(shop, "ledger:statement")
    middle = client.get(base + client.get(base).context["page"].next_url).context
    last = client.get(f"{base}?last=1").context
    back = client.get(base + last["page"].previous_url).context
    known = {line.pk: line.balance_minor for line in middle["statement"].lines}
    again = {line.pk: line.balance_minor for line in [*back["statement"].lines, *last["statement"].lines]}
    assert known.keys() & again.keys()
    assert all(known[pk] == again[pk] for pk in known.keys() & again.keys())


def test_another_account_is_another_statement(look, year):
    services.draw(Draw("refund:9", "refund", year.pk, 200_000), by=None, now=books.NOW)
    response = look("?tab=debt")
    assert _lines(response) == [(-95_600, -95_600)]
    assert "−¥956.00" in response.content.decode()
    assert response.context["restrictions"][0].reason == "debt"


@pytest.mark.parametrize(
    "query",
    ["?tab=no", "?movement=no", "?period=no", "?booked_from=9999-99-99", "?after=x", "?before=1.1", "?last=1",
     "?booked_from=2026-12-01&booked_to=2026-01-01", "?sort=amount", "?size=100000", "?tab=%00", "?filters=1"],
)  # fmt: skip
def test_nonsense_in_the_url_is_a_page(look, query):
    assert look(query).status_code == 200


def test_queries_do_not_grow_with_rows(year, owner, sign_in, django_assert_max_num_queries):
    client, url = sign_in(owner), shop_url(year, "ledger:statement")
    client.get(url)
    with django_assert_max_num_queries(7) as few:
        client.get(url)
    for number in range(30):
        _book(year, 3, 100, f"topup:more-{number}")
    with django_assert_max_num_queries(len(few)):
        client.get(url)


def test_the_export_says_what_the_page_says(export):
    response = export("period=30d")
    assert [row[3:5] for row in _table(response)[1:]] == [
        ["", "997.00"], ["50.00", "1047.00"], ["-10.00", "1037.00"], ["7.00", "1044.00"], ["", "1044.00"],
    ]  # fmt: skip
    assert re.fullmatch(r'attachment; filename="qinghe-statement-\d{8}-\d{4}\.csv"', response["Content-Disposition"])


def test_the_workbook_says_the_same_in_numbers(export):
    sheet = openpyxl.load_workbook(io.BytesIO(export("period=30d", "xlsx").content)).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[3:5] for row in rows] == [(None, 997), (50, 1047), (-10, 1037), (7, 1044), (None, 1044)]
    assert rows[1][0].replace(tzinfo=SHANGHAI) == (books.NOW - timedelta(days=20)).replace(microsecond=0)


def test_the_export_of_one_movement_keeps_true_balances(export):
    amounts = [row[3:5] for row in _table(export("movement=refund"))[2:-1]]
    assert amounts == [["-3.00", "997.00"], ["-10.00", "1037.00"]]


def test_an_account_nobody_booked_on_opens_and_closes_at_zero(export):
    assert [row[4] for row in _table(export("tab=debt"))[1:]] == ["0.00", "0.00"]


def test_a_long_statement_is_written_by_a_job(export, monkeypatch, settings, tmp_path):
    settings.HOUTAI_VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    monkeypatch.setattr(files, "AT_ONCE", 3)
    monkeypatch.setattr("foundation.lists.export.CHUNK", 2)
    assert export().status_code == 302
    job = jobs.run_to_end(Job.objects.get(kind=files.KIND).pk)
    with open_document(job.output_file) as content:
        rows = list(csv.reader(io.StringIO(content.read().decode("utf-8-sig"))))[1:]
    assert [row[4] for row in rows] == ["0.00", "1000.00", "997.00", "1047.00", "1037.00", "1044.00", "1044.00"]


def test_notes_never_become_formulas(year, export):
    services.post(Posting("topup:9", "topup", year.pk, 5, note='=HYPERLINK("x")'), by=None, now=books.NOW)
    assert any(cell.startswith("'=HYPERLINK") for row in _table(export()) for cell in row)


@pytest.mark.parametrize("role", ["service", "warehouse"])
def test_the_file_is_for_who_may_see_the_page(year, sign_in, role):
    client = sign_in(make_member(year, role, f"no-{role}"))
    assert client.post(shop_url(year, "lists:export", list="statement")).status_code == 403


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("administrator", 200), ("finance", 200),
                                              ("service", 403), ("warehouse", 403)])  # fmt: skip
def test_money_is_for_owner_administrator_and_finance(shop, sign_in, role, status):
    client = sign_in(make_member(shop, role, f"someone-{role}"))
    assert client.get(shop_url(shop, "ledger:statement")).status_code == status


def test_another_shops_statement_does_not_exist(year, sign_in):
    stranger = make_member(make_shop("other"), "owner")
    assert sign_in(stranger).get(shop_url(year, "ledger:statement")).status_code == 404


def test_it_only_looks(look, year, owner, sign_in):
    assert sign_in(owner).post(shop_url(year, "ledger:statement")).status_code == 405

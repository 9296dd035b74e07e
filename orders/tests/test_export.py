"""The order list as a file: exactly what is on the screen, harmless, typed; private, short-lived and recorded."""

import csv
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.db import connection
from django.http import QueryDict

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from foundation.jobs import folders
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.lifecycle import clock
from foundation.lists import files, registry
from foundation.lists.export import write_csv
from foundation.lists.models import Kind, SavedView
from foundation.shell.urls_for import shop_url
from orders.models import Order

from .factories import make_order, make_orders

pytestmark = pytest.mark.django_db
SHOWN = [
    "Order number", "Goods", "Pieces", "Paid", "Refunded", "Buyer", "Phone", "Order state", "After-sale state",
    "Open work orders", "Dispute refund", "Carrier", "Tracking number", "Placed", "Flag", "Staff note", "Buyer remark",
]  # fmt: skip


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    settings.HOUTAI_VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def client(sign_in, owner):
    return in_english(sign_in(owner))


def in_english(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def ask(client, shop):
    def asked(form="csv", **said):
        return client.post(shop_url(shop, "lists:export", list="orders"), {"format": form, **said})

    return asked


def table_of(content: bytes) -> list[dict[str, str]]:
    text = content.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


def sheet_of(content: bytes) -> list[dict]:
    head, *rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()
    return [{name.value: cell for name, cell in zip(head, row, strict=True)} for row in rows]


def test_the_columns_are_those_of_the_screen_in_their_order(ask, shop, owner, now):
    make_order(shop, now)
    assert list(table_of(ask().content)[0]) == SHOWN
    SavedView.objects.create(owner=owner, list_key="orders", kind=Kind.LAYOUT, columns=["placed", "paid"], updated_at=now)
    assert list(table_of(ask().content)[0]) == ["Order number", "Placed", "Paid", "Refunded"]


def test_rows_are_those_of_tab_search_and_filters_in_the_lists_order(ask, shop, now):
    make_orders(shop, 30, now)
    dear = make_orders(shop, 40, now, paid_minor=99_900, lines=())
    make_orders(shop, 10, now, status="shipped", signed_at=None, paid_minor=99_900, lines=())
    rows = table_of(ask(list_query="tab=signed&paid_min=500&sort=placed").content)
    assert [row["Order number"] for row in rows] == [order.number for order in dear]


def test_ticked_rows_only_unless_all_that_match_are_meant(ask, shop, now):
    orders = make_orders(shop, 40, now)
    ticked = [order.number for order in orders[:3]]
    assert [row["Order number"] for row in table_of(ask(id=ticked).content)] == ticked[::-1]
    assert len(table_of(ask(id=ticked, scope="all").content)) == 40
    assert len(table_of(ask().content)) == 40


def test_rows_of_the_same_moment_are_neither_lost_nor_doubled(ask, shop, now, monkeypatch):
    monkeypatch.setattr("foundation.lists.export.CHUNK", 7)
    orders = make_orders(shop, 40, now, placed_at=now - timedelta(days=1))
    numbers = [row["Order number"] for row in table_of(ask(list_query="sort=-placed").content)]
    assert numbers == [order.number for order in orders][::-1]


def test_a_workbook_is_typed(ask, shop, now):
    at = datetime(2026, 2, 20, 15, 59, 54, tzinfo=UTC)
    make_order(shop, now, number="123456789012345678", placed_at=at, paid_minor=123_456, lines=())
    [row] = sheet_of(ask("xlsx").content)
    assert (row["Order number"].value, row["Order number"].data_type) == ("123456789012345678", "s")
    assert (row["Paid"].value, row["Paid"].data_type) == (1234.56, "n")
    assert row["Placed"].is_date and row["Placed"].value.isoformat() == "2026-02-20T23:59:54"
    assert row["Dispute refund"].value == "No"


def test_csv_says_yuan_and_shanghai_time_and_keeps_long_numbers(ask, shop, now):
    at = datetime(2026, 2, 20, 15, 59, 54, 999_999, tzinfo=UTC)
    make_order(shop, now, number="123456789012345678", placed_at=at, paid_minor=5, lines=())
    [row] = table_of(ask().content)
    assert (row["Paid"], row["Placed"]) == ("0.05", "2026-02-20 23:59:54")
    assert row["Order number"] == "123456789012345678\t", "a tab keeps a spreadsheet from rounding it"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("sign", list("=+-@\t\r＝＋－＠"))
def test_no_cell_is_a_formula(ask, shop, now, form, sign):
    make_order(shop, now, number=f"N{ord(sign)}", buyer_remark=f"{sign}HYPERLINK(1)")
    Order.objects.update(staff_note=f"{sign}cmd|'/c calc'!A0", item_title=f"{sign}1+1", carrier=f"{sign}x")
    content = ask(form).content
    rows = table_of(content) if form == "csv" else [{k: v.value for k, v in row.items()} for row in sheet_of(content)]
    for name in ("Buyer remark", "Staff note", "Goods", "Carrier"):
        assert rows[0][name].startswith(f"'{sign}") or rows[0][name][0] not in "=+-@\t\r＝＋－＠", name


def test_buyers_stay_masked(ask, shop, now):
    make_order(shop, now)
    [row] = table_of(ask().content)
    assert (row["Buyer"], row["Phone"]) == ("张**", "138****1234")


def test_an_empty_list_is_a_file_with_a_header(ask):
    assert ask().content.decode().splitlines()[0].startswith("\ufeffOrder number")
    assert sheet_of(ask("xlsx").content) == []


def test_each_export_is_recorded(ask, shop, owner, now):
    make_orders(shop, 3, now)
    ask("xlsx")
    entry = Entry.objects.get(verb="lists.exported")
    assert (entry.shop_id, entry.actor_id) == (shop.pk, owner.pk)
    assert entry.data == {"list": "Orders", "rows": 3, "columns": ", ".join(SHOWN), "format": "XLSX"}


@pytest.fixture
def long(ask, shop, now, monkeypatch):
    """A function: format → the finished job of an export too long for a request."""
    monkeypatch.setattr(files, "AT_ONCE", 20)
    make_orders(shop, 60, now)

    def exported(form="csv", **said):
        answer = ask(form, **said)
        assert answer.status_code == 302, "above the limit a job writes it"
        return jobs.run_to_end(Job.objects.filter(kind=files.KIND).latest("pk").pk)

    return exported


def fetched(client, shop, stored):
    answer = client.get(shop_url(shop, "files:file", uuid=stored.uuid))
    return b"".join(answer.streaming_content) if answer.status_code == 200 else answer.status_code


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_long_one_is_written_by_a_job(long, client, shop, form, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = long(form, list_query="sort=placed")
    assert (job.status, job.done, job.total) == ("done", 60, 60)
    content = fetched(client, shop, job.output_file)
    rows = table_of(content) if form == "csv" else sheet_of(content)
    assert len(rows) == 60 and list(rows[0]) == SHOWN
    assert Entry.objects.get(verb="lists.exported").data["rows"] == 60
    assert not (folders.root() / job.number / f"60.{form}").exists()


def test_asked_twice_it_is_written_once(ask, shop, now, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE", 20)
    make_orders(shop, 60, now)
    assert ask().url == ask().url
    assert ask("xlsx").url != ask().url
    assert Job.objects.filter(kind=files.KIND).count() == 2


def test_the_columns_are_those_of_the_moment_it_was_asked(ask, shop, owner, now, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE", 20)
    make_orders(shop, 60, now)
    ask()
    SavedView.objects.create(owner=owner, list_key="orders", kind=Kind.LAYOUT, columns=["paid"], updated_at=now)
    job = jobs.run_to_end(Job.objects.get(kind=files.KIND).pk)
    with files.stored_files.open_document(job.output_file) as content:
        assert list(table_of(content.read())[0]) == SHOWN


def test_a_killed_worker_costs_time_and_nothing_else(long, ask, shop, now, monkeypatch):
    ask()
    job = Job.objects.get(kind=files.KIND)
    record = files._record

    def dies(*args, **said):
        raise RuntimeError("killed before the end")

    monkeypatch.setattr(files, "_record", dies)
    assert jobs.run_chunk(job.pk, now=now) == "skipped"
    monkeypatch.setattr(files, "_record", record)
    for path in folders.of(job.number).iterdir():
        path.unlink()
    assert jobs.run_chunk(job.pk, now=now + timedelta(minutes=1)) == "finished"
    job.refresh_from_db()
    assert job.done == 60 and Entry.objects.filter(verb="lists.exported").count() == 1


def test_only_who_asked_and_the_leaders_open_the_file(shop, now, sign_in, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE", 20)
    make_orders(shop, 60, now)
    people = {role: make_member(shop, role, f"a-{role}") for role in ("administrator", "service", "finance", "warehouse")}
    asker = sign_in(make_member(shop, "service", "asker"))
    asker.post(shop_url(shop, "lists:export", list="orders"), {"format": "csv"})
    stored = jobs.run_to_end(Job.objects.get(kind=files.KIND).pk).output_file
    assert isinstance(fetched(asker, shop, stored), bytes)
    opened = {role: isinstance(fetched(sign_in(user), shop, stored), bytes) for role, user in people.items()}
    assert opened == {"administrator": True, "service": False, "finance": False, "warehouse": False}
    stranger = sign_in(make_member(make_shop("other"), "owner"))
    assert fetched(stranger, shop, stored) == 404


def test_after_a_day_the_file_is_gone_and_sweeping_again_changes_nothing(long, client, shop):
    stored = long().output_file
    later = stored.expires_at
    assert files.sweep(later - timedelta(seconds=1)) == {"swept": 0}
    with clock.fixed(later):
        assert fetched(client, shop, stored) == 404, "closed on time, swept or not"
        assert files.sweep(later) == {"swept": 1}
        assert files.sweep(later) == {"swept": 0}
    assert fetched(client, shop, stored) == 410


def test_more_than_a_workbook_holds_is_refused_with_a_sentence(ask, shop, now, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE", 20)
    monkeypatch.setattr(files, "MOST_SHEET_ROWS", 50)
    make_orders(shop, 60, now)
    answer = ask("xlsx")
    assert answer.status_code == 422 and "at most 50 rows" in answer.content.decode()
    assert ask("csv").status_code == 302


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("finance", 200), ("service", 200), ("warehouse", 403)])
def test_the_warehouse_downloads_no_lists(shop, sign_in, role, status):
    client = sign_in(make_member(shop, role, f"the-{role}"))
    assert client.post(shop_url(shop, "lists:export", list="orders")).status_code == status


def test_another_shops_rows_are_never_in_the_file(ask, now):
    foreign = make_order(make_shop("other"), now, number="FOREIGN-1")
    assert "FOREIGN-1" not in ask(id=[foreign.number]).content.decode()
    assert "FOREIGN-1" not in ask(scope="all").content.decode()


@pytest.mark.parametrize("said", [
    {"format": "exe"}, {"list_query": "after=x&tab=\x00&q=%00"}, {"list_query": "&&=&" * 2000}, {"id": ["\x00", "9" * 9000]},
    {"scope": "all", "list_query": "placed_from=9999-99-99&paid_min=NaN"},
])  # fmt: skip
def test_nonsense_is_a_file_too(client, shop, said):
    assert client.post(shop_url(shop, "lists:export", list="orders"), said).status_code in (200, 400)


def test_memory_stays_flat_because_rows_are_read_in_chunks(ask, shop, now, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr("foundation.lists.export.CHUNK", 10)
    make_orders(shop, 60, now)
    with django_assert_max_num_queries(30) as queries:
        ask("xlsx")
    assert sum("LIMIT 10" in query["sql"] for query in queries) == 7


def test_a_csv_is_one_moment_s_truth(shop, now, owner, monkeypatch):
    monkeypatch.setattr("foundation.lists.export.CHUNK", 10)
    orders = make_orders(shop, 30, now)
    stream = io.StringIO()

    def report(_rows):
        Order.objects.filter(pk__in=[order.pk for order in orders]).update(staff_note="later")

    write_csv(registry.get("orders").query(shop, QueryDict(), now, user=owner), stream, report=report)
    if connection.vendor == "postgresql":
        assert "later" not in stream.getvalue()
    assert stream.getvalue().count("\r\n") == 31


def test_the_fourth_unfinished_export_of_a_person_is_refused(ask, shop, now, sign_in, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE", 20)
    make_orders(shop, 60, now)
    first = ask(list_query="sort=placed")
    assert [ask(list_query=f"sort=paid&size={size}").status_code for size in (25, 50)] == [302, 302]
    answer = ask("xlsx")
    assert answer.status_code == 409 and "Wait for one of them" in answer.content.decode()
    assert Job.objects.filter(kind=files.KIND).count() == files.MOST_UNFINISHED == 3
    assert ask(list_query="sort=placed").url == first.url, "the same again is no fourth"
    colleague = sign_in(make_member(shop, "administrator", "colleague"))
    assert colleague.post(shop_url(shop, "lists:export", list="orders"), {"format": "xlsx"}).status_code == 302
    jobs.run_to_end(Job.objects.filter(kind=files.KIND).earliest("pk").pk)
    assert ask("xlsx").status_code == 302

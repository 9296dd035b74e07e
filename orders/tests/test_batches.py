"""Flag and note over many orders: which rows, confirmed how, refused why; more rows than a page throughout."""

import csv
import io
import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.lists import batches, selection
from foundation.lists.models import Batch
from foundation.shell.urls_for import shop_url
from orders import services
from orders.models import Order

from .factories import make_order, make_orders

pytestmark = pytest.mark.django_db
ROWS = 60  # a page is 25


@pytest.fixture
def sixty(shop, now):
    return make_orders(shop, ROWS, now)


@pytest.fixture
def client(sign_in_in_english, owner):
    return sign_in_in_english(owner)


@pytest.fixture
def ask(client, shop):
    """A function: verb and form → the answer of the batch address."""

    def asked(verb, **form):
        return client.post(shop_url(shop, "lists:batch", list="orders", verb=verb), form)

    return asked


@pytest.fixture
def confirm(ask):
    """A function: look at the preview first, then confirm what it showed."""

    def confirmed(verb, said, **form):
        preview = ask(verb, **form)
        assert preview.status_code == 200
        shown = {name: preview.context[name] for name in ("set_hash", "request_key")}
        return ask(verb, **form, **shown, **said)

    return confirmed


def flags(shop):
    return sorted(Order.objects.for_shop(shop).exclude(flag="").values_list("number", flat=True))


ALL = {"scope": "all", "list_query": ""}


def test_the_preview_says_how_many_and_how_much_and_writes_nothing(ask, shop, sixty):
    answer = ask("flag", **ALL)
    assert answer.status_code == 200
    assert (answer.context["count"], answer.context["sum_minor"]) == (ROWS, ROWS * 12_500)
    assert "60 rows" in answer.content.decode() and "¥7,500.00" in answer.content.decode()
    assert not flags(shop) and not Job.objects.filter(kind=batches.KIND).exists()


@pytest.mark.parametrize(
    ("verb", "said", "changed"),
    [
        ("flag", {"flag": "red"}, {"flag": "red"}),
        ("note", {"note": "Call back", "how": "append"}, {"staff_note": "Call back"}),
        ("note", {"note": "Call back", "how": "replace"}, {"staff_note": "Call back"}),
    ],
)
def test_all_that_match_means_every_page_not_the_visible_one(confirm, shop, sixty, verb, said, changed):
    answer = confirm(verb, said, **ALL)
    assert answer.status_code == 302
    assert Order.objects.for_shop(shop).filter(**changed).count() == ROWS
    job = Job.objects.get(kind=batches.KIND)
    assert (job.status, job.result) == ("done", {"taken": ROWS, "refused": 0})


def test_ticked_rows_are_those_and_no_others(confirm, shop, sixty):
    ticked = [order.number for order in sixty[:3]]
    confirm("flag", {"flag": "blue"}, id=ticked, list_query="tab=all")
    assert flags(shop) == sorted(ticked)


def test_all_stays_inside_the_tab_the_search_and_the_filters(confirm, shop, now):
    make_orders(shop, 40, now)
    dear = make_orders(shop, 30, now, paid_minor=99_900, lines=())
    make_orders(shop, 30, now, status="shipped", signed_at=None, paid_minor=99_900, lines=())
    confirm("flag", {"flag": "green"}, scope="all", list_query="tab=signed&paid_min=500")
    assert flags(shop) == sorted(order.number for order in dear)


def test_all_of_a_search_is_what_was_found(confirm, shop, sixty):
    wanted = [order.number for order in sixty[5:35]]
    confirm("flag", {"flag": "red"}, scope="all", list_query=f"q={'+'.join(wanted)}")
    assert flags(shop) == sorted(wanted)


def test_a_set_that_changed_is_refused_with_a_fresh_preview(ask, shop, sixty, now):
    first = ask("flag", **ALL).context
    make_order(shop, now)
    answer = ask("flag", **ALL, flag="red", set_hash=first["set_hash"], request_key=first["request_key"])
    assert answer.status_code == 409
    assert answer.context["count"] == ROWS + 1 and not flags(shop)
    fresh = answer.context
    again = ask("flag", **ALL, flag="red", set_hash=fresh["set_hash"], request_key=fresh["request_key"])
    assert again.status_code == 302 and len(flags(shop)) == ROWS + 1


def test_a_form_that_says_nothing_is_asked_again(confirm, shop, sixty):
    answer = confirm("note", {"note": "", "how": "append"}, **ALL)
    assert answer.status_code == 422
    assert answer.context["form"].errors["note"]
    assert not Order.objects.for_shop(shop).exclude(staff_note="").exists()


def test_another_shops_numbers_are_not_selected_and_not_echoed(ask, confirm, shop, sixty, now):
    foreign = make_order(make_shop("other"), now, number="FOREIGN-1")
    answer = ask("flag", id=[sixty[0].number, foreign.number, "NO-SUCH"])
    assert answer.context["count"] == 1 and answer.context["selection"].missing == 2
    assert "2 ticked rows are not in this list" in answer.content.decode()
    confirm("flag", {"flag": "red"}, id=[sixty[0].number, foreign.number])
    foreign.refresh_from_db()
    assert foreign.flag == "" and flags(shop) == [sixty[0].number]
    only = ask("flag", id=[foreign.number])
    assert only.status_code == 422 and "FOREIGN-1" not in only.content.decode()


def test_nothing_ticked_is_refused_with_a_sentence(ask, sixty):
    answer = ask("flag")
    assert answer.status_code == 422 and "No row is selected" in answer.content.decode()


def test_a_double_click_does_it_once(ask, shop, sixty):
    shown = ask("note", **ALL).context
    form = {**ALL, "note": "Once", "how": "append", "set_hash": shown["set_hash"], "request_key": shown["request_key"]}
    first, second = ask("note", **form), ask("note", **form)
    assert first.url == second.url
    assert Job.objects.filter(kind=batches.KIND).count() == 1
    assert Entry.objects.filter(verb="orders.noted").count() == ROWS


def test_more_rows_than_a_batch_takes_are_refused_with_a_sentence(ask, sixty, monkeypatch):
    monkeypatch.setattr(selection, "MOST_ROWS", 50)
    answer = ask("flag", **ALL)
    assert answer.status_code == 422 and "At most 50 rows" in answer.content.decode()


def test_long_batches_are_a_job_with_progress(confirm, shop, sixty, client, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 20)
    answer = confirm("flag", {"flag": "red"}, **ALL)
    job = Job.objects.get(kind=batches.KIND)
    assert (job.status, flags(shop)) == ("queued", [])
    assert "Waiting to start" in client.get(answer.url).content.decode()
    jobs.run_to_end(job.pk)
    page = client.get(answer.url)
    assert page.context["taken"] == ROWS and len(flags(shop)) == ROWS


@pytest.fixture
def in_tens(monkeypatch):
    """Chunks of ten rows, run by hand."""
    monkeypatch.setattr(batches, "AT_ONCE", 0)
    found = batches.verb_of
    monkeypatch.setattr(batches, "verb_of", lambda spec, key: replace(found(spec, key), chunk=10))


def test_a_killed_job_goes_on_where_it_stood(confirm, shop, sixty, in_tens, now, monkeypatch):
    confirm("note", {"note": "Hello", "how": "append"}, **ALL)
    job = Job.objects.get(kind=batches.KIND)
    jobs.run_chunk(job.pk, now=now)
    refuse = batches._refuse

    def dies(*args):
        raise RuntimeError("killed after writing")

    monkeypatch.setattr(batches, "_refuse", dies)
    assert jobs.run_chunk(job.pk, now=now + timedelta(seconds=1)) == "skipped"
    monkeypatch.setattr(batches, "_refuse", refuse)
    assert Order.objects.for_shop(shop).filter(staff_note="Hello").count() == 10
    outcomes = [jobs.run_chunk(job.pk, now=now + timedelta(minutes=1 + n)) for n in range(5)]
    assert outcomes == ["again"] * 4 + ["finished"]
    assert Entry.objects.filter(verb="orders.noted").count() == ROWS


def test_the_row_that_cannot_is_left_alone_and_the_others_go_on(confirm, shop, sixty, client, now, monkeypatch):
    full = sixty[7]
    services.add_staff_note(full.pk, note="x" * 495, flag="", by=None, now=now)
    broken = sixty[40]
    write = services.notes.record_many

    def breaks(verb, lines, **said):
        if verb == "orders.noted" and any(line.subject.pk == broken.pk for line in lines):
            raise RuntimeError("a fault of ours")
        return write(verb, lines, **said)

    monkeypatch.setattr(services.notes, "record_many", breaks)
    answer = confirm("note", {"note": "Call back", "how": "append"}, **ALL)
    page = client.get(answer.url)
    assert (page.context["taken"], page.context["refused_count"]) == (ROWS - 2, 2)
    text = page.content.decode()
    assert "longer than 500 characters" in text and "Something went wrong on our side" in text
    assert Order.objects.for_shop(shop).filter(staff_note="Call back").count() == ROWS - 2
    assert Order.objects.get(pk=broken.pk).staff_note == ""


@pytest.fixture
def with_refusals(confirm, shop, sixty, client, now):
    """The result of a note that one order had no room for."""
    services.add_staff_note(sixty[7].pk, note="x" * 495, flag="", by=None, now=now)
    return confirm("note", {"note": "Call back", "how": "append"}, **ALL).url


def test_the_refused_are_tried_again_as_a_batch_of_their_own(with_refusals, shop, sixty, client, now):
    services.add_staff_note(sixty[7].pk, note="", flag="", by=None, now=now)
    key = str(uuid.uuid4())
    first = client.post(f"{with_refusals}retry/", {"request_key": key})
    second = client.post(f"{with_refusals}retry/", {"request_key": key})
    assert first.url == second.url != with_refusals
    assert client.get(first.url).context["taken"] == 1
    assert Batch.objects.count() == 2
    assert Order.objects.for_shop(shop).filter(staff_note="Call back").count() == ROWS


def test_nothing_refused_is_nothing_to_retry(confirm, sixty, client):
    answer = confirm("flag", {"flag": "red"}, **ALL)
    assert client.post(f"{answer.url}retry/").status_code == 422


def test_the_file_names_every_row_and_what_became_of_it(with_refusals, sixty, client):
    response = client.get(f"{with_refusals}file/")
    text = response.content.decode()
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))[1:]
    assert len(rows) == ROWS
    assert [row[0] for row in rows if row[2]] == [sixty[7].number]
    assert {row[1] for row in rows} == {"Noted", "Left alone"}


def test_the_result_leads_back_to_the_filtered_list(ask, shop, sixty, client):
    here = shop_url(shop, "orders:orders") + "?tab=signed&after=1.1"
    shown = ask("flag", **ALL, next=here).context
    form = {"set_hash": shown["set_hash"], "request_key": shown["request_key"], "flag": "red", "next": shown["back"]}
    answer = ask("flag", **ALL, **form)
    assert client.get(answer.url).context["back"] == here


@pytest.mark.parametrize(("role", "status"), [("warehouse", 200), ("service", 200), ("finance", 403)])
def test_only_who_may_note_sees_and_does_it(shop, sixty, sign_in, role, status):
    client = sign_in(make_member(shop, role, f"the-{role}"))
    assert client.post(shop_url(shop, "lists:batch", list="orders", verb="flag"), ALL).status_code == status
    drawn = re.findall(r"batch/(\w+)/", client.get(shop_url(shop, "orders:orders")).content.decode())
    assert drawn == (["flag", "note"] if status == 200 else [])


def test_a_result_is_for_those_who_may_do_the_verb_and_for_this_shop(confirm, shop, sixty, sign_in):
    answer = confirm("flag", {"flag": "red"}, **ALL)
    assert sign_in(make_member(shop, "finance", "someone")).get(answer.url).status_code == 403
    stranger = make_member(make_shop("other"), "owner")
    assert sign_in(stranger).get(answer.url.replace(shop.code, "other")).status_code == 404


@pytest.mark.parametrize(("key", "verb"), [("nothing", "flag"), ("orders", "nothing"), ("workorders", "delete")])
def test_a_list_or_verb_nobody_declared_does_not_exist(client, shop, key, verb):
    assert client.post(f"/s/{shop.code}/lists/{key}/batch/{verb}/", ALL).status_code == 404


@pytest.mark.parametrize("said", [
    {"list_query": "\x00" * 9}, {"list_query": "tab=" + "9" * 5000}, {"list_query": "%ff=%00&q=%00&paid_min=NaN"},
    {"id": ["\x00", "A" * 9000, "²"]}, {"set_hash": "x", "request_key": "y"}, {"scope": "\x00"}, {"next": "//evil.test"},
    {"set_hash": "\x00", "request_key": "\x00", "flag": "pink", "note": "\x00", "how": "\x00"},
])  # fmt: skip
@pytest.mark.parametrize("verb", ["flag", "note"])
def test_nonsense_is_refused_politely(ask, sixty, verb, said):
    assert ask(verb, **{**ALL, **said}).status_code in (200, 409, 422)


def test_appending_the_same_again_changes_nothing(shop, sixty, now):
    pks = [order.pk for order in sixty]
    for _ in range(2):
        assert services.note_many(pks, note="Twice", append=True, by=None, now=now) == {}
    assert Order.objects.filter(staff_note="Twice", version=1).count() == ROWS


def test_appending_keeps_what_stands_there(shop, sixty, now):
    services.add_staff_note(sixty[0].pk, note="First", flag="red", by=None, now=now)
    services.note_many([sixty[0].pk, sixty[1].pk], note="Second", append=True, by=None, now=now)
    notes = Order.objects.filter(pk__in=[sixty[0].pk, sixty[1].pk]).order_by("pk").values_list("staff_note", "flag")
    assert list(notes) == [("First\nSecond", "red"), ("Second", "")]

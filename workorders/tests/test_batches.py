"""Many work orders at once: handed to somebody, their orders flagged and noted, exported; more rows than a page."""

import csv
import io
from datetime import timedelta

import pytest

from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.lists import batches, registry
from foundation.lists.models import Batch
from foundation.shell.urls_for import shop_url
from orders.models import Order
from orders.tests.factories import make_orders
from workorders import services
from workorders.models import WorkOrder

from .factories import ask

pytestmark = pytest.mark.django_db
ROWS = 30  # a page is 25
ALL = {"scope": "all", "list_query": "tab=to_answer"}


@pytest.fixture
def cases(shop, now):
    return [ask(shop, now, order=order) for order in make_orders(shop, ROWS, now)]


@pytest.fixture
def client(sign_in_in_english, owner):
    return sign_in_in_english(owner)


@pytest.fixture
def post(client, shop):
    def posted(verb, **form):
        return client.post(shop_url(shop, "lists:batch", list="workorders", verb=verb), form)

    return posted


@pytest.fixture
def confirm(post):
    def confirmed(verb, said, **form):
        shown = post(verb, **form).context
        return post(verb, **form, set_hash=shown["set_hash"], request_key=shown["request_key"], **said)

    return confirmed


def test_all_of_a_tab_are_handed_to_one_person(confirm, shop, cases, now):
    person = make_member(shop, "service", "helper")
    membership = person.memberships.get(shop=shop)
    confirm("assign", {"to": membership.pk}, **ALL)
    assert WorkOrder.objects.filter(assigned_to=person).count() == ROWS
    confirm("assign", {"to": ""}, **ALL)
    assert not WorkOrder.objects.filter(assigned_to=person).exists()


def test_somebody_of_another_shop_is_refused_by_the_form(confirm, cases):
    stranger = make_member(make_shop("other"), "service", "stranger")
    answer = confirm("assign", {"to": stranger.memberships.get().pk}, **ALL)
    assert answer.status_code == 422 and "stranger" not in answer.content.decode()
    assert not WorkOrder.objects.exclude(assigned_to=None).exists()


def test_closed_cases_are_left_out_with_a_reason(post, confirm, shop, cases, owner, client, now):
    gone = cases[0]
    _close(gone, now)
    every = {"scope": "all", "list_query": "tab=all"}
    preview = post("assign", **every)
    [(name, reason)] = preview.context["left_out"]
    assert (name, preview.context["count"]) == (gone.number, ROWS - 1) and "already" in reason
    answer = confirm("assign", {"to": owner.memberships.get(shop=shop).pk}, **every)
    page = client.get(answer.url)
    assert (page.context["taken"], page.context["refused_count"]) == (ROWS - 1, 1)
    assert gone.number in page.content.decode()


def _close(case, now):
    """Its clock ran out long ago."""
    services.forfeit([case.pk], now=now + timedelta(days=365))


@pytest.mark.parametrize(
    ("verb", "said", "changed"),
    [
        ("flag", {"flag": "purple"}, {"flag": "purple"}),
        ("note", {"note": "Photograph it", "how": "append"}, {"staff_note": "Photograph it"}),
    ],
)
def test_flag_and_note_go_to_the_orders(confirm, shop, cases, verb, said, changed):
    assert confirm(verb, said, **ALL).status_code == 302
    assert Order.objects.for_shop(shop).filter(**changed).count() == ROWS
    assert Job.objects.get(kind=batches.KIND).result["taken"] == ROWS


def test_a_set_that_changed_is_refused(post, shop, cases, now):
    shown = post("flag", **ALL).context
    _close(cases[0], now)
    answer = post("flag", **ALL, set_hash=shown["set_hash"], request_key=shown["request_key"], flag="red")
    assert answer.status_code == 409 and answer.context["count"] == ROWS - 1
    assert not Order.objects.for_shop(shop).exclude(flag="").exists()


@pytest.mark.parametrize(
    ("role", "verbs"), [("service", ["assign", "flag", "note"]), ("warehouse", ["flag", "note"]), ("finance", [])]
)
def test_each_role_is_offered_what_it_may_do_and_no_more(shop, cases, sign_in, role, verbs):
    client = sign_in(make_member(shop, role, f"the-{role}"))
    drawn = client.get(shop_url(shop, "workorders:work-orders")).content.decode()
    assert [verb for verb in ("assign", "flag", "note") if f"batch/{verb}/" in drawn] == verbs
    for verb in ("assign", "flag", "note"):
        status = client.post(shop_url(shop, "lists:batch", list="workorders", verb=verb), ALL).status_code
        assert status == (200 if verb in verbs else 403)


def test_the_export_is_the_tab_as_it_stands(client, shop, cases):
    answer = client.post(shop_url(shop, "lists:export", list="workorders"), {"list_query": "tab=to_answer", "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode()[1:])))
    due = WorkOrder.objects.order_by("due_at", "pk")
    assert [row["Work order"] for row in rows] == list(due.values_list("number", flat=True))
    assert rows[0]["At stake"] == "125.00"


def test_a_form_sent_again_to_another_shop_does_nothing_there(confirm, post, sign_in, owner, shop, cases, now):
    confirm("flag", {"flag": "red"}, **ALL)
    [job] = Job.objects.filter(kind=batches.KIND)
    other = make_shop("mumian")
    Membership.objects.create(shop=other, user=owner, role="owner", joined_at=now)
    case = ask(other, now)
    address = shop_url(other, "lists:batch", list="workorders", verb="flag")
    client = sign_in(owner)
    shown = client.post(address, ALL).context
    form = {**ALL, "set_hash": shown["set_hash"], "request_key": job.request_key.removeprefix("batch:"), "flag": "red"}
    assert client.post(address, form).status_code == 409
    assert Order.objects.get(pk=case.order_id).flag == ""


def test_a_worker_killed_in_the_middle_leaves_each_row_done_once(confirm, shop, cases, owner, now, monkeypatch):
    """The chunk's rows, its refusals and the cursor are one transaction; whoever takes over goes on behind it."""
    monkeypatch.setattr(batches, "AT_ONCE", 0)
    verb = batches.verb_of(registry.get("workorders"), "note")
    monkeypatch.setitem(verb.__dict__, "chunk", 10)
    _close_note(cases[3])
    confirm("note", {"note": "seen", "how": "append"}, **ALL)
    [job] = Job.objects.filter(kind=batches.KIND)
    assert jobs.run_chunk(job.pk, now=now) == jobs.AGAIN
    with monkeypatch.context() as dying:
        dying.setattr(Job, "save", _killed)
        with pytest.raises(KeyboardInterrupt):
            jobs.run_chunk(job.pk, now=now)
    Job.objects.filter(pk=job.pk).update(lease_until=now)  # the lease of the dead
    noted = Order.objects.for_shop(shop).filter(staff_note__endswith="seen").count()
    assert noted == 9  # the first chunk without the order whose note is full
    done = jobs.run_to_end(job.pk)
    assert done.result == {"taken": ROWS - 1, "refused": 1}
    assert Order.objects.for_shop(shop).filter(staff_note="seen").count() == ROWS - 1
    assert Entry.objects.filter(verb="orders.noted", shop_id=shop.pk).count() == ROWS - 1
    assert [row.name for row in Batch.objects.get(job=job).refusals.all()] == [cases[3].number]


def _close_note(case):
    Order.objects.filter(pk=case.order_id).update(staff_note="x" * 500)


def _killed(*_args, **_said):
    raise KeyboardInterrupt


def test_tried_again_what_is_closed_meanwhile_is_named_and_left_out(confirm, client, owner, shop, cases, now, monkeypatch):
    verb, busy = batches.verb_of(registry.get("workorders"), "assign"), {cases[3].pk: "Busy.", cases[4].pk: "Busy."}
    with monkeypatch.context() as refusing:
        refusing.setitem(verb.__dict__, "apply", lambda pks, **said: busy)
        result = confirm("assign", {"to": owner.memberships.get(shop=shop).pk}, **ALL).url
    assert client.get(result).context["refused_count"] == 2
    _close(cases[3], now)
    page = client.get(client.post(f"{result}retry/").url)
    assert (page.context["taken"], page.context["refused_count"]) == (1, 1)
    [left] = page.context["refusals"]
    assert left.name == cases[3].number and "already" in left.reason
    assert [case.pk for case in WorkOrder.objects.filter(assigned_to=owner)] == [cases[4].pk]
    again = client.get(client.post(f"{page.request['PATH_INFO']}retry/").url)
    assert (again.context["taken"], again.context["refused_count"]) == (0, 1), "nothing left to do is told, not refused"

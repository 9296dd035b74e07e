"""What a stranger to good manners does with lists, selections, files, rules and packs; nothing comes of it (S2, S13, S24, S28)."""

import csv
import io
import zipfile
from urllib.parse import quote

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from foundation.accounts.models import Membership
from foundation.jobs import services as jobs
from foundation.jobs.models import Job
from foundation.jobs.states import JobStatus
from foundation.lifecycle import clock
from foundation.lists import batches
from foundation.lists.models import SavedView
from orders.models import Order
from workorders.bulk import files as bulk
from workorders.models import QuestionFile, Voucher, WorkOrder, WorkOrderPolicy
from workorders.services import evidence, packs

from . import scene
from .routes import ROUTES

pytestmark = pytest.mark.django_db
NO_NAMES = ["abc", "", "9" * 30, "-1", "1.5", "²", "\ufffd", "1e3", "' OR 1=1 --", "x" * 64]
NASTY = "<script>alert(1)</script>"


@pytest.fixture
def world():
    return scene.build("qinghe")


@pytest.fixture
def owner(world):
    return scene.signed_in(world.staff["owner"])


def at(name, *args):
    return reverse(name, args=["qinghe", *args])


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


# selections and files ---------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["orders", "workorders", "statement"])
def test_a_name_no_row_can_have_names_nothing(owner, key):
    for name in NO_NAMES:
        for form in ("csv", "xlsx"):
            asked = {"id": [name], "scope": "page", "format": form}
            assert owner.post(at("lists:export", key), asked).status_code == 200, (name, form)
        assert owner.get(at("lists:step", key), {"from": name}).status_code in (302, 400), name


def test_ticked_work_orders_are_exported_with_what_they_cost(world, owner):
    answer = owner.post(at("lists:export", "workorders"), {"id": [world.things["work_order"]], "scope": "page"})
    assert answer.status_code == 200
    assert [row[0] for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))][1:] == [world.things["work_order"]]


def test_ticks_do_not_make_a_statement_of_any_length_be_written_at_once(owner, monkeypatch):
    monkeypatch.setattr("foundation.lists.files.AT_ONCE", -1)
    answer = owner.post(at("lists:export", "statement"), {"id": ["1"], "scope": "page"})
    assert answer.status_code == 302 and Job.objects.filter(kind="lists.export").exists()


def test_another_shops_rows_are_not_among_the_ticked(owner):
    foreign = scene.build("other")
    for key, thing in (("orders", "order"), ("workorders", "work_order")):
        asked = {"id": [foreign.things[thing]], "scope": "page"}
        for verb in ("flag", "note"):
            answer = owner.post(at("lists:batch", key, verb), asked)
            assert answer.status_code == 422 and foreign.shop.name not in answer.content.decode(), (key, verb)
        rows = owner.post(at("lists:export", key), asked).content.decode("utf-8-sig").splitlines()
        assert len(rows) == 1, key


def test_a_hash_of_one_set_confirms_no_other(world, owner):
    asked = {"scope": "all", "list_query": "tab=all", "flag": "red"}
    confirmed = owner.post(at("lists:batch", "orders", "flag"), asked).context["set_hash"]
    ticked = {"scope": "page", "id": ["NOSUCH"], "flag": "red", "set_hash": confirmed}
    assert owner.post(at("lists:batch", "orders", "flag"), ticked).status_code in (409, 422)
    tampered = {**asked, "list_query": "tab=all&q=NOSUCH", "set_hash": confirmed}
    assert owner.post(at("lists:batch", "orders", "flag"), tampered).status_code in (409, 422)
    for role in ("finance",):
        other = scene.signed_in(world.staff[role])
        assert other.post(at("lists:batch", "orders", "flag"), {**asked, "set_hash": confirmed}).status_code == 403


def queued_batch(world, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 0)
    Order.objects.update(flag="")
    return scene.a_batch(world.shop, world.staff["service"])


def test_who_may_not_do_a_batch_does_not_steer_it_either(world, monkeypatch):
    job = queued_batch(world, monkeypatch)
    client = scene.signed_in(world.staff["finance"])  # may watch jobs, may not flag orders
    page = client.get(at("jobs:job", job.number))
    assert page.status_code == 200 and at("jobs:cancel-job", job.number) not in page.content.decode()
    for verb in ("cancel", "retry"):
        assert client.post(at(f"jobs:{verb}-job", job.number)).status_code == 403, verb
    assert scene.signed_in(world.staff["service"]).post(at("jobs:cancel-job", job.number)).status_code == 302


def test_a_batch_stops_where_its_maker_left_the_shop(world, monkeypatch):
    job = queued_batch(world, monkeypatch)
    Membership.objects.filter(user=world.staff["service"]).update(ended_at=clock.now())
    assert jobs.run_to_end(job.pk).status == JobStatus.FAILED
    assert not Order.objects.exclude(flag="").exists()


# addresses --------------------------------------------------------------------------------------


@pytest.mark.parametrize("referer", ["http://[", "http://testserver]/?next=/s/qinghe/x", "http://testserver/?next=//evil.test/"])
def test_a_referer_that_is_no_address_of_ours_leads_nowhere(owner, referer):
    answer = owner.post(at("workorders:take-next"), headers={"referer": referer})
    assert answer.status_code == 302 and "next=" not in answer["Location"]


def test_a_saved_view_keeps_no_address(owner):
    kept = owner.post(at("lists:save-view", "orders"), {
        "name": NASTY, "query": f"q={quote(NASTY)}&next=//evil.test&after=x&tab=//evil.test", "next": "//evil.test/s/qinghe/",
    })  # fmt: skip
    assert kept["Location"].startswith(at("orders:orders") + "?view=")
    assert "next" not in SavedView.objects.get(name=NASTY).query
    page = owner.get(kept["Location"] + "&views=1")
    assert page.status_code == 200 and NASTY not in page.content.decode()


def test_nobody_opens_or_changes_a_private_view_of_somebody_else(world, owner):
    mine = SavedView.objects.get(uuid=world.things["view"])
    SavedView.objects.filter(pk=mine.pk).update(kind="private", query="q=secret")
    other = scene.signed_in(world.staff["administrator"])
    assert "secret" not in other.get(at("orders:orders"), {"view": str(mine.uuid), "views": "1"}).content.decode()
    for do in ("delete", "rename", "share", "begin"):
        assert other.post(at("lists:change-view", "orders", mine.uuid), {"do": do, "name": "x"}).status_code == 404
    staff = scene.signed_in(world.staff["service"])
    staff.post(at("lists:save-view", "orders"), {"name": "for all", "kind": "shared"})
    assert not SavedView.objects.filter(name="for all").exists()


# what the platform types ------------------------------------------------------------------------

RULE = {
    "type": "not_received", "name_zh": NASTY, "name_en": NASTY, "effective_from_0": "2026-01-01", "effective_from_1": "00:00:00",
    "source_note": NASTY, "window_hours": "48", "slots": ["shipping_slip"], "branches": ["evidence", "choice"],
    "options": f"said|{NASTY}|{NASTY}|note", "more_window_hours": "24", "review_hours": "48", "reminders": "50% 4h",
    "refund_share_bp": "10000", "compensation_bp": "0", "delist_days": "0", "claim_minutes": "30", "sheet_max_bytes": "5000000",
    "sheet_max_width": "2000", "voucher_min_px": "600", "evidence_keep_months": "24", "later_stages-TOTAL_FORMS": "0",
    "later_stages-INITIAL_FORMS": "0", "stage_name_zh": NASTY, "stage_name_en": NASTY,
}  # fmt: skip
FIGURES = [name for name in RULE if name.endswith(("_hours", "_bp", "_days", "_minutes", "_bytes", "_width", "_px", "_months"))]


@pytest.fixture
def platform(world):
    return scene.signed_in(scene.reviewers()["superuser"])


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_past_every_calendar_never_becomes_a_rule(platform, figure):
    answer = platform.post(reverse("admin:workorders_workorderpolicy_add"), {**RULE, figure: "2147483647"})
    assert answer.status_code == 200 and figure in answer.context["adminform"].form.errors


def test_no_page_is_written_by_who_names_types_options_and_shops(world, owner, platform):
    assert platform.post(reverse("admin:workorders_workorderpolicy_add"), RULE).status_code == 302
    rule = WorkOrderPolicy.objects.latest("pk")
    WorkOrder.objects.update(policy=rule, platform_text=NASTY)
    Order.objects.update(item_title=NASTY, staff_note=NASTY, buyer_remark=NASTY, carrier=NASTY, province=NASTY)
    Voucher.objects.update(caption=NASTY)
    things = {**world.things, **world.own["owner"]}
    for name, route in ROUTES.items():
        if not route.is_verb and "token" not in route.keys and "shop_code" not in route.keys and name != "accounts:logout":
            args = [things[thing] for thing in route.things]
            url = at(name, *args) if ":" in name and not name.startswith(("accounts", "invitations")) else reverse(name)
            answer = owner.get(url, {"columns": "1", "views": "1", "filters": "1", "totals": "1"})
            assert answer.status_code < 400 and NASTY.encode() not in body(answer), name
    for page in ("changelist", "add"):
        for model in ("workorder", "workorderpolicy", "voucherkind"):
            answer = platform.get(reverse(f"admin:workorders_{model}_{page}"), {"queue": "everything"})
            assert NASTY.encode() not in answer.content, (model, page)


@pytest.mark.parametrize("text", ["Send the ſhipping ſlip.", "ＳHIPPING slip, Kindly, İ", "SHIPPING SLIP"])
def test_letters_with_another_lower_case_do_not_break_the_page(owner, text):
    WorkOrder.objects.update(platform_text=text)
    case = WorkOrder.objects.get()
    page = owner.get(at("workorders:work-order", case.number))
    assert page.status_code == 200 and owner.get(at("workorders:desk", case.number)).status_code == 200


def test_a_small_workbook_that_says_a_long_text_a_thousand_times_is_refused(platform):
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["shop", "order", "type", "question", "line", "compensation", "vouchers"])
        for row in range(1, bulk.MAX_TEXT // (7 * 32_000) + 2):
            sheet.write_row(row, 0, ["问" * 32_000] * 7)
    upload = SimpleUploadedFile("questions.xlsx", book.getvalue())
    assert upload.size < 20_000
    assert platform.post(reverse("admin:workorders_bulk"), {"file": upload}).status_code == 422
    assert not QuestionFile.objects.exists()


def test_the_refused_rows_hold_no_formula_in_their_first_line_either(platform):
    upload = SimpleUploadedFile("q.csv", '-shop,-订单号,*type,?question\nqinghe,"=1+1",nope,"＠SUM"\n'.encode())
    page = platform.post(reverse("admin:workorders_bulk"), {"file": upload})["Location"]
    rows = list(csv.reader(io.StringIO(body(platform.get(f"{page}refused.csv")).decode("utf-8-sig"))))
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@＝＋－＠" and cell]


# what reviewers take away -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["..\\..\\evil.hta", "proof.jpg.exe", "\u202egpj.lnk", "x.html", "CON", "a.svg"])
def test_nothing_in_a_pack_is_named_like_a_program(world, name):
    case, by, now = WorkOrder.objects.get(), world.staff["owner"], clock.now()
    evidence.add_voucher(case.pk, scene.a_picture(name=name, colour="#123456"), by=by, now=now, slots=["shipping_slip"])
    laid = list(Voucher.objects.select_related("file", "added_by"))
    pack = packs.Pack(case.number, now)
    packs._add_vouchers(pack, laid)
    packs._add_originals(pack, laid, by, now)
    names = zipfile.ZipFile(io.BytesIO(b"".join(packs.as_zip(pack)))).namelist()
    assert all(one.endswith((".jpg", ".pdf", ".csv")) and ".." not in one and "\\" not in one for one in names), names

"""The reviewer's evidence pack: what lies in it, byte for byte, and who may take it."""

import csv
import hashlib
import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from PIL import Image

from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import make_reviewer
from foundation.audit.models import Entry
from foundation.files import storage
from foundation.files.models import StoredFile
from workorders.models import Voucher
from workorders.services import evidence
from workorders.states import Outcome, Reason

from .. import services
from ..pdf import Line, Photo, pdf
from ..services import packs
from . import factories


@pytest.fixture
def reviewer(db):
    return make_reviewer()


@pytest.fixture
def case(shop, owner, now):
    asked = factories.ask(shop, now)
    factories.lay_evidence(asked, now, owner)
    voucher = Voucher.objects.order_by("pk").first()
    evidence.update_voucher(voucher.pk, caption="=门口/签收", rotation=90, by=owner, now=now)
    kept = factories.keep(asked, now, owner, note="凭证齐全")
    sheet = evidence.compose_sheet(asked.pk, by=owner, now=now)
    services.submit_answer(
        asked.pk, branch="evidence", version=kept.version, sheet_hash=sheet.inputs_hash, by=owner, now=now
    )
    asked.refresh_from_db()
    return asked


def url(case, ending="zip"):
    return reverse(f"admin:workorders_workorder_{ending}", args=[case.pk])


def unpacked(answer):
    assert answer.status_code == 200
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def rows_of(book):
    return list(csv.DictReader(io.StringIO(book.read("manifest.csv").decode("utf-8-sig"))))


def pages(document):
    """Number of pages the file names, and of those it holds."""
    assert document.startswith(b"%PDF-1.4") and document.endswith(b"%%EOF\n")
    return int(re.search(rb"/Count (\d+)", document)[1]), document.count(b"/Type /Page /Parent")


def test_the_zip_holds_sheet_pictures_originals_pdf_and_list(sign_in, reviewer, case):
    answer = sign_in(reviewer).post(url(case))
    assert answer["Content-Disposition"] == f'attachment; filename="{case.number}.zip"'
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    book = unpacked(answer)
    assert book.testzip() is None
    names = book.namelist()
    assert [name.split("/")[0] for name in names] == [
        "sheets", "vouchers", "vouchers", "originals", "originals", "case.pdf", "manifest.csv",
    ]
    first, second = Voucher.objects.order_by("pk")
    assert [book.read(name) for name in names[3:5]] == [
        storage.path_of(one.file.original_path).read_bytes() for one in (first, second)
    ]
    assert hashlib.sha256(book.read(names[0])).hexdigest() == case.answers.get().sheet_sha256
    assert book.read(names[1]) == storage.path_of(first.file.clean_path).read_bytes()
    assert "/" not in names[1].removeprefix("vouchers/window-1/") and names[1].endswith("=门口_签收.jpg")


def test_the_list_names_every_file_with_its_hash_and_words(sign_in, reviewer, case, owner):
    book = unpacked(sign_in(reviewer).post(url(case)))
    rows = rows_of(book)
    assert [row["file"] for row in rows] == book.namelist()[:-2]
    for row in rows:
        assert row["sha256"] == hashlib.sha256(book.read(row["file"])).hexdigest()
    voucher = rows[1]
    assert (voucher["kind"], voucher["window"], voucher["by"]) == ("voucher", "1", str(owner))
    assert voucher["caption"] == "'=门口/签收"
    assert [row["sha256"] for row in rows[3:]] == [one.file.sha256 for one in Voucher.objects.order_by("pk")]


def test_the_pdf_has_a_page_for_each_picture_after_the_words(sign_in, reviewer, case):
    answer = sign_in(reviewer).post(url(case, "pdf"))
    assert answer["Content-Type"] == "application/pdf" and "attachment" in answer["Content-Disposition"]
    document = b"".join(answer.streaming_content)
    named, held = pages(document)
    assert named == held == 1 + 3
    for voucher in Voucher.objects.all():
        assert storage.path_of(voucher.file.clean_path).read_bytes() in document


def test_every_object_of_the_pdf_begins_where_its_table_says(tmp_path):
    Image.new("RGB", (300, 200), "red").save(tmp_path / "a.jpg")
    photos = [Photo(tmp_path / "a.jpg", 300, 200, turn, (Line("签收", head=True),)) for turn in (0, 90, 180, 270)]
    document = b"".join(pdf([Line("长" * 4000), Line("word " * 900)], photos))
    start = int(re.search(rb"startxref\n(\d+)", document)[1])
    offsets = [int(line[:10]) for line in document[start:].split(b"trailer")[0].splitlines()[3:]]
    assert len(offsets) > 15
    for number, at in enumerate(offsets, start=1):
        assert document[at:].startswith(b"%d 0 obj" % number)
    named, held = pages(document)
    assert named == held > 4 + 2


def test_every_window_that_was_sent_is_there_and_each_original_once(case, reviewer, owner, now):
    services.decide(
        case.pk, outcome=Outcome.MORE, reason=Reason.UNREADABLE, note="sharper", version=None, by=reviewer,
        now=now + timedelta(hours=1),
    )
    later = now + timedelta(hours=2)
    evidence.add_voucher(case.pk, factories.photo((1, 2, 3), "new.jpg"), by=owner, now=later)
    kept = factories.keep(case, later, owner)
    open_pack = packs.gather(case.pk, kind="ZIP", by=reviewer, now=later)
    assert not [one for one in open_pack.members if one.window == 2], "what was not sent is the shop's own"
    sheet = evidence.compose_sheet(case.pk, by=owner, now=later)
    services.submit_answer(
        case.pk, branch="evidence", version=kept.version, sheet_hash=sheet.inputs_hash, by=owner, now=later
    )
    pack = packs.gather(case.pk, kind="ZIP", by=reviewer, now=later)
    kinds = [(one.kind, one.window) for one in pack.members]
    assert kinds.count(("voucher", 1)) == 2 and kinds.count(("voucher", 2)) == 3
    assert len({one.name for one in pack.members}) == len(pack.members)
    assert len([one for one in pack.members if one.kind == "original"]) == 3
    words = "\n".join(line.text for line in pack.lines)
    assert "凭证齐全" in words and "sharper" in words and factories.QUESTION in words
    assert case.order.buyer_phone not in words


def test_a_picture_that_was_removed_is_told_of_and_the_rest_is_there(case, reviewer, now):
    voucher = Voucher.objects.order_by("pk").first()
    StoredFile.objects.filter(pk=voucher.file_id).update(removed_at=now, removed_why="keeping")
    pack = packs.gather(case.pk, kind="ZIP", by=reviewer, now=now)
    book = zipfile.ZipFile(io.BytesIO(b"".join(packs.as_zip(pack))))
    rows = {row["file"]: row for row in rows_of(book)}
    gone = [row for row in rows.values() if row["note"]]
    assert {row["kind"] for row in gone} == {"voucher", "original"}
    assert not {row["file"] for row in gone} & set(book.namelist())
    assert [row["sha256"] for row in gone if row["kind"] == "original"] == [voucher.file.sha256]
    assert len(book.namelist()) == 3 + 2


def test_a_file_that_vanishes_while_it_is_packed_costs_only_itself(case, reviewer, now):
    pack = packs.gather(case.pk, kind="ZIP", by=reviewer, now=now)
    pack.members[1].path.unlink()
    book = zipfile.ZipFile(io.BytesIO(b"".join(packs.as_zip(pack))))
    assert book.testzip() is None and len(book.namelist()) == 6
    assert rows_of(book)[1]["note"]
    assert pages(book.read("case.pdf")) == (4, 4)


def test_it_is_streamed_in_small_blocks(case, reviewer, now):
    path = storage.path_of(Voucher.objects.order_by("pk").first().file.original_path)
    path.chmod(0o600)
    path.write_bytes(b"x" * 5_000_000)
    pack = packs.gather(case.pk, kind="ZIP", by=reviewer, now=now)
    assert max(map(len, packs.as_zip(pack))) < 400_000


def test_taking_it_is_recorded_and_so_is_every_original(sign_in, reviewer, case):
    sign_in(reviewer).post(url(case))
    entry = Entry.objects.get(verb="workorders.pack_taken")
    assert (entry.subject_id, entry.actor_id, entry.data["kind"]) == (case.pk, reviewer.pk, "ZIP")
    assert Entry.objects.filter(verb="files.original_opened").count() == 2
    sign_in(reviewer).post(url(case, "pdf"))
    assert Entry.objects.filter(verb="files.original_opened").count() == 2, "the PDF holds no original"


@pytest.mark.parametrize("ending", ["zip", "pdf"])
def test_only_reviewers_of_the_queue_who_never_worked_there_take_it(sign_in, case, shop, owner, now, ending):
    worked = make_reviewer("worked")
    Membership.objects.create(shop=shop, user=worked, role="service", joined_at=now, ended_at=now)
    assert sign_in(worked).post(url(case, ending)).status_code == 403
    assert sign_in(make_reviewer("rules-desk", group="rules")).post(url(case, ending)).status_code == 403
    assert sign_in(owner).post(url(case, ending)).status_code == 302
    assert sign_in(make_reviewer()).get(url(case, ending)).status_code == 405
    assert not Entry.objects.filter(verb="workorders.pack_taken").exists()


def test_an_unknown_case_is_a_404(sign_in, reviewer):
    assert sign_in(reviewer).post(reverse("admin:workorders_workorder_zip", args=[10**20])).status_code == 404


def test_the_buttons_stand_on_the_page_of_an_answered_case_only(sign_in, reviewer, case, shop, now):
    client = sign_in(reviewer)
    assert url(case) in client.get(reverse("admin:workorders_workorder_change", args=[case.pk])).content.decode()
    fresh = factories.ask(shop, now)
    assert url(fresh) not in client.get(reverse("admin:workorders_workorder_change", args=[fresh.pk])).content.decode()

"""The evidence library of an order: the page, uploads without a case, captions that travel, use in a case."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation.accounts.tests.factories import make_member, make_shop
from foundation.audit.models import Entry
from foundation.files import services as files
from foundation.files.models import Purpose, StoredFile, UploadPolicy
from foundation.files.tests import pictures
from foundation.lifecycle.errors import Blocked, Forbidden, Invalid
from foundation.shell.urls_for import shop_url
from orders.services import record_contact
from orders.tests.factories import make_order
from workorders.models import LibraryItem, Voucher
from workorders.services import evidence, library
from workorders.tests import factories


@pytest.fixture
def order(shop, now):
    return make_order(shop, now)


@pytest.fixture
def case(shop, order, now):
    return factories.ask(shop, now, order=order)


@pytest.fixture
def client(owner, sign_in_in_english):
    return sign_in_in_english(owner)


@pytest.fixture
def add(order, owner, now):
    """A function: put a picture of a shade into the library."""

    def added(shade=40, **words):
        return library.add_to_library(order.pk, factories.photo((shade, 9, 9)), by=owner, now=now, **words)

    return added


def url(shop, order, *more):
    return "/".join([f"/s/{shop.code}/work-orders/library", order.number, *map(str, more), ""])


def desk_url(shop, case, *more):
    return "/".join([f"/s/{shop.code}/work-orders/{case.number}/desk", *map(str, more), ""])


def captions(case):
    return [voucher.caption for voucher in evidence.vouchers_of(case)]


# what is stored, and what is said of it


def test_a_picture_waits_in_the_library_before_anybody_asks(order, add):
    stored = add(caption=" 发货\n底单 ", kinds=["shipping_slip"])
    assert (stored.order_id, stored.purpose) == (order.pk, Purpose.EVIDENCE)
    item = LibraryItem.objects.get(file=stored)
    assert (item.order_id, item.caption, item.kinds) == (order.pk, "发货 底单", ["shipping_slip"])
    assert Entry.objects.get(verb="workorders.library_added").order_id == order.pk


def test_the_same_picture_twice_is_one(add):
    first, second = add(caption="first"), add(caption="second")
    assert first.pk == second.pk and StoredFile.objects.count() == 1
    assert LibraryItem.objects.get().caption == "first"


@pytest.mark.parametrize("wrong", [{"caption": "长" * 61}, {"kinds": ["passport"]}])
def test_wrong_words_are_refused_before_anything_is_stored(add, wrong):
    with pytest.raises(Invalid):
        add(**wrong)
    assert not StoredFile.objects.exists()


def test_the_image_policy_and_the_orders_cap_hold_here_too(order, owner, add, now):
    with pytest.raises(Invalid, match="GIF"):
        library.add_to_library(order.pk, pictures.upload(b"GIF89a"), by=owner, now=now)
    UploadPolicy.objects.create(
        effective_from=now, name_zh="小", name_en="small", files_per_case=9, files_per_order=2, files_per_upload=9,
        shop_day_bytes=10**9,
    )
    add(40), add(120)
    with pytest.raises(Invalid, match="at most 2"):
        add(200)
    assert StoredFile.objects.count() == 2


def test_finance_and_strangers_change_nothing(shop, order, add, now):
    stored = add()
    for person in (make_member(shop, "finance"), make_member(make_shop("other"), "owner")):
        with pytest.raises(Forbidden):
            library.add_to_library(order.pk, factories.photo((200, 1, 1)), by=person, now=now)
        with pytest.raises(Forbidden):
            library.describe(stored.pk, caption="x", kinds=[], by=person, now=now)
    assert StoredFile.objects.count() == 1 and LibraryItem.objects.get().caption == ""


def test_describing_is_recorded_once_and_names_no_caption(add, owner, now):
    stored = add()
    for _again in range(2):
        library.describe(stored.pk, caption="张三 13800000000", kinds=["shipping_slip"], by=owner, now=now)
    entry = Entry.objects.get(verb="workorders.library_described")
    assert entry.data == {"file": stored.sha256[:12]}


def test_a_sheet_can_not_be_described(shop, owner, now):
    case = factories.answer(factories.ask(shop, now), now, by=owner)
    with pytest.raises(Blocked):
        library.describe(case.answers.get().sheet.file_id, caption="x", kinds=[], by=owner, now=now)


# the words travel with the picture


def test_a_use_starts_with_the_librarys_words_ticked_for_what_is_asked(case, add, owner, now):
    stored = add(caption="底单", kinds=["shipping_slip", "weighing_dispatch"])
    voucher = evidence.reuse_file(case.pk, stored, by=owner, now=now)
    assert (voucher.caption, voucher.slots) == ("底单", ["shipping_slip"])


def test_what_is_written_on_the_desk_goes_back_while_both_said_the_same(case, add, owner, now):
    voucher = evidence.reuse_file(case.pk, add(), by=owner, now=now)
    evidence.update_voucher(voucher.pk, caption="门口", slots=["sign_off_proof"], by=owner, now=now)
    assert library.words_of(voucher.file) == ("门口", ["sign_off_proof"])


def test_words_of_the_library_are_not_overwritten_from_a_desk(case, add, owner, now):
    stored = add()
    voucher = evidence.reuse_file(case.pk, stored, by=owner, now=now)
    library.describe(stored.pk, caption="仓库底单", kinds=["shipping_slip"], by=owner, now=now)
    evidence.update_voucher(voucher.pk, caption="门口", slots=["sign_off_proof"], by=owner, now=now)
    assert library.words_of(stored) == ("仓库底单", ["shipping_slip"])
    assert captions(case) == ["门口"]


def test_what_went_out_keeps_its_own_words(shop, owner, now):
    case = factories.answer(factories.ask(shop, now), now, by=owner)
    before = case.answers.get().sheet_sha256
    voucher = Voucher.objects.order_by("pk").first()
    library.describe(voucher.file_id, caption="later words", kinds=[], by=owner, now=now)
    voucher.refresh_from_db()
    assert voucher.caption == "" and voucher.slots == ["shipping_slip"]
    assert case.answers.get().sheet_sha256 == before


# used in a case


def test_many_are_laid_on_the_desk_at_once_in_their_order(shop, case, add, client):
    files_of = [add(shade) for shade in (40, 120, 200)]
    answer = client.post(desk_url(shop, case, "reuse"), {"file": [files_of[2].uuid, files_of[0].uuid]})
    assert answer.status_code == 302
    assert [voucher.file_id for voucher in evidence.vouchers_of(case)] == [files_of[0].pk, files_of[2].pk]


def test_all_or_none_when_the_desk_is_full(shop, case, add, client, now):
    UploadPolicy.objects.create(
        effective_from=now - timedelta(seconds=1), name_zh="小", name_en="small", files_per_case=1, files_per_order=9,
        files_per_upload=9, shop_day_bytes=10**9,
    )
    answer = client.post(desk_url(shop, case, "reuse"), {"file": [add(40).uuid, add(120).uuid]})
    assert answer.status_code == 422
    assert not evidence.vouchers_of(case)


@pytest.mark.parametrize("sent", [[], ["nonsense"], ["00000000-0000-0000-0000-000000000000"]])
def test_nothing_that_can_be_used_is_a_sentence(shop, case, client, sent):
    assert client.post(desk_url(shop, case, "reuse"), {"file": sent}).status_code == 422


def test_another_orders_picture_is_not_used(shop, case, owner, client, now):
    other = make_order(shop, now)
    stored = library.add_to_library(other.pk, factories.photo(), by=owner, now=now)
    assert client.post(desk_url(shop, case, "reuse"), {"file": [stored.uuid]}).status_code == 422
    assert client.post(desk_url(shop, case, "reuse", stored.uuid)).status_code == 422
    assert not Voucher.objects.exists()


def test_a_picture_of_a_contact_record_can_be_used_as_well(shop, case, owner, now):
    talk = files.store_image(
        factories.photo(), shop=shop, by=owner, now=now, order_id=case.order_id, purpose=Purpose.ATTACHMENT
    )
    record_contact(case.order_id, who="buyer", channel="chat", at=now, said="收到了", files=[talk], by=owner, now=now)
    assert evidence.reuse_file(case.pk, talk, by=owner, now=now).file_id == talk.pk


# the page


def test_the_page_shows_pictures_sheets_talks_uses_and_why_they_are_kept(shop, order, case, add, client, owner, now):
    unused = add(200, caption="仓库里拍的")
    talk = files.store_image(
        factories.photo((1, 90, 1), "chat.jpg"), shop=shop, by=owner, now=now, order_id=order.pk,
        purpose=Purpose.ATTACHMENT,
    )
    contact = record_contact(order.pk, who="buyer", channel="chat", at=now, said="x", files=[talk], by=owner, now=now)
    factories.answer(case, now, by=owner)
    page = client.get(url(shop, order)).content.decode()
    for said in (case.number, "仓库里拍的", contact.number, "chat.jpg", str(case.answers.get().sheet.file.uuid)):
        assert said in page
    assert f"while work order {case.number} is unfinished" in page
    assert "Used in no work order yet." in page and str(unused.uuid) in page


def test_a_removed_picture_is_a_sentence_not_a_broken_image(shop, order, add, client, now):
    stored = add(caption="底单")
    StoredFile.objects.filter(pk=stored.pk).update(removed_at=now, removed_why="keeping")
    page = client.get(url(shop, order)).content.decode()
    assert "by the keeping rule" in page and "底单" in page
    assert f"/files/{stored.uuid}/thumb/" not in page
    gone = client.get(f"/s/{shop.code}/files/{stored.uuid}/")
    assert gone.status_code == 410 and "keeping rule" in gone.content.decode()


def test_ticks_and_the_button_are_there_only_while_a_case_takes_pictures(shop, order, add, client, case, owner, now):
    stored = add()
    assert f'value="{stored.uuid}" form="use-in-case"' in client.get(url(shop, order)).content.decode()
    evidence.reuse_file(case.pk, stored, by=owner, now=now)
    page = client.get(url(shop, order)).content.decode()
    assert "on the desk" in page
    assert 'form="use-in-case"' not in page
    factories.keep(case, now, owner)
    evidence.remove_voucher(evidence.vouchers_of(case).get().pk, by=owner, now=now)
    assert 'form="use-in-case"' in client.get(url(shop, order)).content.decode()


def test_whoever_may_not_answer_looks_and_changes_nothing(shop, order, add, sign_in_in_english):
    stored = add()
    client = sign_in_in_english(make_member(shop, "finance"))
    page = client.get(url(shop, order)).content.decode()
    assert str(stored.uuid) in page and "<form" not in page[page.index("<main") : page.index("</main")]
    assert client.post(url(shop, order, "add"), {"files": factories.photo()}).status_code == 403
    assert client.post(url(shop, order, stored.uuid), {"caption": "x"}).status_code == 403


def test_files_are_uploaded_each_by_itself(shop, order, client):
    answer = client.post(url(shop, order, "add"), {
        "files": [factories.photo((40, 1, 1), "good.jpg"), pictures.upload(b"GIF89a", "bad.jpg")],
        "caption": "称重", "kinds": ["weighing_dispatch"],
    })
    assert answer.status_code == 422 and "bad.jpg" in answer.content.decode()
    item = LibraryItem.objects.get()
    assert (item.caption, item.kinds, item.file.name) == ("称重", ["weighing_dispatch"], "good.jpg")
    assert client.post(url(shop, order, "add"), {}).status_code == 422
    assert client.post(url(shop, order, "add"), {"files": [factories.photo((9, 9, 200))]}).status_code == 302


def test_a_caption_is_edited_and_a_refused_one_is_kept_on_the_page(shop, order, add, client):
    stored = add()
    assert client.post(url(shop, order, stored.uuid), {"caption": "新的", "kinds": ["shipping_slip"]}).status_code == 302
    assert library.words_of(stored) == ("新的", ["shipping_slip"])
    refused = client.post(url(shop, order, stored.uuid), {"caption": "长" * 61})
    assert refused.status_code == 422 and "长" * 61 in refused.content.decode()
    assert client.post(url(shop, order, stored.uuid), {"caption": "x", "kinds": ["passport"]}).status_code == 422
    assert library.words_of(stored) == ("新的", ["shipping_slip"])


def test_another_shop_finds_nothing(shop, order, add, now, sign_in_in_english):
    stored = add()
    other = make_shop("other")
    own = make_order(other, now)
    client = sign_in_in_english(make_member(other, "owner"))
    for address in (url(shop, order), url(other, order)):
        assert client.get(address).status_code == 404
    for address in (url(other, order, "add"), url(other, order, stored.uuid), url(other, own, stored.uuid)):
        assert client.post(address, {"caption": "x"}).status_code == 404


def test_the_order_the_case_and_the_desk_lead_to_it(shop, order, case, client):
    for page in (f"/s/{shop.code}/orders/{order.number}/", f"/s/{shop.code}/work-orders/{case.number}/", desk_url(shop, case)):
        assert url(shop, order) in client.get(page).content.decode()


def test_many_pictures_cost_no_more_queries_than_one(shop, order, add, client):
    def asked():
        with CaptureQueriesContext(connection) as seen:
            client.get(url(shop, order))
        return len(seen)

    add(40)
    asked()
    one = asked()
    for shade in (80, 120, 160, 200):
        add(shade)
    assert asked() == one


def test_the_migration_gives_used_pictures_the_words_of_their_latest_use(case, owner, now):
    first = evidence.add_voucher(case.pk, factories.photo(), by=owner, now=now, slots=["shipping_slip"])
    evidence.update_voucher(first.pk, caption="old", by=owner, now=now)
    Voucher.objects.create(
        work_order=case, window_no=2, file=first.file, caption="new", slots=["sign_off_proof"], added_at=now
    )
    LibraryItem.objects.all().delete()
    migration = import_module("workorders.migrations.0004_evidence_library")
    migration.describe_used_pictures(apps_now(), None)
    assert library.words_of(first.file) == ("new", ["sign_off_proof"])


def apps_now():
    return Voucher._meta.apps


@pytest.mark.parametrize(
    "number",
    ["x", "add", "desk", "x/add", "x/add/", "/", "//", "~", "~1", "~0/~2", ".", "..", "../x", ".~2", "a%2Fb", "a?b#c", "订单 1", "a\\b",
     "x/0c0ffee0-0000-4000-8000-000000000000", "/" * 64],
)  # fmt: skip
def test_an_order_of_any_number_has_its_library(client, shop, now, number):
    order = make_order(shop, now, number=number)
    make_order(shop, now, number="x/y")
    page = shop_url(shop, "workorders:library", number=number)
    answer = client.get(page)
    assert answer.status_code == 200 and answer.context["order"] == order
    assert not {".", ".."} & set(page.split("/")), "a browser would take it for a way"
    added = shop_url(shop, "workorders:add-to-library", number=number)
    assert client.post(added, {"files": [factories.photo((40, 9, 9))]}).url == page
    stored = StoredFile.objects.get(order_id=order.pk)
    described = client.post(
        shop_url(shop, "workorders:describe-picture", number=number, uuid=stored.uuid), {"caption": "Seen"}
    )
    assert described.url == f"{page}#picture-{stored.uuid}"
    assert LibraryItem.objects.get(file=stored).caption == "Seen"

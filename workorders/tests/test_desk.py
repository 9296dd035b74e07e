"""The evidence desk's page and verbs, as a browser without JavaScript uses them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation.accounts.tests import factories
from foundation.files import storage
from foundation.files.models import StoredFile
from foundation.files.tests import pictures
from foundation.lifecycle import clock
from foundation.shell.urls_for import shop_url
from workorders.models import Sheet, Voucher, WorkOrder
from workorders.services import evidence
from workorders.tests.factories import ask, photo


@pytest.fixture
def case(shop, now):
    return ask(shop, now)


@pytest.fixture
def browser(sign_in, owner):
    return sign_in(owner)


def url(case, name, **kwargs):
    return shop_url(case.shop, f"workorders:{name}", number=case.number, **kwargs)


def lay(case, owner, now, shade=1, slots=()):
    return evidence.add_voucher(case.pk, photo((shade, 0, 0)), by=owner, now=now, slots=slots)


def post(browser, case, name, voucher=None, **data):
    extra = {"uuid": voucher.uuid} if voucher else {}
    return browser.post(url(case, name, **extra), data)


def test_the_desk_shows_slots_sample_and_what_lies_there(browser, case, owner, now):
    voucher = lay(case, owner, now, slots=["shipping_slip"])
    page = browser.get(url(case, "desk"))
    body = page.content.decode()
    assert page.status_code == 200
    assert f'id="voucher-{voucher.uuid}"' in body and 'id="slot-sign_off_proof"' in body
    assert "stamp-sample" in body
    assert shop_url(case.shop, "files:thumb", uuid=voucher.file.uuid) in body
    assert "style=" not in body


def test_many_files_at_once_each_for_itself(browser, case):
    bad = SimpleUploadedFile("evil.jpg", b"GIF89a" + b"\x00" * 50)
    answer = post(browser, case, "add-vouchers", files=[photo((1, 0, 0)), bad, photo((2, 0, 0))], slots=["shipping_slip"])
    assert answer.status_code == 422
    assert "evil.jpg" in answer.content.decode() and "GIF" in answer.content.decode()
    assert [voucher.slots for voucher in evidence.vouchers_of(case)] == [["shipping_slip"]] * 2
    assert StoredFile.objects.count() == 2


def test_a_script_gets_the_answer_as_json(browser, case):
    target, header = url(case, "add-vouchers"), {"HTTP_ACCEPT": "application/json"}
    assert browser.post(target, {"files": photo()}, **header).json() == {"added": 1, "refused": []}
    bad = SimpleUploadedFile("a\u202ebc.jpg", b"<svg/>")
    answer = browser.post(target, {"files": bad}, **header)
    assert answer.status_code == 422
    assert "abc.jpg" in answer.json()["refused"][0]


def test_a_large_photograph_comes_by_way_of_a_temporary_file(browser, case):
    data = pictures.jpeg(3600, 2400, quality=95)
    assert len(data) > 2_600_000
    large = SimpleUploadedFile("large.jpg", data, "image/jpeg")
    assert post(browser, case, "add-vouchers", files=[large]).status_code == 302
    stored = StoredFile.objects.get()
    assert storage.path_of(stored.original_path).read_bytes() == data


def test_no_file_and_too_many_are_refused(browser, case):
    assert post(browser, case, "add-vouchers").status_code == 422
    many = [photo((shade, 0, 0)) for shade in range(11)]
    assert post(browser, case, "add-vouchers", files=many).status_code == 422
    assert not Voucher.objects.exists()


def test_tick_turn_move_order_remove_reuse_compose(browser, case, owner, now):
    first, second = lay(case, owner, now, 1), lay(case, owner, now, 2)
    post(browser, case, "update-voucher", first, slots=["shipping_slip", "sign_off_proof"], caption="门口")
    post(browser, case, "turn-voucher", first, turn="right")
    post(browser, case, "turn-voucher", second, turn="left")
    post(browser, case, "move-voucher", second, direction="earlier")
    shown = list(evidence.vouchers_of(case))
    assert [one.pk for one in shown] == [second.pk, first.pk]
    assert [(one.rotation, one.caption) for one in shown] == [(270, ""), (90, "门口")]
    assert browser.post(
        url(case, "order-vouchers"), {"voucher": [str(first.uuid), str(second.uuid)]}
    ).status_code == 302
    assert [one.pk for one in evidence.vouchers_of(case)] == [first.pk, second.pk]
    assert post(browser, case, "remove-voucher", second).status_code == 302
    assert "reuse" in browser.get(url(case, "desk")).content.decode()
    assert browser.post(url(case, "reuse-file", uuid=second.file.uuid)).status_code == 302
    assert evidence.vouchers_of(case).count() == 2
    assert post(browser, case, "compose-sheet").status_code == 302
    sheet = Sheet.objects.get()
    assert shop_url(case.shop, "files:file", uuid=sheet.file.uuid) in browser.get(url(case, "desk")).content.decode()
    assert browser.get(shop_url(case.shop, "files:file", uuid=sheet.file.uuid))["Content-Type"] == "image/jpeg"


def test_a_refused_card_keeps_what_was_typed(browser, case, owner, now):
    voucher = lay(case, owner, now)
    answer = post(browser, case, "update-voucher", voucher, caption="长" * 61, slots=["shipping_slip"])
    assert answer.status_code == 422
    assert "长" * 61 in answer.content.decode()
    assert not Voucher.objects.get().slots


def test_composing_an_empty_desk_is_refused(browser, case):
    assert post(browser, case, "compose-sheet").status_code == 409
    assert not Sheet.objects.exists()


def test_a_removed_picture_is_gone_for_a_colleague(browser, case, owner, now):
    voucher = lay(case, owner, now)
    evidence.remove_voucher(voucher.pk, by=owner, now=now)
    assert post(browser, case, "turn-voucher", voucher, turn="left").status_code == 409


def test_after_the_deadline_the_desk_is_closed(browser, case, owner, now):
    voucher = lay(case, owner, now)
    WorkOrder.objects.filter(pk=case.pk).update(due_at=clock.now())
    body = browser.get(url(case, "desk")).content.decode()
    assert "data-upload" not in body and "data-desk-form" not in body
    assert post(browser, case, "remove-voucher", voucher).status_code == 409
    assert post(browser, case, "add-vouchers", files=[photo((7, 7, 7))]).status_code == 409
    assert StoredFile.objects.count() == 1


def test_finance_looks_and_touches_nothing(sign_in, case, shop, owner, now):
    voucher = lay(case, owner, now)
    finance = sign_in(factories.make_member(shop, "finance"))
    assert "data-desk-form" not in finance.get(url(case, "desk")).content.decode()
    assert post(finance, case, "remove-voucher", voucher).status_code == 403
    assert post(finance, case, "add-vouchers", files=[photo((7, 7, 7))]).status_code == 403
    assert Voucher.objects.get().removed_at is None


def test_another_shop_sees_nothing(sign_in, case, owner, now):
    voucher = lay(case, owner, now)
    other = factories.make_shop("other")
    stranger = sign_in(factories.make_member(other, "owner"))
    assert stranger.get(url(case, "desk")).status_code == 404
    assert stranger.get(shop_url(other, "files:file", uuid=voucher.file.uuid)).status_code == 404
    assert stranger.post(shop_url(other, "workorders:remove-voucher", number=case.number, uuid=voucher.uuid)).status_code == 404
    theirs = ask(other, now)
    reused = shop_url(other, "workorders:reuse-file", number=theirs.number, uuid=voucher.file.uuid)
    assert stranger.post(reused).status_code == 404
    mixed = shop_url(other, "workorders:remove-voucher", number=theirs.number, uuid=voucher.uuid)
    assert stranger.post(mixed).status_code == 404
    assert Voucher.objects.get().removed_at is None


def test_verbs_are_posts(browser, case, owner, now):
    voucher = lay(case, owner, now)
    for name in ("add-vouchers", "order-vouchers", "compose-sheet"):
        assert browser.get(url(case, name)).status_code == 405
    for name in ("update-voucher", "turn-voucher", "move-voucher", "remove-voucher"):
        assert browser.get(url(case, name, uuid=voucher.uuid)).status_code == 405


def test_the_blank_proof_has_both_numbers(browser, case):
    body = browser.get(url(case, "sign-off-form")).content.decode()
    assert case.order.number in body and case.order.tracking_number in body


def test_reviewers_see_pictures_unless_they_worked_there(sign_in, case, owner, now):
    stored = lay(case, owner, now).file
    reviewer = factories.make_reviewer()
    assert sign_in(reviewer).get(f"/admin/files/{stored.uuid}/").status_code == 200
    assert sign_in(owner).get(f"/admin/files/{stored.uuid}/").status_code == 404
    other_queue = factories.make_reviewer("rules", "rules")
    assert sign_in(other_queue).get(f"/admin/files/{stored.uuid}/").status_code == 404
    original = sign_in(reviewer).post(f"/admin/files/{stored.uuid}/original/")
    assert original.status_code == 200 and original["Content-Disposition"].startswith("attachment")
    member = factories.make_reviewer("both")
    member.memberships.create(shop=case.shop, role="service", joined_at=now, ended_at=now)
    assert sign_in(member).get(f"/admin/files/{stored.uuid}/").status_code == 404

"""The evidence desk's services: what lies on it, in what order, and the one sheet made of it."""

from datetime import timedelta

import pytest

from foundation.accounts.tests import factories
from foundation.audit.models import Entry
from foundation.files import services as files
from foundation.files.models import StoredFile, UploadPolicy
from foundation.files.tests import pictures
from foundation.lifecycle.errors import Blocked, DeadlinePassed, Forbidden, IllegalMove, Invalid, Stale
from workorders import services
from workorders.models import Sheet, Voucher
from workorders.services import evidence
from workorders.tests.factories import ask, photo


@pytest.fixture
def case(shop, now):
    return ask(shop, now)


@pytest.fixture
def lay(case, owner, now):
    """A function: lay a picture of a shade on the desk."""

    def laid(shade=1, slots=()):
        return evidence.add_voucher(case.pk, photo((shade, 0, 0)), by=owner, now=now, slots=slots)

    return laid


def on_desk(case):
    return list(evidence.vouchers_of(case))


def test_a_picture_is_laid_down_ticked_sealed_and_recorded(case, lay):
    voucher = lay(slots=["sign_off_proof", "shipping_slip"])
    assert voucher.slots == ["shipping_slip", "sign_off_proof"]
    assert voucher.file.order_id == case.order_id
    assert evidence.missing_slots(case) == []
    assert Entry.objects.get(verb="workorders.voucher_added").subject_id == case.pk


def test_one_picture_fills_several_slots_and_several_fill_one(case, lay):
    lay(1, ["shipping_slip"])
    lay(2, ["shipping_slip"])
    assert evidence.missing_slots(case) == ["sign_off_proof"]


def test_the_same_picture_again_is_the_same_voucher(case, lay):
    first, second = lay(1, ["shipping_slip"]), lay(1, ["sign_off_proof"])
    assert first.pk == second.pk
    assert second.slots == ["shipping_slip", "sign_off_proof"]
    assert StoredFile.objects.count() == 1


def test_a_refused_picture_changes_nothing(case, owner, now):
    with pytest.raises(Invalid, match="GIF"):
        evidence.add_voucher(case.pk, pictures.upload(b"GIF89a"), by=owner, now=now)
    assert not on_desk(case) and not StoredFile.objects.exists()


def test_an_unknown_slot_is_refused_and_the_file_taken_back(case, owner, now):
    with pytest.raises(Invalid):
        evidence.add_voucher(case.pk, photo(), by=owner, now=now, slots=["passport"])
    assert not StoredFile.objects.exists()


def test_the_desk_takes_so_many_and_no_more(case, lay, now):
    UploadPolicy.objects.create(
        effective_from=now, name_zh="小", name_en="small", files_per_case=2, files_per_upload=5, shop_day_bytes=10**9
    )
    lay(1), lay(2)
    with pytest.raises(Invalid, match="at most 2"):
        lay(3)
    assert len(on_desk(case)) == 2


@pytest.mark.parametrize("verb", ["add", "update", "remove", "move", "compose", "order"])
def test_every_verb_is_refused_after_the_deadline(case, lay, owner, verb):
    voucher = lay()
    late = case.due_at + timedelta(microseconds=1)
    verbs = {
        "add": lambda: evidence.add_voucher(case.pk, photo((9, 9, 9)), by=owner, now=late),
        "update": lambda: evidence.update_voucher(voucher.pk, caption="x", by=owner, now=late),
        "remove": lambda: evidence.remove_voucher(voucher.pk, by=owner, now=late),
        "move": lambda: evidence.move_voucher(voucher.pk, direction="later", by=owner, now=late),
        "compose": lambda: evidence.compose_sheet(case.pk, by=owner, now=late),
        "order": lambda: evidence.order_vouchers(case.pk, [str(voucher.uuid)], by=owner, now=late),
    }
    with pytest.raises(DeadlinePassed):
        verbs[verb]()
    assert [one.caption for one in on_desk(case)] == [""]
    assert StoredFile.objects.count() == 1 and not Sheet.objects.exists()


def test_the_very_instant_of_the_deadline_is_in_time(case, owner):
    assert evidence.add_voucher(case.pk, photo(), by=owner, now=case.due_at).pk


def test_a_settled_case_takes_no_picture(case, owner, now):
    services.agree_refund(case.pk, version=None, by=owner, now=now)
    with pytest.raises(IllegalMove):
        evidence.add_voucher(case.pk, photo(), by=owner, now=now)
    assert not StoredFile.objects.exists()


def test_finance_and_strangers_lay_nothing(case, shop, now):
    finance = factories.make_member(shop, "finance")
    stranger = factories.make_member(factories.make_shop("other"), "owner")
    for person in (finance, stranger):
        with pytest.raises(Forbidden):
            evidence.add_voucher(case.pk, photo(), by=person, now=now)
    assert not on_desk(case)


def test_turning_captions_and_their_limits(lay, owner, now):
    voucher = lay()
    changed = evidence.update_voucher(voucher.pk, rotation=270, caption=" 门口\n签收 ", by=owner, now=now)
    assert (changed.rotation, changed.caption) == (270, "门口 签收")
    for wrong in ({"rotation": 45}, {"caption": "长" * 61}, {"slots": ["passport"]}):
        with pytest.raises(Invalid):
            evidence.update_voucher(voucher.pk, by=owner, now=now, **wrong)


def test_a_removed_picture_stays_in_the_library_and_comes_back(case, lay, owner, now):
    voucher = lay(slots=["shipping_slip"])
    evidence.remove_voucher(voucher.pk, by=owner, now=now)
    assert not on_desk(case)
    assert list(evidence.library(case)) == [voucher.file]
    with pytest.raises(Stale):
        evidence.update_voucher(voucher.pk, caption="x", by=owner, now=now)
    evidence.reuse_file(case.pk, voucher.file, by=owner, now=now)
    assert [one.file_id for one in on_desk(case)] == [voucher.file_id]


def test_another_orders_picture_is_not_reused(case, lay, shop, owner, now):
    other = ask(shop, now)
    with pytest.raises(Invalid):
        evidence.reuse_file(other.pk, lay().file, by=owner, now=now)


def test_moving_and_ordering(case, lay, owner, now):
    first, second, third = lay(1), lay(2), lay(3)
    evidence.move_voucher(third.pk, direction="earlier", by=owner, now=now)
    assert [one.pk for one in on_desk(case)] == [first.pk, third.pk, second.pk]
    evidence.move_voucher(first.pk, direction="earlier", by=owner, now=now)
    assert [one.pk for one in on_desk(case)] == [first.pk, third.pk, second.pk]
    uuids = [str(one.uuid) for one in (second, first, third)]
    evidence.order_vouchers(case.pk, uuids, by=owner, now=now)
    assert [one.pk for one in on_desk(case)] == [second.pk, first.pk, third.pk]
    for stale in (uuids[:2], [*uuids, uuids[0]], [*uuids[:2], "x"]):
        with pytest.raises(Stale):
            evidence.order_vouchers(case.pk, stale, by=owner, now=now)


def test_the_sheet_is_made_once_per_inputs(case, lay, owner, now):
    voucher = lay(slots=["shipping_slip"])
    sheet = evidence.compose_sheet(case.pk, by=owner, now=now)
    assert sheet.inputs_hash == evidence.inputs_hash(case)
    assert files.open_clean(sheet.file).read()[:2] == b"\xff\xd8"
    assert evidence.compose_sheet(case.pk, by=owner, now=now).pk == sheet.pk
    evidence.update_voucher(voucher.pk, caption="门口", by=owner, now=now)
    assert evidence.compose_sheet(case.pk, by=owner, now=now).pk != sheet.pk
    assert Sheet.objects.count() == 2


def test_every_change_of_the_desk_changes_the_hash(case, lay, owner, now):
    hashes = {evidence.inputs_hash(case)}
    first = lay(1)
    hashes.add(evidence.inputs_hash(case))
    lay(2)
    hashes.add(evidence.inputs_hash(case))
    for change in ({"slots": ["shipping_slip"]}, {"rotation": 90}, {"caption": "门口"}):
        evidence.update_voucher(first.pk, by=owner, now=now, **change)
        hashes.add(evidence.inputs_hash(case))
    evidence.move_voucher(first.pk, direction="later", by=owner, now=now)
    hashes.add(evidence.inputs_hash(case))
    assert len(hashes) == 7


def test_a_desk_that_changed_while_the_sheet_was_drawn_is_stale(case, lay, owner, now, monkeypatch):
    voucher = lay()
    drawn = evidence.composer.compose

    def slow(*args):
        composed = drawn(*args)
        Voucher.objects.filter(pk=voucher.pk).update(caption="meanwhile")
        return composed

    monkeypatch.setattr(evidence.composer, "compose", slow)
    with pytest.raises(Stale):
        evidence.compose_sheet(case.pk, by=owner, now=now)
    assert not Sheet.objects.exists()
    assert StoredFile.objects.filter(purpose="sheet").count() == 0


def test_an_empty_desk_and_a_lost_file_give_a_sentence(case, lay, owner, now):
    with pytest.raises(Blocked):
        evidence.compose_sheet(case.pk, by=owner, now=now)
    files.clean_path(lay().file).unlink()
    with pytest.raises(Stale, match="gone"):
        evidence.compose_sheet(case.pk, by=owner, now=now)

from datetime import timedelta

from foundation.accounts.tests.factories import make_shop
from foundation.files.models import StoredFile
from orders.models import Order
from orders.tests.factories import make_order
from workorders import preflight
from workorders.models import Draft, Voucher
from workorders.rule_rows import ADDRESS_CHANGE, REFUSED, WORRY, WRONG_OR_MISSING
from workorders.services import evidence
from workorders.states import Branch

from . import factories


def codes(case, now, level=None, **said):
    draft = Draft(work_order=case, **{"branch": Branch.EVIDENCE, **said})
    return [finding.code for finding in preflight.check(case, draft, now) if level in (None, finding.level)]


ALL_TICKED = [f"sign_off_proof.{point}" for point in ("handwritten", "signature_is_stamp", "date_after_sign_off")]


def test_everything_in_order_finds_nothing(shop, now):
    case = factories.ask(shop, now)
    factories.lay_evidence(case, now)
    assert codes(case, now, checklist=ALL_TICKED) == []


def test_every_empty_slot_is_named(shop, now):
    case = factories.ask(shop, now)
    assert codes(case, now, preflight.HARD) == ["slot_empty", "slot_empty"]


def test_one_photograph_may_fill_several_slots(shop, now):
    case = factories.ask(shop, now)
    evidence.add_voucher(case.pk, factories.photo(), by=None, now=now, slots=case.asked_slots)
    assert codes(case, now, preflight.HARD) == []


def test_another_kind_of_voucher_than_asked_for_is_hard(shop, now):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    factories.lay_evidence(case, now)
    evidence.add_voucher(case.pk, factories.photo((9, 9, 9)), by=None, now=now, slots=["shipping_slip"])
    assert codes(case, now, preflight.HARD) == ["wrong_kind"]


def test_unticked_points_of_the_red_stamp_checklist_warn(shop, now):
    case = factories.ask(shop, now)
    factories.lay_evidence(case, now)
    assert codes(case, now, checklist=ALL_TICKED[:1]) == ["unticked_check", "unticked_check"]


def test_the_checklist_of_a_missing_proof_says_nothing_beside_the_missing_proof(shop, now):
    case = factories.ask(shop, now)
    evidence.add_voucher(case.pk, factories.photo(), by=None, now=now, slots=["shipping_slip"])
    assert codes(case, now) == ["slot_empty"]


def test_a_file_used_on_another_order_of_the_shop_warns(shop, now):
    other = factories.ask(shop, now)
    evidence.add_voucher(other.pk, factories.photo(), by=None, now=now)
    case = factories.ask(shop, now)
    evidence.add_voucher(case.pk, factories.photo(), by=None, now=now, slots=case.asked_slots)
    assert codes(case, now, checklist=ALL_TICKED) == ["file_used_before"]


def test_another_shops_files_are_not_betrayed(shop, now):
    other = factories.ask(make_shop("other"), now)
    evidence.add_voucher(other.pk, factories.photo(), by=None, now=now)
    case = factories.ask(shop, now)
    evidence.add_voucher(case.pk, factories.photo(), by=None, now=now, slots=case.asked_slots)
    assert codes(case, now, checklist=ALL_TICKED) == []


def test_a_photograph_older_than_the_order_warns(shop, now):
    case = factories.ask(shop, now)
    factories.lay_evidence(case, now)
    taken = case.order.placed_at - timedelta(seconds=1)
    StoredFile.objects.filter(pk=Voucher.objects.first().file_id).update(taken_at=taken)
    assert codes(case, now, checklist=ALL_TICKED) == ["older_than_order"]


def test_no_way_chosen_and_a_way_not_offered_are_hard(shop, now):
    case = factories.ask(shop, now)
    assert codes(case, now, branch="") == ["no_branch"]
    assert "branch_not_offered" in codes(case, now, branch=Branch.RESHIP, note="x", reship_number="1")


def test_a_talk_before_the_question_warns(shop, now):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    contact = factories.talk(case, now - timedelta(hours=1))
    assert codes(case, now, branch=Branch.NEGOTIATED, contact=contact, agreed_minor=1) == ["talk_before_question"]


def test_with_nothing_left_a_negotiated_answer_needs_no_refund(shop, now):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    Order.objects.filter(pk=case.order_id).update(refunded_minor=12500)
    case.order.refresh_from_db()
    assert codes(case, now, branch=Branch.NEGOTIATED, contact=factories.talk(case, now)) == []


def choosing(shop, now, type, option, stage=2, order=None, **said):
    """Codes of a choice in a stage of a case, and their levels."""
    case = factories.ask(shop, now, type=type, order=order or factories.in_transit(shop, now))
    case.stage, case.asked_slots = stage, list(case.policy.stage(stage).slots)
    draft = Draft(work_order=case, stage=stage, branch=Branch.CHOICE, option=option, **said)
    return [(finding.level, finding.code) for finding in preflight.check(case, draft, now)]


def test_a_choice_needs_to_be_made(shop, now):
    assert choosing(shop, now, WORRY, "") == [("hard", "no_option")]
    assert choosing(shop, now, WORRY, "waits") == [("hard", "no_option")]  # of another stage


def test_what_an_option_needs_is_asked_for(shop, now):
    assert choosing(shop, now, WORRY, "unknown") == [("hard", "no_note")]
    assert choosing(shop, now, WORRY, "will_arrive") == [("hard", "no_day"), ("hard", "slot_empty")]
    assert choosing(shop, now, WORRY, "reshipped") == [("hard", "no_reship_number")]
    assert choosing(shop, now, WORRY, "waits", stage=3) == [("hard", "no_contact_record")]
    assert choosing(shop, now, REFUSED, "recalled") == [("hard", "slot_empty")]


def test_a_promised_day_before_the_stage_opened_is_hard(shop, now):
    day = (now - timedelta(days=2)).date()
    assert ("hard", "day_is_past") in choosing(shop, now, WORRY, "will_arrive", on_day=day)


def test_the_number_of_a_parcel_sent_again_is_not_the_first_parcels(shop, now):
    order = factories.in_transit(shop, now)
    said = {"order": order, "reship_number": order.tracking_number.lower()}
    assert choosing(shop, now, WORRY, "reshipped", **said) == [("hard", "reship_is_first_parcel")]


def test_denying_what_the_order_records_is_hard(shop, now):
    signed = make_order(shop, now)
    assert ("hard", "contradicts_order") in choosing(shop, now, WORRY, "wont_arrive", order=signed, note="x")
    assert choosing(shop, now, ADDRESS_CHANGE, "packed", stage=1) == [("hard", "contradicts_order")]


def test_claiming_what_is_not_recorded_yet_warns(shop, now):
    unshipped = make_order(
        shop, now, status="to_ship", signed_at=None, physically_shipped_at=None, tracking_uploaded_at=None, carrier="",
        tracking_number="",
    )
    assert choosing(shop, now, ADDRESS_CHANGE, "handed_over", stage=1, order=unshipped) == [("soft", "not_recorded")]
    assert choosing(shop, now, REFUSED, "buyer_has_it", note="x") == [("soft", "not_recorded")]


def test_claiming_a_refund_that_is_not_booked_is_hard(shop, now):
    assert choosing(shop, now, WORRY, "refunded", stage=3) == [("hard", "not_recorded")]


def test_an_acknowledgement_needs_nothing(shop, now):
    case = factories.ask(shop, now, type=WORRY)
    assert codes(case, now, branch=Branch.ACKNOWLEDGE) == []

from datetime import timedelta

import pytest

from foundation.audit.models import Entry as AuditEntry
from foundation.ledger.models import Transaction
from foundation.lifecycle.errors import Blocked, DeadlinePassed, IllegalMove, Invalid, Stale
from foundation.notifications.models import Notice
from orders.models import Order, Refund
from workorders import services
from workorders.models import Answer, Draft, WorkOrder
from workorders.rule_rows import WRONG_OR_MISSING
from workorders.services import Writing, evidence
from workorders.states import Branch, Status

from . import factories


def state(case):
    return WorkOrder.objects.get(pk=case.pk)


def submit(case, now, branch=Branch.EVIDENCE, version=None, sheet_hash=""):
    return services.submit_answer(case.pk, branch=branch, version=version, sheet_hash=sheet_hash, by=None, now=now)


def nothing_went_out(case):
    assert not Answer.objects.exists()
    assert not Refund.objects.exists()
    assert state(case).status == Status.OPEN
    assert not AuditEntry.objects.filter(verb="workorders.answered").exists()
    return True


def test_evidence_goes_out_once_with_the_sheet_that_was_shown(shop, owner, now):
    case = factories.answer(factories.ask(shop, now), now, by=owner)
    answer = Answer.objects.get()
    assert (case.status, case.answered_at, case.last_branch) == (Status.ANSWERED, now, Branch.EVIDENCE)
    assert case.review_due_at == now + timedelta(hours=case.policy.review_hours)
    assert answer.sheet_sha256 == answer.sheet.file.sha256
    assert {warning["code"] for warning in answer.warnings} == {"unticked_check"}
    assert not Notice.objects.filter(kind="workorders.opened", cancelled_at=None).exists()
    with pytest.raises(IllegalMove) as refused:
        submit(case, now, version=case.version, sheet_hash=answer.sheet.inputs_hash)
    assert str(owner) in str(refused.value)
    assert Answer.objects.count() == 1


def test_an_answer_at_the_very_deadline_is_in_time(shop, now):
    case = factories.ask(shop, now)
    assert factories.answer(case, case.due_at).status == Status.ANSWERED


def test_an_answer_after_the_deadline_is_refused(shop, now):
    case = factories.ask(shop, now)
    factories.lay_evidence(case, now)
    kept = factories.keep(case, now)
    sheet = evidence.compose_sheet(case.pk, by=None, now=now)
    with pytest.raises(DeadlinePassed):
        submit(case, case.due_at + timedelta(microseconds=1), version=kept.version, sheet_hash=sheet.inputs_hash)
    assert nothing_went_out(case)


def test_a_missing_slot_blocks(shop, now):
    case = factories.ask(shop, now)
    evidence.add_voucher(case.pk, factories.photo(), by=None, now=now, slots=["shipping_slip"])
    kept = factories.keep(case, now)
    sheet = evidence.compose_sheet(case.pk, by=None, now=now)
    with pytest.raises(Blocked) as refused:
        submit(case, now, version=kept.version, sheet_hash=sheet.inputs_hash)
    assert [finding.code for finding in refused.value.details if finding.is_hard] == ["slot_empty"]
    assert nothing_went_out(case)


def test_pictures_changed_after_the_confirm_page_are_stale(shop, now):
    case = factories.ask(shop, now)
    factories.lay_evidence(case, now)
    kept = factories.keep(case, now)
    sheet = evidence.compose_sheet(case.pk, by=None, now=now)
    evidence.add_voucher(case.pk, factories.photo((1, 2, 3)), by=None, now=now, slots=[])
    with pytest.raises(Stale):
        submit(case, now, version=kept.version, sheet_hash=sheet.inputs_hash)
    assert nothing_went_out(case)


def test_a_draft_saved_meanwhile_is_stale_and_names_the_colleague(shop, owner, now):
    case = factories.ask(shop, now)
    factories.lay_evidence(case, now)
    seen = factories.keep(case, now)
    sheet = evidence.compose_sheet(case.pk, by=None, now=now)
    factories.keep(case, now, by=owner, note="by a colleague")
    with pytest.raises(Stale) as refused:
        submit(case, now, version=seen.version, sheet_hash=sheet.inputs_hash)
    assert str(owner) in str(refused.value)
    assert nothing_went_out(case)


def test_agreeing_refunds_the_rest_and_settles_without_any_count(shop, owner, now):
    case = factories.ask(shop, now)
    services.agree_refund(case.pk, version=case.version, by=owner, now=now)
    case, order = state(case), Order.objects.get(pk=case.order_id)
    assert (case.status, case.closed_at) == (Status.SETTLED, now)
    assert (order.refunded_minor, order.dispute_flag, order.compensation_minor) == (12500, False, 0)
    assert Refund.objects.get().cause == "platform"
    with pytest.raises(IllegalMove):
        services.agree_refund(case.pk, version=None, by=owner, now=now)
    assert Refund.objects.count() == 1


def test_agreeing_is_not_offered_for_wrong_or_missing_items(shop, now):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    with pytest.raises(Blocked):
        services.agree_refund(case.pk, version=None, by=None, now=now)
    assert nothing_went_out(case)


def test_negotiated_pays_what_was_agreed_at_submit_with_a_sellers_cause(shop, now):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    contact = factories.talk(case, now)
    case = factories.keep(case, now, branch=Branch.NEGOTIATED, contact=contact, agreed_minor=4000)
    assert not Refund.objects.exists()
    answer = submit(case, now, Branch.NEGOTIATED, case.version)
    assert (answer.refund.amount_minor, answer.refund.cause, answer.contact) == (4000, "negotiated", contact)
    assert state(case).status == Status.ANSWERED
    assert Transaction.objects.filter(movement="refund").count() == 1


@pytest.mark.parametrize("who", [None, "carrier"])
def test_negotiated_without_a_record_of_the_talk_with_the_buyer_is_blocked(shop, now, who):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    contact = factories.talk(case, now, who) if who else None
    case = factories.keep(case, now, branch=Branch.NEGOTIATED, contact=contact, agreed_minor=4000)
    with pytest.raises(Blocked):
        submit(case, now, Branch.NEGOTIATED, case.version)
    assert nothing_went_out(case)


def test_more_than_is_left_can_not_be_agreed(shop, now):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    case = factories.keep(
        case, now, branch=Branch.NEGOTIATED, contact=factories.talk(case, now), agreed_minor=12501
    )
    with pytest.raises(Blocked):
        submit(case, now, Branch.NEGOTIATED, case.version)
    assert nothing_went_out(case)


def test_a_refund_gate_that_holds_back_the_agreed_refund_leaves_nothing_behind(shop, now, monkeypatch):
    monkeypatch.setattr("orders.refund_gates.GATES", [lambda order, cause, amount: "Quota used up."])
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    case = factories.keep(case, now, branch=Branch.NEGOTIATED, contact=factories.talk(case, now), agreed_minor=1)
    with pytest.raises(Blocked, match="Quota"):
        submit(case, now, Branch.NEGOTIATED, case.version)
    assert nothing_went_out(case)


def test_a_reship_writes_note_and_number_and_the_orders_staff_note(shop, now):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    case = factories.keep(
        case, now, branch=Branch.RESHIP, note="one cup sent again", reship_number="YT9000", reship_carrier="示例快递"
    )
    answer = submit(case, now, Branch.RESHIP, case.version)
    assert (answer.reship_number, answer.note) == ("YT9000", "one cup sent again")
    note = Order.objects.get(pk=case.order_id).staff_note
    assert "YT9000" in note
    assert "one cup sent again" in note


@pytest.mark.parametrize("number", ["", "first", "FIRST ", "fi-rst"])
def test_a_reship_number_that_is_missing_or_the_first_parcels_is_blocked(shop, now, number):
    case = factories.ask(shop, now, type=WRONG_OR_MISSING)
    Order.objects.filter(pk=case.order_id).update(tracking_number="FIRST")
    case = factories.keep(case, now, branch=Branch.RESHIP, note="again", reship_number=number)
    with pytest.raises(Blocked):
        submit(case, now, Branch.RESHIP, case.version)
    assert nothing_went_out(case)
    assert Order.objects.get(pk=case.order_id).staff_note == ""


def test_a_draft_is_kept_half_finished_and_replaced(shop, owner, now):
    case = factories.ask(shop, now)
    factories.keep(case, now, by=owner, note="first")
    factories.keep(case, now, by=owner, note="second")
    draft = Draft.objects.get()
    assert (draft.note, draft.updated_by) == ("second", owner)
    assert state(case).version == 3


@pytest.mark.parametrize(
    "writing", [{"branch": Branch.RESHIP}, {"agreed_minor": -1}, {"note": "x" * 501}, {"checklist": ["a.b"]}]
)
def test_a_draft_of_the_wrong_shape_is_refused(shop, now, writing):
    case = factories.ask(shop, now)
    with pytest.raises(Invalid):
        services.save_draft(
            case.pk, Writing(**{"branch": Branch.EVIDENCE, **writing}), version=None, by=None, now=now
        )
    assert not Draft.objects.exists()


def test_another_orders_contact_record_is_refused(shop, now):
    case, other = (factories.ask(shop, now, type=WRONG_OR_MISSING) for _ in range(2))
    with pytest.raises(Invalid):
        services.save_draft(
            case.pk, Writing(branch=Branch.NEGOTIATED, contact=factories.talk(other, now)), version=None, by=None,
            now=now,
        )
    assert not Draft.objects.exists()

"""A new type of question is rows, not code: added in admin with a voucher of its own, then worked through on the pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from foundation.accounts import access
from foundation.accounts.tests.factories import make_reviewer
from foundation.lifecycle import clock
from foundation.shell.urls_for import shop_url
from workorders import services
from workorders.models import Forfeiture, VoucherKind, WorkOrder, WorkOrderPolicy
from workorders.services import evidence
from workorders.states import Status

from . import factories

CHINESE, ENGLISH = {"Accept-Language": "zh-hans"}, {"Accept-Language": "en"}
KIND = {
    "code": "battery_sheet", "name_zh": "电池安全单", "name_en": "Battery safety sheet", "help_zh": "随货的电池安全单。",
    "help_en": "The battery's safety sheet.", "accepts_zh": "编号须可读。", "accepts_en": "Its number must be readable.",
    "words": "电池运输单", "checks": "stamped | 盖有公章 | It is stamped",
}
RULE = {
    "type": "battery", "name_zh": "带电产品核查", "name_en": "Battery check", "effective_from_0": "2026-01-01",
    "effective_from_1": "00:00", "source_note": "ours", "stage_name_zh": "先说明", "stage_name_en": "First say",
    "window_hours": 10, "branches": ["choice"],
    "options": "has | 含电池 | It has a battery | note\nhas_not | 不含电池 | It has none",
    "more_window_hours": 24, "review_hours": 48, "reminders": "50% 1h", "refund_share_bp": 5000,
    "compensation_bp": 0, "delist_days": 0, "claim_minutes": 30, "sheet_max_bytes": 5000000, "sheet_max_width": 2000,
    "voucher_min_px": 600, "evidence_keep_months": 24, "appeal_days": 15,
    "later_stages-TOTAL_FORMS": 1, "later_stages-INITIAL_FORMS": 0, "later_stages-MIN_NUM_FORMS": 0,
    "later_stages-MAX_NUM_FORMS": 1000, "later_stages-0-number": 2, "later_stages-0-name_zh": "再证明",
    "later_stages-0-name_en": "Then prove", "later_stages-0-hours": 20, "later_stages-0-slots": ["battery_sheet"],
    "later_stages-0-branches": ["evidence"],
}


@pytest.fixture
def rules_desk(db, sign_in):
    return sign_in(make_reviewer("rules", access.RULES))


@pytest.fixture
def rows(rules_desk):
    """The platform adds a kind of voucher and a type of question, by hand, in admin."""
    for page, typed in (("voucherkind", KIND), ("workorderpolicy", RULE)):
        answer = rules_desk.post(reverse(f"admin:workorders_{page}_add"), typed)
        assert answer.status_code == 302, answer.context["errors"]
    return WorkOrderPolicy.objects.get(type="battery")


def ask_in_admin(reviewer, order):
    said = {"shop": order.shop.code, "order": order.number, "type": "battery", "platform_text": "请先说明，再提交电池运输单。"}
    assert reviewer.post(reverse("admin:workorders_workorder_add"), said).status_code == 302
    return WorkOrder.objects.get(type="battery")


def page_of(case, name="work-order"):
    return shop_url(case.shop, f"workorders:{name}", number=case.number)


def test_a_type_of_rows_goes_from_question_to_verdict_on_the_pages(rows, shop, owner, sign_in, now):
    reviewer, seller = sign_in(make_reviewer()), sign_in(owner)
    case = ask_in_admin(reviewer, factories.make_order(shop, now))
    assert case.due_at - case.opened_at == timedelta(hours=10)

    listed = seller.get(shop_url(shop, "workorders:work-orders"), {"type": "battery"}, headers=CHINESE).content.decode()
    assert case.number in listed and "带电产品核查" in listed

    first = seller.get(page_of(case), headers=CHINESE).content.decode()
    assert "先说明" in first and "再证明" in first and "含电池" in first
    typed = {"branch": "choice", "version": case.version, "option": "has", "note": "锂电池", "go": "confirm"}
    assert seller.post(page_of(case, "save-draft"), typed).status_code == 302
    shown = seller.get(page_of(case, "confirmation"), headers=ENGLISH).content.decode()
    assert "It has a battery" in shown and "Then prove" in shown
    case.refresh_from_db()
    sent = seller.post(page_of(case, "submit-answer"), {"version": case.version, "tail": case.order.number[-4:]})
    assert sent.status_code == 302

    second = WorkOrder.objects.get()
    assert (second.stage, second.status, second.asked_slots) == (2, Status.OPEN, ["battery_sheet"])
    desk = seller.get(page_of(second, "desk"), headers=CHINESE).content.decode()
    assert "电池安全单" in desk and "编号须可读。" in desk
    upload = {"files": factories.photo(), "slots": ["battery_sheet"]}
    assert seller.post(page_of(second, "add-vouchers"), upload).status_code == 302
    assert not evidence.missing_slots(second)

    typed = {"branch": "evidence", "version": second.version, "checklist": ["battery_sheet.stamped"], "go": "confirm"}
    assert seller.post(page_of(second, "save-draft"), typed).status_code == 302
    confirm = seller.get(page_of(second, "confirmation"))
    assert confirm.context["findings"] == []
    sheet = confirm.context["sheet"]
    second.refresh_from_db()
    typed = {"version": second.version, "sheet_hash": sheet.inputs_hash, "tail": second.order.number[-4:]}
    assert seller.post(page_of(second, "submit-answer"), typed).status_code == 302

    done = WorkOrder.objects.get()
    assert done.status == Status.ANSWERED
    address = reverse("admin:workorders_workorder_change", args=[done.pk])
    decision = reviewer.get(address, headers=ENGLISH).content.decode()
    assert "Battery check" in decision and "It has a battery" in decision and "Battery safety sheet" in decision
    assert "First say" in decision and "Then prove" in decision
    verdict = {"version": done.version, "outcome": "lost", "reason": "invalid_evidence"}
    assert reviewer.post(address, verdict).status_code == 302
    lost = WorkOrder.objects.get()
    assert (lost.status, lost.order.refunded_minor) == (Status.LOST, lost.order.paid_minor // 2)
    assert "电池安全单" in seller.get(page_of(lost, "desk"), headers=CHINESE).content.decode()


def test_a_type_of_rows_forfeits_by_its_own_rule(rows, shop, now):
    case = factories.ask(shop, now, type="battery")
    assert services.forfeit_due(now + timedelta(hours=10, seconds=1))["forfeited"] == 1
    assert Forfeiture.objects.get().refund_minor == case.order.paid_minor // 2


def test_the_platforms_words_link_to_the_voucher_of_rows(rows, shop, owner, sign_in, now):
    case = factories.ask(shop, now, type="battery", asked_slots=["battery_sheet"], platform_text="提交电池运输单。")
    assert 'href="#slot-battery_sheet"' in sign_in(owner).get(page_of(case)).content.decode().replace(
        page_of(case, "desk"), ""
    )


def test_a_later_rule_of_a_type_changes_its_name_and_moves_no_open_case(rows, shop, now):
    case = factories.ask(shop, now, type="battery")
    WorkOrderPolicy.objects.create(
        type="battery", name_zh="电池核查（新）", name_en="Battery check, new", effective_from=now, window_hours=1,
        branches=["agree_refund"],
    )
    again = WorkOrder.objects.get()
    with override("en"):
        assert (again.due_at, again.get_type_display()) == (case.due_at, "Battery check")
        assert dict(WorkOrderPolicy.objects.names(clock.now()))["battery"] == "Battery check, new"


def test_a_kind_of_voucher_is_read_in_the_readers_language(rows):
    kind = VoucherKind.objects.get(code="battery_sheet")
    for language, name, point in (("en", "Battery safety sheet", "It is stamped"), ("zh-hans", "电池安全单", "盖有公章")):
        with override(language):
            assert (kind.label, kind.checklist) == (name, [("stamped", point)])

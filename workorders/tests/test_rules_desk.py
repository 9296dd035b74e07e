"""The rules desk in admin: what it may type, and that nothing in force is changed."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from foundation.accounts import access
from foundation.accounts.tests.factories import make_reviewer
from workorders.models import PolicyStage, VoucherKind, WorkOrderPolicy
from workorders.rule_forms import OptionsField
from workorders.rule_rows import RULES, WORRY
from workorders.slots import SLOTS
from workorders.states import Branch, Claim, Need
from workorders.voucher_rows import VOUCHERS

from . import factories
from .test_new_type import RULE


@pytest.fixture
def desk(db, sign_in):
    return sign_in(make_reviewer("rules", access.RULES))


def add(desk, **said):
    return desk.post(reverse("admin:workorders_workorderpolicy_add"), {**RULE, "later_stages-0-slots": ["shipping_slip"], **said})


@pytest.mark.parametrize(
    "said",
    [
        {"type": "two words"},
        {"options": "has | 含电池"},
        {"options": "has | 含电池 | It has | witness"},
        {"options": "a | 甲 | A\na | 乙 | B"},
        {"options": ""},  # answered by choice, and nothing to choose from
        {"options": "a | 甲 | A | evidence"},  # evidence, and no voucher asked for
        {"branches": []},
        {"branches": ["telepathy"]},
        {"reminders": "soon"},
        {"later_stages-0-number": 3},
        {"later_stages-0-slots": []},
        {"later_stages-0-slots": ["no_such_voucher"]},
    ],
)
def test_what_makes_no_rule_is_refused_and_nothing_saved(desk, said):
    assert add(desk, **said).status_code == 200
    assert not WorkOrderPolicy.objects.filter(type__in=["battery", "two words"]).exists()


def test_a_rule_is_saved_with_its_stages(desk):
    assert add(desk).status_code == 302
    rule = WorkOrderPolicy.objects.get(type="battery")
    assert [(stage.number, stage.hours, stage.branches) for stage in rule.stages] == [(1, 10, ["choice"]), (2, 20, ["evidence"])]
    assert rule.stage(1).option("has").needs == ("note",)
    assert rule.created_by.username == "rules"


def test_rules_stages_and_kinds_are_read_and_never_changed(desk, now):
    rule = WorkOrderPolicy.objects.get(type=WORRY)
    page = desk.get(reverse("admin:workorders_workorderpolicy_change", args=[rule.pk]), headers={"Accept-Language": "en"})
    assert "Final confirmation" in page.content.decode() and 'name="window_hours"' not in page.content.decode()
    assert desk.post(reverse("admin:workorders_workorderpolicy_change", args=[rule.pk]), RULE).status_code == 403
    for row in (rule, rule.later_stages.first(), VoucherKind.objects.first()):
        with pytest.raises(ValidationError):
            row.save()


def test_a_rule_a_case_stands_on_gets_no_more_stages(shop, now):
    case = factories.ask(shop, now, type=WORRY)
    with pytest.raises(ValidationError):
        PolicyStage.objects.create(policy=case.policy, number=4, name_zh="再", name_en="More", hours=1, branches=["acknowledge"])


def test_options_are_typed_as_lines():
    [row] = OptionsField().clean("recalled | 已进行召回 | Recalled | evidence, not_signed\n\n")
    assert row == {"code": "recalled", "zh": "已进行召回", "en": "Recalled", "needs": ["evidence"], "claims": ["not_signed"]}


def test_every_rule_of_a_new_house_can_be_asked_and_answered(db):
    kinds = {kind["code"] for kind in VOUCHERS}
    assert set(SLOTS) >= kinds
    for rule in RULES:
        for stage in rule["stages"]:
            assert stage["branches"] and set(stage["branches"]) <= set(Branch.values), rule["type"]
            assert set(stage["slots"]) <= kinds, rule["type"]
            needs = {need for option in stage["options"] for need in option["needs"]}
            claims = {claim for option in stage["options"] for claim in option["claims"]}
            assert needs <= set(Need.values) and claims <= set(Claim.values), rule["type"]
            assert (Branch.CHOICE in stage["branches"]) == bool(stage["options"]), rule["type"]
            assert bool(stage["slots"]) == (Need.EVIDENCE in needs or Branch.EVIDENCE in stage["branches"]), rule["type"]


def test_at_least_two_types_go_in_stages_with_a_deadline_each(db):
    staged = [policy for policy in WorkOrderPolicy.objects.all() if len(policy.stages) > 1]
    assert len(staged) >= 2
    assert all(stage.hours for policy in staged for stage in policy.stages)


def test_figures_of_our_own_say_so(db):
    added = WorkOrderPolicy.objects.exclude(type__in=["not_received", "wrong_or_missing"])
    assert added.count() == 6
    assert all(policy.source_note.startswith("ours") for policy in added)

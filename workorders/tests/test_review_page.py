import pytest
from django.test import Client
from django.urls import reverse

from foundation.accounts.models import Membership
from foundation.accounts.tests.factories import PASSWORD, make_reviewer, make_superuser
from orders.models import Refund
from orders.tests.factories import make_order
from workorders.models import Decision, ParkedWorkOrder, WorkOrder, WorkOrderPolicy
from workorders.rule_rows import WRONG_OR_MISSING
from workorders.states import Status

from . import factories

QUEUE = "admin:workorders_workorder_changelist"


def page_of(case):
    return reverse("admin:workorders_workorder_change", args=[case.pk])


@pytest.fixture
def reviewer(db):
    return make_reviewer()


@pytest.fixture
def client(reviewer, sign_in):
    return sign_in(reviewer)


@pytest.fixture
def case(shop, owner, now):
    return factories.answer(factories.ask(shop, now), now, by=owner)


def verdict(case, **said):
    return {"version": case.version, "outcome": "won", "reason": "proved", "note": "", **said}


def test_the_queue_shows_what_waits_for_a_decision_and_nothing_else(client, case, shop, now):
    open_case = factories.ask(shop, now)
    page = client.get(reverse(QUEUE)).content.decode()
    assert case.number in page
    assert open_case.number not in page
    for queue in ("escalated", "shop", "closed", "everything", "nonsense"):
        assert client.get(reverse(QUEUE), {"queue": queue}).status_code == 200
    assert open_case.number in client.get(reverse(QUEUE), {"queue": "shop"}).content.decode()


def test_a_reviewers_day_begins_in_the_queue(client, reviewer, db, sign_in):
    assert client.get("/")["Location"] == reverse(QUEUE)
    signed = Client().post("/login/", {"username": reviewer.username, "password": PASSWORD})
    assert signed["Location"] == reverse(QUEUE)
    for other in (make_reviewer("rules-desk", group="rules"), make_superuser()):
        assert sign_in(other).get("/")["Location"] == reverse("admin:index")


def test_the_form_stays_in_view_and_is_one_jump_away_only_while_there_is_one(client, case):
    page = client.get(page_of(case)).content.decode()
    assert 'href="#decide"' in page and 'id="decide"' in page and "review-stays" in page
    client.post(page_of(case), verdict(case))
    decided = client.get(page_of(case)).content.decode()
    assert "#decide" not in decided and "review-stays" not in decided


def test_the_decision_page_shows_question_sheet_originals_order_money_and_history(client, case):
    page = client.get(page_of(case)).content.decode()
    assert "签收红章证明" in page
    assert str(case.answers.get().sheet.file.uuid) in page
    for voucher in case.vouchers.all():
        assert reverse("reviewer_files:open-original", args=[voucher.file.uuid]) in page
    assert case.order.number in page
    assert "¥125.00" in page
    assert case.order.buyer_phone not in page


def test_a_decision_is_made_once(client, case):
    assert client.post(page_of(case), verdict(case)).status_code == 302
    assert WorkOrder.objects.get(pk=case.pk).status == Status.WON
    again = client.post(page_of(case), verdict(case, outcome="lost", reason="wrong_voucher"))
    assert again.status_code == 409
    assert "reviewer" in again.content.decode()
    assert Decision.objects.count() == 1
    assert not Refund.objects.exists()


def test_with_next_the_case_that_waits_longest_opens(client, case, shop, owner, now):
    other = factories.answer(factories.ask(shop, now), now, by=owner)
    assert client.post(page_of(case), verdict(case, next="1")).url == page_of(other)
    assert client.post(page_of(other), verdict(other, next="1")).url == reverse(QUEUE)


def test_a_stale_page_tells_what_changed_and_keeps_what_was_typed(client, case):
    answer = client.post(page_of(case), verdict(case, version=case.version - 1, note="my note"))
    assert answer.status_code == 409
    assert "my note" in answer.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "said", [{"outcome": ""}, {"outcome": "x"}, {"reason": ""}, {"reason": "wrong_voucher"}, {"version": "x"},
             {"compensation_bp": "NaN"}, {"outcome": "more", "reason": "unclear"}]
)
def test_bad_input_is_a_422_and_nothing_is_decided(client, case, said):
    assert client.post(page_of(case), verdict(case, **said)).status_code == 422
    assert not Decision.objects.exists()


def test_a_reviewer_of_that_shop_sees_no_form_and_no_pictures_and_is_refused(client, case, reviewer, shop, now):
    Membership.objects.create(shop=shop, user=reviewer, role="service", joined_at=now, ended_at=now)
    page = client.get(page_of(case)).content.decode()
    assert 'name="outcome"' not in page
    assert "reviewer_files" not in page
    assert client.post(page_of(case), verdict(case)).status_code == 403
    assert not Decision.objects.exists()


def test_sellers_and_other_desks_stay_outside(case, owner, sign_in):
    assert sign_in(owner).get(page_of(case)).status_code in (302, 404)
    rules = sign_in(make_reviewer("rules-desk", group="rules"))
    assert rules.get(page_of(case)).status_code == 403
    assert rules.post(page_of(case), verdict(case)).status_code == 403
    assert rules.get(reverse(QUEUE)).status_code == 403
    assert not Decision.objects.exists()


def test_an_unknown_case_is_no_500(client):
    for pk in ("0", "999999", "x", "99999999999999999999"):
        url = reverse("admin:workorders_workorder_change", args=[pk])
        assert client.get(url).status_code in (302, 404)
        assert client.post(url, {}).status_code in (302, 404)


def test_a_reviewer_asks_a_shop_a_question(client, shop, now):
    order = make_order(shop, now)
    url = reverse("admin:workorders_workorder_add")
    assert client.get(url).status_code == 200
    said = {"shop": shop.name, "order": order.number, "type": WRONG_OR_MISSING, "platform_text": "少发一件",
            "line": "2", "compensation_bp": "12.5"}
    assert client.post(url, said).status_code == 302
    case = WorkOrder.objects.get()
    assert (case.status, case.compensation_bp, case.line.position) == (Status.OPEN, 1250, 1)
    assert client.post(url, said).status_code == 409
    assert WorkOrder.objects.count() == 1


@pytest.mark.parametrize(
    "said", [{"shop": "nobody"}, {"order": "none"}, {"platform_text": ""}, {"line": "9"}, {"type": "x"},
             {"compensation_bp": "501"}, {"asked_slots": ["x"]}]
)
def test_a_question_that_can_not_be_asked_is_refused_with_the_words_kept(client, shop, now, said):
    order = make_order(shop, now)
    typed = {"shop": shop.code, "order": order.number, "type": "not_received", "platform_text": "问题在这里", **said}
    answer = client.post(reverse("admin:workorders_workorder_add"), typed)
    assert answer.status_code == 422
    if typed["platform_text"]:
        assert "问题在这里" in answer.content.decode()
    assert not WorkOrder.objects.exists()


def test_operations_put_a_parked_case_back(shop, now, sign_in):
    case = factories.ask_overdue(shop, now)
    WorkOrder.objects.filter(pk=case.pk).update(parked_at=now, parked_reason="poison")
    client = sign_in(make_reviewer("operations-desk", group="operations"))
    url = reverse("admin:workorders_parkedworkorder_changelist")
    assert "poison" in client.get(url).content.decode()
    client.post(url, {"action": "retry", "_selected_action": [case.pk]})
    assert not ParkedWorkOrder.objects.exclude(parked_at=None).exists()


def test_rules_are_added_never_changed(db, sign_in):
    desk = sign_in(make_reviewer("rules-desk", group="rules"))
    row = WorkOrderPolicy.objects.first()
    assert desk.get(reverse("admin:workorders_workorderpolicy_changelist")).status_code == 200
    assert desk.get(reverse("admin:workorders_workorderpolicy_change", args=[row.pk])).status_code == 200
    assert desk.get(reverse("admin:workorders_workorderpolicy_add")).status_code == 200
    assert desk.post(reverse("admin:workorders_workorderpolicy_change", args=[row.pk]), {}).status_code == 403
    assert desk.post(reverse("admin:workorders_workorderpolicy_delete", args=[row.pk]), {}).status_code == 403


def test_status_can_not_be_edited_by_anybody(case, sign_in):
    boss = sign_in(make_superuser())
    boss.post(page_of(case), {"status": "won", "version": case.version})
    assert WorkOrder.objects.get(pk=case.pk).status == Status.ANSWERED
    assert boss.get(reverse("admin:workorders_workorder_delete", args=[case.pk])).status_code == 403

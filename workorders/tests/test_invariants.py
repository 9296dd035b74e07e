from datetime import timedelta

import pytest

from foundation.accounts.tests.factories import make_shop
from foundation.notifications.models import Notice
from orders.models import Refund
from orders.tests.factories import make_order
from workorders import invariants, services
from workorders.models import Answer, Forfeiture, WorkOrder
from workorders.states import Status

from . import factories


def found():
    checks = (
        invariants.forfeitures_match, invariants.moves_chain, invariants.parents_agree, invariants.children_agree,
        invariants.tellings_agree,
    )
    return [text for check in checks for text in check()]


@pytest.fixture
def case(shop, now):
    case = factories.ask_overdue(shop, now)
    services.forfeit_due(now)
    case.refresh_from_db()
    assert found() == []
    return case


def test_a_forfeited_case_without_its_row_is_found(case):
    Forfeiture.objects.all().delete()
    assert len(found()) == 1


def test_a_row_without_a_forfeited_case_is_found(case):
    WorkOrder.objects.filter(pk=case.pk).update(status=Status.ANSWERED)
    assert len(found()) == 2  # the row, and the record that ends elsewhere


def test_another_amount_than_the_rules_is_found(case):
    Forfeiture.objects.update(refund_minor=1)
    assert len(found()) == 1


def test_a_case_answered_in_time_and_forfeited_is_found(case):
    Answer.objects.create(work_order=case, window_no=1, branch="evidence", submitted_at=case.due_at)
    assert len(found()) == 1


def test_an_answer_of_an_earlier_window_is_none(case):
    WorkOrder.objects.filter(pk=case.pk).update(window_no=2)
    Answer.objects.create(work_order=case, window_no=1, branch="evidence", submitted_at=case.due_at - timedelta(days=1))
    assert found() == []


def test_a_version_that_does_not_cover_the_moves_is_found(case):
    WorkOrder.objects.filter(pk=case.pk).update(version=1)
    assert len(found()) == 1


def test_a_refund_of_another_order_is_found(case, shop, now):
    Refund.objects.update(order=make_order(shop, now))
    assert any("names what belongs elsewhere" in text for text in found())


def test_a_notice_told_to_another_shop_is_found(case, owner):
    Notice.objects.create(
        shop_id=make_shop("other").pk, user=owner, kind="workorders.opened", subject_type=invariants.SUBJECT,
        subject_id=case.pk, created_at=case.created_at,
    )  # fmt: skip
    assert len(found()) == 1


def test_a_picture_of_another_shop_is_found(case, owner, now):
    desk = factories.ask(case.shop, now)
    factories.lay_evidence(desk, now, owner)
    assert found() == []
    voucher = desk.vouchers.select_related("file").first()
    type(voucher.file).objects.filter(pk=voucher.file_id).update(shop=make_shop("other"))
    assert len(found()) == 1

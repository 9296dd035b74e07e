from datetime import timedelta

from foundation.accounts.tests.factories import make_reviewer
from foundation.audit.models import Entry
from foundation.notifications.models import Notice
from workorders import services
from workorders.models import WorkOrder

from . import factories


def asked(owner):
    return Notice.objects.filter(kind="workorders.reminder", user=owner, cancelled_at=None).count()


def test_a_reminder_at_half_at_four_hours_and_at_one_hour_each_once(shop, owner, now):
    case = factories.ask(shop, now)
    for hours in (23.9, 24, 43.9, 44, 46.9, 47, 47.9):
        at = now + timedelta(hours=hours)
        expected = 1 if hours in (24, 44, 47) else 0
        assert services.remind_due(at) == {"reminded": expected}, hours
        assert services.remind_due(at) == {"reminded": 0}
    case.refresh_from_db()
    assert (case.reminders_sent, case.next_reminder_at) == (["50%", "4h", "1h"], None)
    assert Notice.objects.filter(kind="workorders.reminder", user=owner).count() == 3
    assert asked(owner) == 1


def test_after_a_long_stop_only_the_latest_is_sent(shop, owner, now):
    factories.ask(shop, now)
    assert services.remind_due(now + timedelta(hours=47.5)) == {"reminded": 1}
    assert Notice.objects.filter(kind="workorders.reminder", user=owner).count() == 1


def test_nobody_is_reminded_of_what_is_answered_or_over(shop, owner, now):
    case = factories.ask(shop, now)
    factories.answer(factories.ask(shop, now), now, owner)
    assert services.remind_due(case.due_at + timedelta(seconds=1)) == {"reminded": 0}
    assert asked(owner) == 0


def test_an_answer_takes_the_reminder_back(shop, owner, now):
    case = factories.ask(shop, now)
    services.remind_due(now + timedelta(hours=24))
    factories.answer(case, now + timedelta(hours=25), owner)
    assert asked(owner) == 0


def test_an_undecided_case_escalates_once_and_reviewers_are_told(shop, owner, now):
    reviewer = make_reviewer()
    case = factories.answer(factories.ask(shop, now), now, owner)
    late = case.review_due_at + timedelta(seconds=1)
    assert services.escalate_due(case.review_due_at) == {"escalated": 0}
    assert services.escalate_due(late) == {"escalated": 1}
    assert services.escalate_due(late) == {"escalated": 0}
    assert WorkOrder.objects.get(pk=case.pk).escalated_at == late
    assert Notice.objects.filter(kind="workorders.escalated", user=reviewer).count() == 1
    assert Entry.objects.filter(verb="workorders.escalated").count() == 1

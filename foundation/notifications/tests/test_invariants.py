"""I10 and the outbox's share of I7: what hangs, what went twice."""

from datetime import timedelta

import pytest

from foundation.lifecycle import clock
from foundation.lifecycle.invariants import INVARIANTS
from foundation.notifications import services
from foundation.notifications.models import OutboxMessage

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def violations(code: str) -> list[str]:
    ours = [one for one in INVARIANTS if one.check.__module__.startswith("foundation.notifications")]
    return [line for one in ours if one.code == code for line in one.check()]


def queue(now, key="k1"):
    services.queue_sms("10080001234", "你好", key=key, now=now)
    return OutboxMessage.objects.filter(key=key)


def test_a_message_that_just_waits_or_waits_for_its_next_try_is_fine(now):
    queue(now - 9 * MINUTE)
    queue(now - 60 * MINUTE, "k2").update(next_at=now + MINUTE, attempts=7)
    assert violations("I10") == violations("I7") == []


def test_a_message_due_for_more_than_ten_minutes_is_found(now):
    queue(now - 11 * MINUTE)
    assert ["k1" in line for line in violations("I10")] == [True]


def test_a_message_nobody_rescued_is_found(now):
    message = queue(now)
    message.update(status="sending", claimed_at=now - 14 * MINUTE)
    assert violations("I10") == []
    message.update(claimed_at=now - 16 * MINUTE)
    assert len(violations("I10")) == 1


def test_a_message_that_went_and_waits_again_is_found(now):
    queue(now).update(sent_at=now)
    assert len(violations("I10")) == 1


def test_what_was_sent_once_is_fine(settings, tmp_path, now):
    settings.HOUTAI_VAR_DIR = tmp_path
    queue(now - 60 * MINUTE)
    services.deliver_due(clock.now())
    assert OutboxMessage.objects.get().status == "sent"
    assert violations("I10") == []


def test_a_run_to_the_end_takes_more_than_one_round(settings, tmp_path, monkeypatch, now):
    settings.HOUTAI_VAR_DIR = tmp_path
    monkeypatch.setattr("foundation.notifications.services.delivery.ONE_ROUND", 2)
    for place in range(5):
        queue(now, f"k{place}")
    assert services.deliver_all(now) == {"sent": 5, "later": 0, "dead": 0, "unknown": 0}
    assert services.deliver_all(now) == {"sent": 0, "later": 0, "dead": 0, "unknown": 0}

"""claim → send → mark; back-off; dead letters; unknown outcomes; rescue."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from foundation.accounts.access import OPERATIONS
from foundation.accounts.tests.factories import make_reviewer
from foundation.lifecycle import clock
from foundation.lifecycle.errors import IllegalMove
from foundation.notifications import senders, services
from foundation.notifications.models import OutboxMessage
from foundation.notifications.services import delivery, queueing
from foundation.notifications.states import OUTBOX

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


class Gateway:
    """Does what the test says: `answer` is raised, or the message is taken."""

    def __init__(self):
        self.answer, self.taken, self.knows = None, [], None

    def __call__(self):
        return self

    def send(self, *, key, to, subject, body):
        assert OutboxMessage.objects.get(key=key).status == "sending"
        if self.answer:
            raise self.answer
        self.taken.append(key)

    def was_sent(self, key):
        return self.knows


@pytest.fixture
def gateway(monkeypatch):
    gateway = Gateway()
    monkeypatch.setattr(delivery, "import_string", lambda path: gateway)
    return gateway


def queue(key="k1", now=NOON, **fields):
    services.queue_sms("13800001234", "你好", key=key, now=now, **fields)
    return OutboxMessage.objects.get(key=key)


def test_a_message_is_claimed_sent_and_marked(gateway):
    queue()
    assert services.deliver_due(NOON)["sent"] == 1
    message = OutboxMessage.objects.get()
    assert (message.status, message.sent_at, message.attempts) == ("sent", NOON, 1)
    assert services.deliver_due(NOON)["sent"] == 0
    assert gateway.taken == ["k1"]


def test_the_same_key_is_queued_once(gateway):
    queue()
    queue()
    assert OutboxMessage.objects.count() == 1


def test_waiting_grows_and_is_capped():
    waits = [delivery.back_off(attempt) for attempt in range(1, 40)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=30)
    assert waits[-1] == delivery.MAX_WAIT


def test_a_gateway_that_is_down_costs_time_then_makes_a_dead_letter(gateway):
    gateway.answer = senders.NotSent("down")
    now = NOON
    queue()
    for _attempt in range(delivery.MAX_ATTEMPTS):
        services.deliver_due(now)
        now = OutboxMessage.objects.get().next_at
    message = OutboxMessage.objects.get()
    assert (message.status, message.attempts) == ("dead", delivery.MAX_ATTEMPTS)
    assert "down" in message.error


def test_a_refused_message_is_a_dead_letter_at_once(gateway):
    gateway.answer = senders.Refused("no such number")
    queue()
    assert services.deliver_due(NOON)["dead"] == 1


@pytest.mark.parametrize("answer", [senders.OutcomeUnknown("timed out"), RuntimeError("anything else")])
def test_an_unknown_outcome_is_never_sent_again_by_itself(gateway, answer):
    gateway.answer = answer
    queue()
    services.deliver_due(NOON)
    gateway.answer = None
    for hours in range(1, 100, 7):
        services.deliver_due(NOON + timedelta(hours=hours))
        services.rescue_stuck(NOON + timedelta(hours=hours))
    assert OutboxMessage.objects.get().status == "unknown"
    assert gateway.taken == []


@pytest.mark.parametrize(("knows", "status"), [(True, "sent"), (False, "pending"), (None, "unknown")])
def test_a_message_whose_sender_died_is_settled_by_what_the_gateway_knows(gateway, knows, status):
    message = queue()
    with clock.fixed(NOON):
        delivery._claim(message.pk, NOON)
    gateway.knows = knows
    services.rescue_stuck(NOON + delivery.STUCK_AFTER)
    assert OutboxMessage.objects.get().status == "sending", "not stuck yet"
    services.rescue_stuck(NOON + delivery.STUCK_AFTER + timedelta(seconds=1))
    assert OutboxMessage.objects.get().status == status


def test_a_message_sent_late_in_a_slow_round_is_not_taken_for_stuck(gateway, monkeypatch):
    queue("k1"), queue("k2")
    later = NOON + delivery.STUCK_AFTER + timedelta(minutes=1)
    real = gateway.send

    def slowly(**said):
        if said["key"] == "k2":
            services.rescue_stuck(later + timedelta(seconds=5))
            assert OutboxMessage.objects.get(key="k2").status == "sending"
        return real(**said)

    gateway.knows = False
    monkeypatch.setattr(gateway, "send", slowly)
    monkeypatch.setattr(delivery.clock, "now", lambda: later)
    assert services.deliver_due(NOON)["sent"] == 2
    assert gateway.taken == ["k1", "k2"]


def test_a_message_is_claimed_by_one_of_two(gateway):
    message = queue()
    assert delivery._claim(message.pk, NOON) is not None
    assert delivery._claim(message.pk, NOON) is None


def test_operations_send_a_dead_letter_again_and_it_is_recorded(gateway):
    gateway.answer = senders.Refused("typo")
    queue()
    services.deliver_due(NOON)
    gateway.answer = None
    by = make_reviewer("ops", OPERATIONS)
    services.retry(OutboxMessage.objects.get().pk, by=by, now=NOON)
    assert services.deliver_due(NOON)["sent"] == 1
    with pytest.raises(IllegalMove):
        services.retry(OutboxMessage.objects.get().pk, by=by, now=NOON)


def test_operations_confirm_an_unknown_one(gateway):
    gateway.answer = senders.OutcomeUnknown()
    message = queue()
    services.deliver_due(NOON)
    services.confirm(message.pk, by=None, now=NOON)
    assert OutboxMessage.objects.get().status == "sent"


@pytest.mark.parametrize(
    ("hour_utc", "leaves"),
    [(13, NOON.replace(hour=13)), (14, NOON.replace(day=23, hour=0)), (20, NOON.replace(day=23, hour=0)), (0, NOON.replace(hour=0))],
)  # fmt: skip
def test_what_is_not_urgent_waits_for_the_morning(hour_utc, leaves):
    assert queueing.after_quiet_hours(NOON.replace(hour=hour_utc)) == leaves


def test_the_file_sender_writes_one_private_line_and_remembers_it(settings, tmp_path):
    settings.HOUTAI_VAR_DIR = tmp_path
    settings.SMS_SENDER = "foundation.notifications.senders.FileSender"
    queue("notice:1")
    services.deliver_due(NOON)
    sender = senders.FileSender()
    [line] = sender.path.read_text().splitlines()
    assert json.loads(line)["body"] == "你好"
    assert sender.path.stat().st_mode & 0o077 == 0
    assert (sender.was_sent("notice:1"), sender.was_sent("notice:12")) == (True, False)


@pytest.mark.parametrize("verb", OUTBOX.verbs)
@pytest.mark.parametrize("status", OUTBOX.choices.values)
def test_each_verb_in_each_state_does_what_the_table_says(verb, status):
    if OUTBOX.can(verb, status):
        assert OUTBOX.target(verb, status)
    else:
        with pytest.raises(IllegalMove):
            OUTBOX.target(verb, status)


def test_dead_letters_are_seen_by_operations_only(gateway, sign_in):
    gateway.answer = senders.Refused("no such number")
    queue()
    services.deliver_due(NOON)
    client = sign_in(make_reviewer("ops", OPERATIONS))
    page = client.get("/admin/notifications/outboxmessage/")
    assert page.status_code == 200
    assert b"138****1234" in page.content
    assert b"13800001234" not in page.content
    answer = client.post(
        "/admin/notifications/outboxmessage/",
        {"action": "send_again", "_selected_action": [OutboxMessage.objects.get().pk]},
    )
    assert answer.status_code == 302
    assert OutboxMessage.objects.get().status == "pending"
    other = sign_in(make_reviewer("judge"))
    assert other.get("/admin/notifications/outboxmessage/").status_code == 403
